// Generated from the option table by `UPDATE=1 cargo test`; do not edit.

package safelight

import (
	"encoding/json"
)

// AutoWidth as Width takes the width from the client's hints.
const AutoWidth = -1

// Gravity says which part stays when a picture is cropped: a GravityWord or a GravityPoint.
type Gravity interface{ gravity() }

func (GravityWord) gravity()  {}
func (GravityPoint) gravity() {}

// GravityPoint is a point that stays in view, 0 to 1 on both axes.
type GravityPoint struct {
	X    float64   `json:"x"`
	Y    float64   `json:"y"`
	Mode PointMode `json:"mode,omitempty"`
}

// Border is a frame: a colour, and Width or single sides, in pixels.
type Border struct {
	Color  string `json:"color"`
	Width  int    `json:"width,omitempty"`
	Top    int    `json:"top,omitempty"`
	Right  int    `json:"right,omitempty"`
	Bottom int    `json:"bottom,omitempty"`
	Left   int    `json:"left,omitempty"`
}

// Fit is one of the constants below.
type Fit string

const (
	// Shrink to lie inside the box; never enlarge. The default.
	ScaleDown Fit = "scale-down"
	// Shrink or enlarge to lie inside the box.
	Contain Fit = "contain"
	// Fill the box, cutting what hangs over.
	Cover Fit = "cover"
	// As `cover`, but never enlarge.
	Crop Fit = "crop"
	// Cut to the box's shape, never enlarge.
	AspectCrop Fit = "aspect-crop"
	// As `contain`, then fill the box with `background`.
	Pad Fit = "pad"
	// Stretch to exactly the box.
	Squeeze Fit = "squeeze"
	// Enlarge to lie inside the box; never shrink.
	ScaleUp Fit = "scale-up"
)

// Format is one of the constants below.
type Format string

const (
	// The smallest that the client accepts.
	FormatAuto Format = "auto"
	// AVIF.
	FormatAVIF Format = "avif"
	// WebP.
	FormatWebP Format = "webp"
	// Progressive JPEG.
	FormatJPEG Format = "jpeg"
	// Sequential JPEG.
	FormatBaselineJPEG Format = "baseline-jpeg"
	// PNG, with a palette where the picture has few colours, or where `quality` allows it.
	FormatPNG Format = "png"
	// PNG in true colour, even where JPEG or a palette would serve.
	FormatPNGForce Format = "png-force"
	// GIF.
	FormatGIF Format = "gif"
	// SVG, for SVG sources only.
	FormatSVG Format = "svg"
	// A JSON description instead of a picture.
	FormatJSON Format = "json"
)

// Compression is one of the constants below.
type Compression string

const (
	// The quickest encoder.
	CompressionFast Compression = "fast"
)

// Metadata is one of the constants below.
type Metadata string

const (
	// Only copyright and credit lines of EXIF, XMP and IPTC. The default.
	MetadataCopyright Metadata = "copyright"
	// EXIF, XMP and IPTC, position included; orientation and size are brought up to date.
	MetadataKeep Metadata = "keep"
	// Nothing.
	MetadataNone Metadata = "none"
)

// Colorspace is one of the constants below.
type Colorspace string

const (
	// sRGB. The default.
	ColorspaceSrgb Colorspace = "srgb"
	// Those of the source: pixels are not converted and the profile is embedded.
	ColorspaceKeep Colorspace = "keep"
)

// OnError is one of the constants below.
type OnError string

const (
	// A redirect to the source.
	OnErrorRedirect OnError = "redirect"
)

// Segment is one of the constants below.
type Segment string

const (
	// The subject; the background becomes transparent.
	SegmentForeground Segment = "foreground"
)

// Upscale is one of the constants below.
type Upscale string

const (
	// Interpolation. The default.
	UpscaleInterpolate Upscale = "interpolate"
	// A generative model.
	UpscaleGenerate Upscale = "generate"
)

// OriginAuth is one of the constants below.
type OriginAuth string

const (
	// Yes, and the result is public all the same.
	OriginAuthSharePublicly OriginAuth = "share-publicly"
)

// Flip is one of the constants below.
type Flip string

