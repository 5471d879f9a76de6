# Generated from the option table by `UPDATE=1 cargo test`; do not edit.

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict

Fit = Literal["scale-down", "contain", "cover", "crop", "aspect-crop", "pad", "squeeze", "scale-up"]
Format = Literal["auto", "avif", "webp", "jpeg", "baseline-jpeg", "png", "png-force", "gif", "svg", "json"]
Compression = Literal["fast"]
Metadata = Literal["copyright", "keep", "none"]
Colorspace = Literal["srgb", "keep"]
OnError = Literal["redirect"]
Segment = Literal["foreground"]
Upscale = Literal["interpolate", "generate"]
Composite = Literal["over", "in", "atop", "out", "xor", "lighter"]
Repeat = Literal["true", "x", "y"]
Align = Literal["start", "center", "end"]
OriginAuth = Literal["share-publicly"]
QualityWord = Literal["high", "medium-high", "medium-low", "low", "auto"]
Flip = Literal["h", "v", "hv"]
GravityWord = Literal["center", "left", "right", "top", "bottom", "auto", "face", "entropy"]
PointMode = Literal["remainder", "box-center"]

class GravityPoint(TypedDict, total=False):
    """A point that stays in view, 0 to 1 on both axes."""

    x: float
    y: float
    mode: PointMode

class Border(TypedDict, total=False):
    """A frame: a colour, and `width` or single sides, in pixels."""

    color: Required[str]
    width: int
    top: int
    right: int
    bottom: int
    left: int

class Font(TypedDict):
    """A font file that is given as an asset."""

    url: str

class TrimBorder(TypedDict, total=False):
    """How a uniform border is found."""

    color: str
    """The border's colour. Default: found."""

    tolerance: int
    """Largest difference in a channel that still counts as border. 0 to 255. Default: chosen."""

    keep: int
    """Pixels of border to leave. 0 to 20000. Default: 0."""

class Trim(TypedDict, total=False):
    """What is cut off the source."""

    top: float
    """Cut off the top edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0."""

    right: float
    """Cut off the right edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0."""

    bottom: float
    """Cut off the bottom edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0."""

    left: float
    """Cut off the left edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0."""

    width: float
    """Keep this much, from what is then the left edge: below 1 a share of the side, from 1 pixels. More than 0 and at most 20000. Default: all."""

    height: float
    """Keep this much, from what is then the top edge: below 1 a share of the side, from 1 pixels. More than 0 and at most 20000. Default: all."""

    border: bool | TrimBorder
    """Find a uniform border and cut it off."""

class OverlayText(TypedDict, total=False):
    """A text to draw."""

    content: str
    """What it says; a line feed starts a new line."""

    font: Font | str
    """The font: the name of an asset that is a TTF, OTF, WOFF or WOFF2 file. Default: the bundled font."""

    size: float
    """Size in points of 4/3 CSS pixels. More than 0 and at most 1000. Default: 24; the largest that fits, with `height`."""

    color: str
    """Colour. Default: black."""

    align: Align
    """Where lines begin and end. Default: start."""

    line_height: float
    """Distance of lines, as a multiple of the size. More than 0 and at most 10. Default: the font's."""

class Overlay(TypedDict, total=False):
    """One overlay: a picture or a text."""

    url: str
    """The picture: the name of an asset, such as its URL."""

    opacity: float
    """Opacity. 0 to 1. Default: 1."""

    composite: Composite
    """How it meets what lies under it, inside its box only. Default: over."""

    repeat: bool | Repeat
    """Copies on both axes (`true`), in a row (`x`) or in a column (`y`)."""

    width: float
    """Width: below 1 a share of the result's width, from 1 pixels. A text is wrapped at it. More than 0 and at most 20000. Default: its own."""

    height: float
    """Height: below 1 a share of the result's height, from 1 pixels. A text shrinks to fit in it. More than 0 and at most 20000. Default: its own."""

    top: int
    """Pixels between the top edges. 0 to 20000. Default: centred."""

    left: int
    """Pixels between the left edges. 0 to 20000. Default: centred."""

    bottom: int
    """Pixels between the bottom edges; not together with `top`. 0 to 20000. Default: centred."""

    right: int
    """Pixels between the right edges; not together with `left`. 0 to 20000. Default: centred."""

    text: str | OverlayText
    """A text, in place of a picture."""

    dpr: float
    """As `dpr`, which holds where this is absent. More than 0 and at most 100."""

    fit: Fit
    """As `fit`, for the overlay."""

    gravity: GravityWord | GravityPoint | str
    """As `gravity`, for the overlay."""

    zoom: float
    """As `zoom`, for the overlay. 0 to 1."""

    trim: Trim | str
    """As `trim`, for the overlay; in URL text the parts are `trim.left` and so on."""

    border: Border | str
    """As `border`, for the overlay."""

    background: str
    """As `background`, for the overlay."""

    rotate: Literal[0, 90, 180, 270, 360]
    """As `rotate`, for the overlay. 0, 90, 180, 270 or 360."""

    flip: Flip
    """As `flip`, for the overlay."""

    brightness: float
    """As `brightness`, for the overlay. 0 to 255."""

    contrast: float
    """As `contrast`, for the overlay. 0 to 255."""

    gamma: float
    """As `gamma`, for the overlay. 0 to 255."""

    saturation: float
    """As `saturation`, for the overlay. 0 to 255."""

    blur: float
    """As `blur`, for the overlay. 0 to 250."""

    sharpen: float
    """As `sharpen`, for the overlay. 0 to 10."""

    segment: Segment
    """As `segment`, for the overlay."""

    upscale: Upscale
    """As `upscale`, for the overlay."""

