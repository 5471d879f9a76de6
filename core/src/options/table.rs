//! The table: one row an option. Parsers, printers, schema, option reference and the type files
//! of every language read these rows and keep no list of their own.

use super::convert::FieldValue;
use super::kind::{Kind, MAX_SIDE};
use super::row::{Access, Live, Row};
use super::values::*;

/// Reaches a field: what to read (an `Option` of a reference), and the place to write.
macro_rules! access {
    ($o:ident, $get:expr, $slot:expr) => {
        Access {
            set_text: |kind, text, $o| match FieldValue::from_text(kind, text) {
                Some(value) => {
                    $slot = Some(value);
                    true
                }
                None => false,
            },
            set_json: |kind, json, $o| match FieldValue::from_json(kind, json) {
                Some(value) => {
                    $slot = Some(value);
                    true
                }
                None => false,
            },
            text: |$o| $get.map(FieldValue::to_text).filter(|text| !text.is_empty()),
            json: |$o| $get.map(FieldValue::to_json),
        }
    };
}

/// Reaches a field of [`Options`], a part of `trim`, or a part of `trim.border`.
macro_rules! field {
    (trim.border.$part:ident) => {
        access!(
            o,
            o.trim.as_ref().and_then(|trim| trim.border.as_ref()?.$part.as_ref()),
            o.trim.get_or_insert_default().border.get_or_insert_default().$part
        )
    };
    (trim.$part:ident) => {
        access!(
            o,
            o.trim.as_ref().and_then(|trim| trim.$part.as_ref()),
            o.trim.get_or_insert_default().$part
        )
    };
    ($name:ident) => {
        access!(o, o.$name.as_ref(), o.$name)
    };
}

/// A row; what is left out keeps the value of `PLAIN`.
macro_rules! row {
    ($name:literal, $($path:ident).+, $kind:expr, $doc:literal $(, $key:ident = $value:expr)*) => {
        Row { $($key: $value,)* name: $name, kind: $kind, doc: $doc, access: field!($($path).+), ..PLAIN }
    };
}

const PLAIN: Row = Row {
    name: "",
    aliases: &[],
    kind: Kind::Bool,
    default: "none",
    neutral: &[],
    url: true,
    live: Live::Yes,
    section: "",
    doc: "",
    covered: |_| false,
    access: Access {
        set_text: |_, _, _| false,
        set_json: |_, _, _| false,
        text: |_| None,
        json: |_| None,
    },
};

const PIXELS: Kind = Kind::Integer { min: 1, max: MAX_SIDE };
const MULTIPLIER: Kind = Kind::Number { max: 255.0, zero: true };

macro_rules! words {
    ($set:ident) => {
        Kind::Words { name: stringify!($set), words: $set::DOCS }
    };
}

