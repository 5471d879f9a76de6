package safelight

/*
#include <safelight.h>
*/
import "C"

import (
	"encoding/json"
	"io"
)

// Image is a finished result.
type Image struct {
	// Data is the encoded file.
	Data []byte
	// Width in pixels.
	Width int
	// Height in pixels.
	Height int
	// Format of Data; FormatJSON when a description was asked for.
	Format Format
	// Info is all that is known about the result.
	Info Info
}

// Info says what a result is and how it came about.
type Info struct {
	Format Format `json:"format"`
	// MIME is the media type, for Content-Type.
	MIME   string `json:"mime"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	// Size in bytes.
	Size int `json:"size"`
	// Quality of the encoder, 1 to 100; 0 where the format has none.
	Quality int `json:"quality"`
	// Frames is 1 for a still picture.
	Frames int `json:"frames"`
	// Duration of all frames together, in milliseconds; 0 for a still picture.
	Duration int `json:"duration"`
	// Source is what was given.
	Source struct {
		Format Format `json:"format"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
	} `json:"source"`
	// Warnings are what the caller should know, for example option names that were ignored.
	Warnings []string `json:"warnings"`
	// Timings are the milliseconds of every stage.
	Timings struct {
		Plan      float64 `json:"plan"`
		Decode    float64 `json:"decode"`
		Transform float64 `json:"transform"`
		Encode    float64 `json:"encode"`
	} `json:"timings"`
	// Memory is the most bytes that pixels and codecs held at once.
	Memory uint64 `json:"memory"`
}

// WriteTo writes the encoded file.
func (image *Image) WriteTo(out io.Writer) (int64, error) {
	n, err := out.Write(image.Data)
	return int64(n), err
}

// newImage copies a result to Go memory and frees it.
func newImage(image *C.safelight_image) (*Image, error) {
	defer C.safelight_image_free(image)
	result := &Image{
		Data:   copied(C.safelight_image_data(image), C.safelight_image_len(image)),
		Width:  int(C.safelight_image_width(image)),
		Height: int(C.safelight_image_height(image)),
		Format: Format(C.GoString(C.safelight_image_format(image))),
	}
	info := text(C.safelight_image_info(image), C.safelight_image_info_len(image))
	return result, json.Unmarshal([]byte(info), &result.Info)
}

// Probed is what the header of an image says.
type Probed struct {
	Format Format `json:"format"`
	MIME   string `json:"mime"`
	// Width and Height are those of the picture as it is meant to be seen.
	Width  int `json:"width"`
	Height int `json:"height"`
	// Frames is 1 for a still picture.
	Frames int `json:"frames"`
	// Loops is how often an animation plays; 0 is for ever.
	Loops int `json:"loops"`
	// Duration of all frames together, in milliseconds; 0 for a still picture.
	Duration int `json:"duration"`
	// Orientation is EXIF's, 1 to 8.
	Orientation int `json:"orientation"`
	// Color is gray, rgb or cmyk.
	Color string `json:"color"`
	// Alpha says whether pixels may be transparent.
	Alpha bool `json:"alpha"`
	// Bits of a stored sample.
	Bits        int  `json:"bits"`
	Progressive bool `json:"progressive"`
	Lossless    bool `json:"lossless"`
	// Subsampling of the colours, 4:2:0 for example; empty where the format has none.
	Subsampling string `json:"subsampling"`
	// Profile is srgb, icc or cicp.
	Profile string `json:"profile"`
	// EXIF, XMP and IPTC say whether there is any.
	EXIF bool `json:"exif"`
	XMP  bool `json:"xmp"`
	IPTC bool `json:"iptc"`
	// GainMap says whether a gain map makes the picture high dynamic range; results never have it.
	GainMap bool `json:"gain_map"`
	// ContentCredentials says whether there are any (C2PA); results never have them.
	ContentCredentials bool `json:"content_credentials"`
}