const (
	// Left and right change places.
	FlipHorizontal Flip = "h"
	// Top and bottom change places.
	FlipVertical Flip = "v"
	// Both.
	FlipBoth Flip = "hv"
)

// GravityWord is one of the constants below.
type GravityWord string

const (
	// The middle. The default.
	GravityCenter GravityWord = "center"
	// Keep the left edge.
	GravityLeft GravityWord = "left"
	// Keep the right edge.
	GravityRight GravityWord = "right"
	// Keep the top edge.
	GravityTop GravityWord = "top"
	// Keep the bottom edge.
	GravityBottom GravityWord = "bottom"
	// The most salient part.
	GravityAuto GravityWord = "auto"
	// Faces.
	GravityFace GravityWord = "face"
	// The part with the most detail.
	GravityEntropy GravityWord = "entropy"
)

// PointMode is one of the constants below.
type PointMode string

const (
	// The same relative point of source and crop window fall together. The default.
	PointModeRemainder PointMode = "remainder"
	// The crop window is centred on the point and kept inside the picture.
	PointModeBoxCenter PointMode = "box-center"
)

// Words for Quality and SlowConnectionQuality.
const (
	// 85: visually lossless for most pictures.
	QualityHigh = -1
	// 75: hard to tell from the source.
	QualityMediumHigh = -2
	// 60: visible on inspection.
	QualityMediumLow = -3
	// 45: small first.
	QualityLow = -4
	// The library chooses: 75.
	QualityAuto = -5
)

var qualityWords = map[int]string{
	QualityHigh:       "high",
	QualityMediumHigh: "medium-high",
	QualityMediumLow:  "medium-low",
	QualityLow:        "low",
	QualityAuto:       "auto",
}

// TrimBorder says how a uniform border is found.
type TrimBorder struct {
	// The border's colour. Default: found.
	Color string `json:"color,omitempty"`
	// Largest difference in a channel that still counts as border. 0 to 255. Default: chosen.
	Tolerance *int `json:"tolerance,omitempty"`
	// Pixels of border to leave. 0 to 20000. Default: 0.
	Keep int `json:"keep,omitempty"`
}

// Trim says what is cut off the source.
type Trim struct {
	// Cut off the top edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0.
	Top float64 `json:"top,omitempty"`
	// Cut off the right edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0.
	Right float64 `json:"right,omitempty"`
	// Cut off the bottom edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0.
	Bottom float64 `json:"bottom,omitempty"`
	// Cut off the left edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0.
	Left float64 `json:"left,omitempty"`
	// Keep this much, from what is then the left edge: below 1 a share of the side, from 1 pixels. More than 0 and at most 20000. Default: all.
	Width float64 `json:"width,omitempty"`
	// Keep this much, from what is then the top edge: below 1 a share of the side, from 1 pixels. More than 0 and at most 20000. Default: all.
	Height float64 `json:"height,omitempty"`
	// Find a uniform border and cut it off.
	Border *TrimBorder `json:"border,omitempty"`
}

