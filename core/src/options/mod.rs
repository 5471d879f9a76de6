//! What is asked for: one row an option, read by every parser, printer and type file.
//!
//! In go URL text (`width=400,format=auto`) or JSON; out come typed options, their one canonical
//! text, and warnings. Malformed values are refused here; what values mean is resolved in `plan`.

mod color;
mod color_names;
mod convert;
mod draw;
mod json;
mod kind;
mod overlay;
mod parse;
mod print;
mod row;
mod table;
mod url_text;
mod values;

pub use kind::Kind;
pub use overlay::{Font, Overlay, Text};
pub use row::{Live, Row};
pub use table::ROWS;
pub use values::*;

/// The options of one transform. `None` is "not given": meaning and defaults are resolved in
/// `plan`, never here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Target width in CSS pixels, before `dpr`.
    pub width: Option<Width>,
    /// Target height in CSS pixels, before `dpr`.
    pub height: Option<u32>,
    /// Device pixel ratio: multiplies `width`, `height`, `border` and pixel values of `trim`.
    pub dpr: Option<f64>,
    /// What to do when source and target have different shapes.
    pub fit: Option<Fit>,
    /// Which part stays when the picture is cropped.
    pub gravity: Option<Gravity>,
    /// How tightly `gravity=face` crops, 0 to 1.
    pub zoom: Option<f64>,
    /// What is cut off the source before anything else.
    pub trim: Option<Trim>,
    /// Frame drawn round the result.
    pub border: Option<Border>,
    /// Colour under transparent pixels and in the space that `fit=pad` adds.
    pub background: Option<Color>,
    /// Clockwise quarter turns, in degrees: 0, 90, 180, 270 or 360.
    pub rotate: Option<u16>,
    /// Mirror the picture, before `rotate`.
    pub flip: Option<Flip>,
    /// Light multiplier.
    pub brightness: Option<f64>,
    /// Contrast multiplier about mid grey.
    pub contrast: Option<f64>,
    /// Exponent of the tone curve: below 1 is lighter.
    pub gamma: Option<f64>,
    /// Colour multiplier: 0 is greyscale.
    pub saturation: Option<f64>,
    /// Gaussian blur radius in pixels, 0 to 250.
    pub blur: Option<f64>,
    /// Unsharp mask strength, 0 to 10.
    pub sharpen: Option<f64>,
    /// Output format.
    pub format: Option<FormatWord>,
    /// Encoder quality: a number, or a word for a perceptual target.
    pub quality: Option<Quality>,
    /// Quality for clients that report a slow connection.
    pub slow_connection_quality: Option<Quality>,
    /// Prefer encoding speed over size.
    pub compression: Option<Compression>,
    /// Keep animation.
    pub anim: Option<bool>,
    /// Which metadata the result keeps.
    pub metadata: Option<Metadata>,
    /// Which colours the numbers of the result mean.
    pub colorspace: Option<Colorspace>,
    /// What a URL answers when the transform fails.
    pub onerror: Option<OnError>,
    /// Cut the subject out.
    pub segment: Option<Segment>,
    /// How a picture is enlarged.
    pub upscale: Option<Upscale>,
    /// Widths that `width=auto` may choose from.
    pub wbreakpoints: Option<Vec<u32>>,
    /// Width that `width=auto` takes for a phone.
    pub wmobile: Option<u32>,
    /// Width that `width=auto` takes for anything else.
    pub wdesktop: Option<u32>,
    /// Overlays, painted in their order.
    pub draw: Option<Vec<Overlay>>,
    /// Pass the client's credentials to the origin.
    pub origin_auth: Option<OriginAuth>,
}

/// Options with what the parser wants the caller to know.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// The options.
    pub options: Options,
    /// For example: names that are not known and were ignored.
    pub warnings: Vec<String>,
}