/// Every option, in the order of the canonical text.
#[rustfmt::skip]
pub static ROWS: &[Row] = &[
    row!("width", width, Kind::Width, "Target width in CSS pixels, before `dpr`.",
        aliases = &["w"], default = "source width", section = "Sizes"),
    row!("height", height, PIXELS, "Target height in CSS pixels, before `dpr`.",
        aliases = &["h"], default = "source height", section = "Sizes"),
    row!("dpr", dpr, Kind::Number { max: 100.0, zero: false },
        "Device pixel ratio: multiplies `width`, `height`, `border` and pixel values of `trim`.",
        default = "1", neutral = &["1"], section = "Sizes"),
    row!("fit", fit, words!(Fit), "What to do when source and target have different shapes.",
        default = "scale-down", neutral = &["scale-down"], section = "Fit"),
    row!("gravity", gravity, Kind::Gravity, "Which part stays when the picture is cropped.",
        aliases = &["g"], default = "center", neutral = &["center", "0.5x0.5"], section = "Gravity"),
    row!("zoom", zoom, Kind::Number { max: 1.0, zero: true },
        "How tightly `gravity=face` crops: 0 keeps the surroundings, 1 is the face alone.",
        aliases = &["face-zoom"], default = "0", neutral = &["0"], section = "Gravity"),
    row!("trim", trim, Kind::Trim, "What is cut off the source, before anything else.", section = "Trim"),
    row!("trim.top", trim.top, Kind::Length, "Cut off the top edge.",
        default = "0", neutral = &["0"], covered = |_| true, section = "Trim"),
    row!("trim.right", trim.right, Kind::Length, "Cut off the right edge.",
        default = "0", neutral = &["0"], covered = |_| true, section = "Trim"),
    row!("trim.bottom", trim.bottom, Kind::Length, "Cut off the bottom edge.",
        default = "0", neutral = &["0"], covered = |_| true, section = "Trim"),
    row!("trim.left", trim.left, Kind::Length, "Cut off the left edge.",
        default = "0", neutral = &["0"], covered = |_| true, section = "Trim"),
    row!("trim.width", trim.width, Kind::Number { max: MAX_SIDE as f64, zero: false },
        "Keep this much, from what is then the left edge: below 1 a share of the side, from 1 pixels.", default = "all", section = "Trim"),
    row!("trim.height", trim.height, Kind::Number { max: MAX_SIDE as f64, zero: false },
        "Keep this much, from what is then the top edge: below 1 a share of the side, from 1 pixels.", default = "all", section = "Trim"),
    row!("trim.border", trim.border, Kind::TrimBorder, "Find a uniform border and cut it off.",
        covered = |o| o.trim.is_some_and(|trim| trim.cuts_only_a_border()), section = "Trim"),
    row!("trim.border.color", trim.border.color, Kind::Color, "The border's colour.",
        default = "found", section = "Trim"),
    row!("trim.border.tolerance", trim.border.tolerance, Kind::Integer { min: 0, max: 255 },
        "Largest difference in a channel that still counts as border.",
        default = "chosen", section = "Trim"),
    row!("trim.border.keep", trim.border.keep, Kind::Integer { min: 0, max: MAX_SIDE },
        "Pixels of border to leave.",
        default = "0", neutral = &["0"], section = "Trim"),
    row!("border", border, Kind::Border, "Frame drawn round the result.",
        section = "Border"),
    row!("background", background, Kind::Color,
        "Colour under transparent pixels and in the space that `fit=pad` adds.",
        default = "none; white for `fit=pad`", section = "Colours"),
    row!("rotate", rotate, Kind::Turns, "Clockwise turn in degrees, before the size is applied.",
        default = "0", neutral = &["0", "360"]),
    row!("flip", flip, Kind::Flip, "Mirror left to right (`h`), top to bottom (`v`) or both, before `rotate`."),
    row!("brightness", brightness, MULTIPLIER, "Light multiplier; 0 changes nothing.",
        default = "1", neutral = &["0", "1"]),
    row!("contrast", contrast, MULTIPLIER, "Contrast multiplier about mid grey; 0 changes nothing.",
        default = "1", neutral = &["0", "1"]),
    row!("gamma", gamma, MULTIPLIER, "Exponent of the tone curve: below 1 is lighter; 0 changes nothing.",
        default = "1", neutral = &["0", "1"]),
    row!("saturation", saturation, MULTIPLIER, "Colour multiplier: 0 is greyscale.",
        default = "1", neutral = &["1"]),
    row!("blur", blur, Kind::Number { max: 250.0, zero: true }, "Gaussian blur radius in pixels.",
        default = "0", neutral = &["0"]),
    row!("sharpen", sharpen, Kind::Number { max: 10.0, zero: true },
        "Unsharp mask strength; 1 suits a picture that was shrunk.",
        default = "0", neutral = &["0"]),
    row!("format", format, words!(FormatWord), "Output format.",
        aliases = &["f"], default = "JPEG or PNG, by the source", live = Live::Except(&["svg"]), section = "Formats"),
    row!("quality", quality, Kind::Quality, "Encoder quality: a number, or a word for a perceptual target.",
        aliases = &["q"], default = "85", section = "Quality"),
    row!("slow-connection-quality", slow_connection_quality, Kind::Quality,
        "Quality for clients that report a slow connection.",
        aliases = &["scq"], section = "Quality"),
    row!("compression", compression, words!(Compression), "`fast` takes the quickest encoder, at some cost in bytes."),
    row!("anim", anim, Kind::Bool, "`false` keeps only the first frame.",
        default = "true", neutral = &["true"], section = "Animation"),
    row!("metadata", metadata, words!(Metadata), "Which metadata the result keeps.",
        default = "copyright", neutral = &["copyright"], section = "Metadata"),
    row!("colorspace", colorspace, words!(Colorspace), "Which colours the numbers of the result mean.",
        default = "srgb", neutral = &["srgb"], section = "Profiles"),
    row!("onerror", onerror, words!(OnError), "`redirect` answers a failed URL with a redirect to the source."),
    row!("segment", segment, words!(Segment), "`foreground` cuts the subject out; the rest becomes transparent.",
        live = Live::Hook(&[])),
    row!("upscale", upscale, words!(Upscale), "How a picture is enlarged.",
        default = "interpolate", neutral = &["interpolate"], live = Live::Hook(&["generate"])),
    row!("wbreakpoints", wbreakpoints, Kind::Breakpoints, "Widths that `width=auto` may choose from.",
        default = "320;768;960;1200", neutral = &["320;768;960;1200"], section = "Sizes"),
    row!("wmobile", wmobile, PIXELS, "Width that `width=auto` takes for a phone without hints.",
        default = "768", neutral = &["768"], section = "Sizes"),
    row!("wdesktop", wdesktop, PIXELS, "Width that `width=auto` takes for other clients without hints.",
        default = "1200", neutral = &["1200"], section = "Sizes"),
    row!("draw", draw, Kind::Draw, "Overlays, painted in their order.",
        neutral = &["[]"], url = false, live = Live::No),
    row!("origin-auth", origin_auth, words!(OriginAuth),
        "`share-publicly` hands the client's credentials to the origin; the result stays public.",
        url = false),
];