class RenderOptions(TypedDict, total=False):
    """Options as keywords."""

    width: int | Literal["auto"]
    """Target width in CSS pixels, before `dpr`. 1 to 20000. Default: source width."""

    height: int
    """Target height in CSS pixels, before `dpr`. 1 to 20000. Default: source height."""

    dpr: float
    """Device pixel ratio: multiplies `width`, `height`, `border` and pixel values of `trim`. More than 0 and at most 100. Default: 1."""

    fit: Fit
    """What to do when source and target have different shapes. Default: scale-down."""

    gravity: GravityWord | GravityPoint | str
    """Which part stays when the picture is cropped. Default: center."""

    zoom: float
    """How tightly `gravity=face` crops: 0 keeps the surroundings, 1 is the face alone. 0 to 1. Default: 0."""

    trim: Trim | str
    """What is cut off the source, before anything else."""

    border: Border | str
    """Frame drawn round the result."""

    background: str
    """Colour under transparent pixels and in the space that `fit=pad` adds. Default: none; white for `fit=pad`."""

    rotate: Literal[0, 90, 180, 270, 360]
    """Clockwise turn in degrees, before the size is applied. 0, 90, 180, 270 or 360. Default: 0."""

    flip: Flip
    """Mirror left to right (`h`), top to bottom (`v`) or both, before `rotate`."""

    brightness: float
    """Light multiplier; 0 changes nothing. 0 to 255. Default: 1."""

    contrast: float
    """Contrast multiplier about mid grey; 0 changes nothing. 0 to 255. Default: 1."""

    gamma: float
    """Exponent of the tone curve: below 1 is lighter; 0 changes nothing. 0 to 255. Default: 1."""

    saturation: float
    """Colour multiplier: 0 is greyscale. 0 to 255. Default: 1."""

    blur: float
    """Gaussian blur radius in pixels. 0 to 250. Default: 0."""

    sharpen: float
    """Unsharp mask strength; 1 suits a picture that was shrunk. 0 to 10. Default: 0."""

    format: Format
    """Output format. Default: JPEG or PNG, by the source."""

    quality: int | QualityWord
    """Encoder quality: a number, or a word for a perceptual target. 1 to 100, or a word. Default: 85."""

    slow_connection_quality: int | QualityWord
    """Quality for clients that report a slow connection. 1 to 100, or a word."""

    compression: Compression
    """`fast` takes the quickest encoder, at some cost in bytes."""

    anim: bool
    """`false` keeps only the first frame. Default: true."""

    metadata: Metadata
    """Which metadata the result keeps. Default: copyright."""

    colorspace: Colorspace
    """Which colours the numbers of the result mean. Default: srgb."""

    onerror: OnError
    """`redirect` answers a failed URL with a redirect to the source."""

    segment: Segment
    """`foreground` cuts the subject out; the rest becomes transparent. Needs a hook of the host."""

    upscale: Upscale
    """How a picture is enlarged. Default: interpolate. Needs a hook of the host: generate."""

    wbreakpoints: Sequence[int] | str
    """Widths that `width=auto` may choose from. Default: 320;768;960;1200."""

    wmobile: int
    """Width that `width=auto` takes for a phone without hints. 1 to 20000. Default: 768."""

    wdesktop: int
    """Width that `width=auto` takes for other clients without hints. 1 to 20000. Default: 1200."""

    draw: Sequence[Overlay | Mapping[str, Any]]
    """Overlays, painted in their order; the last one is on top."""

    origin_auth: OriginAuth
    """`share-publicly` hands the client's credentials to the origin; the result stays public."""