// Options says what one transform does; the zero value of a field is "not given".
type Options struct {
	// Target width in CSS pixels, before `dpr`. 1 to 20000. Default: source width.
	Width int `json:"width,omitempty"`
	// Target height in CSS pixels, before `dpr`. 1 to 20000. Default: source height.
	Height int `json:"height,omitempty"`
	// Device pixel ratio: multiplies `width`, `height`, `border` and pixel values of `trim`. More than 0 and at most 100. Default: 1.
	DPR float64 `json:"dpr,omitempty"`
	// What to do when source and target have different shapes. Default: scale-down.
	Fit Fit `json:"fit,omitempty"`
	// Which part stays when the picture is cropped. Default: center.
	Gravity Gravity `json:"gravity,omitempty"`
	// How tightly `gravity=face` crops: 0 keeps the surroundings, 1 is the face alone. 0 to 1. Default: 0.
	Zoom float64 `json:"zoom,omitempty"`
	// What is cut off the source, before anything else.
	Trim *Trim `json:"trim,omitempty"`
	// Frame drawn round the result.
	Border *Border `json:"border,omitempty"`
	// Colour under transparent pixels and in the space that `fit=pad` adds. Default: none; white for `fit=pad`.
	Background string `json:"background,omitempty"`
	// Clockwise turn in degrees, before the size is applied. 0, 90, 180, 270 or 360. Default: 0.
	Rotate int `json:"rotate,omitempty"`
	// Mirror left to right (`h`), top to bottom (`v`) or both, before `rotate`.
	Flip Flip `json:"flip,omitempty"`
	// Light multiplier; 0 changes nothing. 0 to 255. Default: 1.
	Brightness float64 `json:"brightness,omitempty"`
	// Contrast multiplier about mid grey; 0 changes nothing. 0 to 255. Default: 1.
	Contrast float64 `json:"contrast,omitempty"`
	// Exponent of the tone curve: below 1 is lighter; 0 changes nothing. 0 to 255. Default: 1.
	Gamma float64 `json:"gamma,omitempty"`
	// Colour multiplier: 0 is greyscale. 0 to 255. Default: 1.
	Saturation *float64 `json:"saturation,omitempty"`
	// Gaussian blur radius in pixels. 0 to 250. Default: 0.
	Blur float64 `json:"blur,omitempty"`
	// Unsharp mask strength; 1 suits a picture that was shrunk. 0 to 10. Default: 0.
	Sharpen float64 `json:"sharpen,omitempty"`
	// Output format. Default: JPEG or PNG, by the source. Not available in this version: `svg`.
	Format Format `json:"format,omitempty"`
	// Encoder quality: a number, or a word for a perceptual target. 1 to 100, or a word. Default: 85.
	Quality int `json:"quality,omitempty"`
	// Quality for clients that report a slow connection. 1 to 100, or a word.
	SlowConnectionQuality int `json:"slow-connection-quality,omitempty"`
	// `fast` takes the quickest encoder, at some cost in bytes.
	Compression Compression `json:"compression,omitempty"`
	// `false` keeps only the first frame. Default: true.
	Anim *bool `json:"anim,omitempty"`
	// Which metadata the result keeps. Default: copyright.
	Metadata Metadata `json:"metadata,omitempty"`
	// Which colours the numbers of the result mean. Default: srgb.
	Colorspace Colorspace `json:"colorspace,omitempty"`
	// `redirect` answers a failed URL with a redirect to the source.
	OnError OnError `json:"onerror,omitempty"`
	// `foreground` cuts the subject out; the rest becomes transparent. Needs a hook of the host.
	Segment Segment `json:"segment,omitempty"`
	// How a picture is enlarged. Default: interpolate. Needs a hook of the host: generate.
	Upscale Upscale `json:"upscale,omitempty"`
	// Widths that `width=auto` may choose from. Default: 320;768;960;1200.
	WBreakpoints []int `json:"wbreakpoints,omitempty"`
	// Width that `width=auto` takes for a phone without hints. 1 to 20000. Default: 768.
	WMobile int `json:"wmobile,omitempty"`
	// Width that `width=auto` takes for other clients without hints. 1 to 20000. Default: 1200.
	WDesktop int `json:"wdesktop,omitempty"`
	// Overlays, painted in their order. Not available in this version.
	Draw []map[string]any `json:"draw,omitempty"`
	// `share-publicly` hands the client's credentials to the origin; the result stays public.
	OriginAuth OriginAuth `json:"origin-auth,omitempty"`
}

// MarshalJSON writes the JSON form of the options.
func (o Options) MarshalJSON() ([]byte, error) {
	type plain Options
	return json.Marshal(struct {
		plain
		Width                 any `json:"width,omitempty"`
		Quality               any `json:"quality,omitempty"`
		SlowConnectionQuality any `json:"slow-connection-quality,omitempty"`
	}{
		plain:                 plain(o),
		Width:                 wordOr(widthWords, o.Width),
		Quality:               wordOr(qualityWords, o.Quality),
		SlowConnectionQuality: wordOr(qualityWords, o.SlowConnectionQuality),
	})
}

var widthWords = map[int]string{AutoWidth: "auto"}

func wordOr(words map[int]string, number int) any {
	if word, ok := words[number]; ok {
		return word
	}
	if number == 0 {
		return nil
	}
	return number
}
