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

// Font is a font file that is given as an asset.
type Font struct {
	URL string `json:"url"`
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

// Composite is one of the constants below.
type Composite string

const (
	// On top. The default.
	CompositeOver Composite = "over"
	// The overlay, only where the picture is opaque; nothing else.
	CompositeIn Composite = "in"
	// On top, only where the picture is opaque.
	CompositeAtop Composite = "atop"
	// The overlay, only where the picture is transparent; nothing else.
	CompositeOut Composite = "out"
	// Either of them, but not where both are opaque.
	CompositeXor Composite = "xor"
	// The sum of both.
	CompositeLighter Composite = "lighter"
)

// Repeat is one of the constants below.
type Repeat string

const (
	// Over the whole picture.
	RepeatBoth Repeat = "true"
	// Side by side, in a row.
	RepeatX Repeat = "x"
	// One below the other, in a column.
	RepeatY Repeat = "y"
)

// Align is one of the constants below.
type Align string

const (
	// At the side where reading starts. The default.
	AlignStart Align = "start"
	// In the middle.
	AlignCenter Align = "center"
	// At the side where reading ends.
	AlignEnd Align = "end"
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

// OverlayText says what a text looks like.
type OverlayText struct {
	// What it says; a line feed starts a new line.
	Content string `json:"content,omitempty"`
	// The font: the name of an asset that is a TTF, OTF, WOFF or WOFF2 file. Default: the bundled font.
	Font *Font `json:"font,omitempty"`
	// Size in points of 4/3 CSS pixels. More than 0 and at most 1000. Default: 24; the largest that fits, with `height`.
	Size float64 `json:"size,omitempty"`
	// Colour. Default: black.
	Color string `json:"color,omitempty"`
	// Where lines begin and end. Default: start.
	Align Align `json:"align,omitempty"`
	// Distance of lines, as a multiple of the size. More than 0 and at most 10. Default: the font's.
	LineHeight float64 `json:"line-height,omitempty"`
}

// Overlay says what is drawn: a picture or a text.
type Overlay struct {
	// The picture: the name of an asset, such as its URL.
	URL string `json:"url,omitempty"`
	// Opacity. 0 to 1. Default: 1.
	Opacity *float64 `json:"opacity,omitempty"`
	// How it meets what lies under it, inside its box only. Default: over.
	Composite Composite `json:"composite,omitempty"`
	// Copies on both axes (`true`), in a row (`x`) or in a column (`y`).
	Repeat Repeat `json:"repeat,omitempty"`
	// Width: below 1 a share of the result's width, from 1 pixels. A text is wrapped at it. More than 0 and at most 20000. Default: its own.
	Width float64 `json:"width,omitempty"`
	// Height: below 1 a share of the result's height, from 1 pixels. A text shrinks to fit in it. More than 0 and at most 20000. Default: its own.
	Height float64 `json:"height,omitempty"`
	// Pixels between the top edges. 0 to 20000. Default: centred.
	Top *int `json:"top,omitempty"`
	// Pixels between the left edges. 0 to 20000. Default: centred.
	Left *int `json:"left,omitempty"`
	// Pixels between the bottom edges; not together with `top`. 0 to 20000. Default: centred.
	Bottom *int `json:"bottom,omitempty"`
	// Pixels between the right edges; not together with `left`. 0 to 20000. Default: centred.
	Right *int `json:"right,omitempty"`
	// A text, in place of a picture.
	Text *OverlayText `json:"text,omitempty"`
	// As `dpr`, which holds where this is absent. More than 0 and at most 100.
	DPR float64 `json:"dpr,omitempty"`
	// As `fit`, for the overlay.
	Fit Fit `json:"fit,omitempty"`
	// As `gravity`, for the overlay.
	Gravity Gravity `json:"gravity,omitempty"`
	// As `zoom`, for the overlay. 0 to 1.
	Zoom *float64 `json:"zoom,omitempty"`
	// As `trim`, for the overlay; in URL text the parts are `trim.left` and so on.
	Trim *Trim `json:"trim,omitempty"`
	// As `border`, for the overlay.
	Border *Border `json:"border,omitempty"`
	// As `background`, for the overlay.
	Background string `json:"background,omitempty"`
	// As `rotate`, for the overlay. 0, 90, 180, 270 or 360.
	Rotate int `json:"rotate,omitempty"`
	// As `flip`, for the overlay.
	Flip Flip `json:"flip,omitempty"`
	// As `brightness`, for the overlay. 0 to 255.
	Brightness *float64 `json:"brightness,omitempty"`
	// As `contrast`, for the overlay. 0 to 255.
	Contrast *float64 `json:"contrast,omitempty"`
	// As `gamma`, for the overlay. 0 to 255.
	Gamma *float64 `json:"gamma,omitempty"`
	// As `saturation`, for the overlay. 0 to 255.
	Saturation *float64 `json:"saturation,omitempty"`
	// As `blur`, for the overlay. 0 to 250.
	Blur *float64 `json:"blur,omitempty"`
	// As `sharpen`, for the overlay. 0 to 10.
	Sharpen *float64 `json:"sharpen,omitempty"`
	// As `segment`, for the overlay.
	Segment Segment `json:"segment,omitempty"`
	// As `upscale`, for the overlay.
	Upscale Upscale `json:"upscale,omitempty"`
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
	// Output format. Default: JPEG or PNG, by the source.
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
	// Overlays, painted in their order; the last one is on top.
	Draw []Overlay `json:"draw,omitempty"`
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
