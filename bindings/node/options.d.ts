// Generated from the option table by `UPDATE=1 cargo test`; do not edit.

export type Fit = 'scale-down' | 'contain' | 'cover' | 'crop' | 'aspect-crop' | 'pad' | 'squeeze' | 'scale-up'
export type Format = 'auto' | 'avif' | 'webp' | 'jpeg' | 'baseline-jpeg' | 'png' | 'png-force' | 'gif' | 'svg' | 'json'
export type Compression = 'fast'
export type Metadata = 'copyright' | 'keep' | 'none'
export type Colorspace = 'srgb' | 'keep'
export type OnError = 'redirect'
export type Segment = 'foreground'
export type Upscale = 'interpolate' | 'generate'
export type Composite = 'over' | 'in' | 'atop' | 'out' | 'xor' | 'lighter'
export type Repeat = 'true' | 'x' | 'y'
export type Align = 'start' | 'center' | 'end'
export type OriginAuth = 'share-publicly'
export type QualityWord = 'high' | 'medium-high' | 'medium-low' | 'low' | 'auto'
export type Flip = 'h' | 'v' | 'hv'
export type GravityWord = 'center' | 'left' | 'right' | 'top' | 'bottom' | 'auto' | 'face' | 'entropy'
export type PointMode = 'remainder' | 'box-center'

/** A point that stays in view, 0 to 1 on both axes. */
export interface GravityPoint {
  x?: number
  y?: number
  mode?: PointMode
}

/** A frame: a colour, and `width` or single sides, in pixels. */
export interface Border {
  color: string
  width?: number
  top?: number
  right?: number
  bottom?: number
  left?: number
}

/** A font file that is given as an asset. */
export interface Font {
  url: string
}

/** How a uniform border is found. */
export interface TrimBorder {
  /** The border's colour. Default: found. */
  color?: string
  /** Largest difference in a channel that still counts as border. 0 to 255. Default: chosen. */
  tolerance?: number
  /** Pixels of border to leave. 0 to 20000. Default: 0. */
  keep?: number
}

/** What is cut off the source. */
export interface Trim {
  /** Cut off the top edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0. */
  top?: number
  /** Cut off the right edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0. */
  right?: number
  /** Cut off the bottom edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0. */
  bottom?: number
  /** Cut off the left edge. Between 0 and 1 a share of the side, from 1 pixels. Default: 0. */
  left?: number
  /** Keep this much, from what is then the left edge: below 1 a share of the side, from 1 pixels. More than 0 and at most 20000. Default: all. */
  width?: number
  /** Keep this much, from what is then the top edge: below 1 a share of the side, from 1 pixels. More than 0 and at most 20000. Default: all. */
  height?: number
  /** Find a uniform border and cut it off. */
  border?: boolean | TrimBorder
}

/** A text to draw. */
export interface OverlayText {
  /** What it says; a line feed starts a new line. */
  content?: string
  /** The font: the name of an asset that is a TTF, OTF, WOFF or WOFF2 file. Default: the bundled font. */
  font?: Font
  /** Size in points of 4/3 CSS pixels. More than 0 and at most 1000. Default: 24; the largest that fits, with `height`. */
  size?: number
  /** Colour. Default: black. */
  color?: string
  /** Where lines begin and end. Default: start. */
  align?: Align
  /** Distance of lines, as a multiple of the size. More than 0 and at most 10. Default: the font's. */
  'line-height'?: number
}

/** One overlay: a picture or a text. */
export interface Overlay {
  /** The picture: the name of an asset, such as its URL. */
  url?: string
  /** Opacity. 0 to 1. Default: 1. */
  opacity?: number
  /** How it meets what lies under it, inside its box only. Default: over. */
  composite?: Composite
  /** Copies on both axes (`true`), in a row (`x`) or in a column (`y`). */
  repeat?: true | Repeat
  /** Width: below 1 a share of the result's width, from 1 pixels. A text is wrapped at it. More than 0 and at most 20000. Default: its own. */
  width?: number
  /** Height: below 1 a share of the result's height, from 1 pixels. A text shrinks to fit in it. More than 0 and at most 20000. Default: its own. */
  height?: number
  /** Pixels between the top edges. 0 to 20000. Default: centred. */
  top?: number
  /** Pixels between the left edges. 0 to 20000. Default: centred. */
  left?: number
  /** Pixels between the bottom edges; not together with `top`. 0 to 20000. Default: centred. */
  bottom?: number
  /** Pixels between the right edges; not together with `left`. 0 to 20000. Default: centred. */
  right?: number
  /** A text, in place of a picture. */
  text?: string | OverlayText
  /** As `dpr`, which holds where this is absent. More than 0 and at most 100. */
  dpr?: number
  /** As `fit`, for the overlay. */
  fit?: Fit
  /** As `gravity`, for the overlay. */
  gravity?: GravityWord | `${number}x${number}` | GravityPoint
  /** As `zoom`, for the overlay. 0 to 1. */
  zoom?: number
  /** As `trim`, for the overlay; in URL text the parts are `trim.left` and so on. */
  trim?: Trim | 'border' | `${number};${number};${number};${number}`
  /** As `border`, for the overlay. */
  border?: Border | string
  /** As `background`, for the overlay. */
  background?: string
  /** As `rotate`, for the overlay. 0, 90, 180, 270 or 360. */
  rotate?: 0 | 90 | 180 | 270 | 360
  /** As `flip`, for the overlay. */
  flip?: Flip
  /** As `brightness`, for the overlay. 0 to 255. */
  brightness?: number
  /** As `contrast`, for the overlay. 0 to 255. */
  contrast?: number
  /** As `gamma`, for the overlay. 0 to 255. */
  gamma?: number
  /** As `saturation`, for the overlay. 0 to 255. */
  saturation?: number
  /** As `blur`, for the overlay. 0 to 250. */
  blur?: number
  /** As `sharpen`, for the overlay. 0 to 10. */
  sharpen?: number
  /** As `segment`, for the overlay. */
  segment?: Segment
  /** As `upscale`, for the overlay. */
  upscale?: Upscale
}

/** The options of one transform. */
export interface RenderOptions {
  /** Target width in CSS pixels, before `dpr`. 1 to 20000. Default: source width. */
  width?: number | 'auto'
  /** Target height in CSS pixels, before `dpr`. 1 to 20000. Default: source height. */
  height?: number
  /** Device pixel ratio: multiplies `width`, `height`, `border` and pixel values of `trim`. More than 0 and at most 100. Default: 1. */
  dpr?: number
  /** What to do when source and target have different shapes. Default: scale-down. */
  fit?: Fit
  /** Which part stays when the picture is cropped. Default: center. */
  gravity?: GravityWord | `${number}x${number}` | GravityPoint
  /** How tightly `gravity=face` crops: 0 keeps the surroundings, 1 is the face alone. 0 to 1. Default: 0. */
  zoom?: number
  /** What is cut off the source, before anything else. */
  trim?: Trim | 'border' | `${number};${number};${number};${number}`
  /** Frame drawn round the result. */
  border?: Border | string
  /** Colour under transparent pixels and in the space that `fit=pad` adds. Default: none; white for `fit=pad`. */
  background?: string
  /** Clockwise turn in degrees, before the size is applied. 0, 90, 180, 270 or 360. Default: 0. */
  rotate?: 0 | 90 | 180 | 270 | 360
  /** Mirror left to right (`h`), top to bottom (`v`) or both, before `rotate`. */
  flip?: Flip
  /** Light multiplier; 0 changes nothing. 0 to 255. Default: 1. */
  brightness?: number
  /** Contrast multiplier about mid grey; 0 changes nothing. 0 to 255. Default: 1. */
  contrast?: number
  /** Exponent of the tone curve: below 1 is lighter; 0 changes nothing. 0 to 255. Default: 1. */
  gamma?: number
  /** Colour multiplier: 0 is greyscale. 0 to 255. Default: 1. */
  saturation?: number
  /** Gaussian blur radius in pixels. 0 to 250. Default: 0. */
  blur?: number
  /** Unsharp mask strength; 1 suits a picture that was shrunk. 0 to 10. Default: 0. */
  sharpen?: number
  /** Output format. Default: JPEG or PNG, by the source. */
  format?: Format
  /** Encoder quality: a number, or a word for a perceptual target. 1 to 100, or a word. Default: 85. */
  quality?: number | QualityWord
  /** Quality for clients that report a slow connection. 1 to 100, or a word. */
  'slow-connection-quality'?: number | QualityWord
  /** `fast` takes the quickest encoder, at some cost in bytes. */
  compression?: Compression
  /** `false` keeps only the first frame. Default: true. */
  anim?: boolean
  /** Which metadata the result keeps. Default: copyright. */
  metadata?: Metadata
  /** Which colours the numbers of the result mean. Default: srgb. */
  colorspace?: Colorspace
  /** `redirect` answers a failed URL with a redirect to the source. */
  onerror?: OnError
  /** `foreground` cuts the subject out; the rest becomes transparent. Needs a hook of the host. */
  segment?: Segment
  /** How a picture is enlarged. Default: interpolate. Needs a hook of the host: generate. */
  upscale?: Upscale
  /** Widths that `width=auto` may choose from. Default: 320;768;960;1200. */
  wbreakpoints?: number[] | string
  /** Width that `width=auto` takes for a phone without hints. 1 to 20000. Default: 768. */
  wmobile?: number
  /** Width that `width=auto` takes for other clients without hints. 1 to 20000. Default: 1200. */
  wdesktop?: number
  /** Overlays, painted in their order; the last one is on top. */
  draw?: Overlay[]
  /** `share-publicly` hands the client's credentials to the origin; the result stays public. */
  'origin-auth'?: OriginAuth
}
