//! The table: one row an option. Parsers, printers, schema, option reference and the type files
//! of every language read these rows and keep no list of their own.

use super::convert::FieldValue;
use super::kind::{Kind, MAX_NAME, MAX_SIDE};
use super::row::{Access, Live, Row};
use super::values::*;
use super::{Options, Overlay};

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
    (draw.text.$part:ident) => {
        access!(
            o,
            overlay(o).and_then(|overlay| overlay.text.as_ref()?.$part.as_ref()),
            overlay_mut(o).text.get_or_insert_default().$part
        )
    };
    (draw.$part:ident) => {
        access!(o, overlay(o).and_then(|overlay| overlay.$part.as_ref()), overlay_mut(o).$part)
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

/// A row of an overlay that means what the option of the same name means.
macro_rules! shared {
    ($name:literal, $kind:expr, $doc:literal) => {
        Row {
            name: $name,
            kind: $kind,
            doc: $doc,
            shared: true,
            covered: |_| true,
            section: "Overlays",
            ..PLAIN
        }
    };
}

/// The overlay that the rows of `draw` reach.
fn overlay(options: &Options) -> Option<&Overlay> {
    options.draw.as_ref()?.last()
}

fn overlay_mut(options: &mut Options) -> &mut Overlay {
    let overlays = options.draw.get_or_insert_default();
    if overlays.is_empty() {
        overlays.push(Overlay::default());
    }
    let last = overlays.len() - 1;
    &mut overlays[last]
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
    shared: false,
    access: Access {
        set_text: |_, _, _| false,
        set_json: |_, _, _| false,
        text: |_| None,
        json: |_| None,
    },
};

const PIXELS: Kind = Kind::Integer { min: 1, max: MAX_SIDE };
const SIZE_OR_SHARE: Kind = Kind::Number { max: MAX_SIDE as f64, zero: false };
const OFFSET: Kind = Kind::Integer { min: 0, max: MAX_SIDE };
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
        aliases = &["f"], default = "JPEG or PNG, by the source", section = "Formats"),
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
    row!("draw", draw, Kind::Draw, "Overlays, painted in their order; the last one is on top.",
        neutral = &["[]"], section = "Overlays"),
    row!("draw.url", draw.url, MAX_NAME, "The picture: the name of an asset, such as its URL.",
        covered = |_| true, section = "Overlays"),
    row!("draw.opacity", draw.opacity, Kind::Number { max: 1.0, zero: true }, "Opacity.",
        default = "1", neutral = &["1"], covered = |_| true, section = "Overlays"),
    row!("draw.composite", draw.composite, words!(Composite), "How it meets what lies under it, inside its box only.",
        default = "over", neutral = &["over"], covered = |_| true, section = "Overlays"),
    row!("draw.repeat", draw.repeat, words!(Repeat), "Copies on both axes (`true`), in a row (`x`) or in a column (`y`).",
        covered = |_| true, section = "Overlays"),
    row!("draw.width", draw.width, SIZE_OR_SHARE, "Width: below 1 a share of the result's width, from 1 pixels. A text is wrapped at it.",
        default = "its own", covered = |_| true, section = "Overlays"),
    row!("draw.height", draw.height, SIZE_OR_SHARE, "Height: below 1 a share of the result's height, from 1 pixels. A text shrinks to fit in it.",
        default = "its own", covered = |_| true, section = "Overlays"),
    row!("draw.top", draw.top, OFFSET, "Pixels between the top edges.",
        default = "centred", covered = |_| true, section = "Overlays"),
    row!("draw.left", draw.left, OFFSET, "Pixels between the left edges.",
        default = "centred", covered = |_| true, section = "Overlays"),
    row!("draw.bottom", draw.bottom, OFFSET, "Pixels between the bottom edges; not together with `top`.",
        default = "centred", covered = |_| true, section = "Overlays"),
    row!("draw.right", draw.right, OFFSET, "Pixels between the right edges; not together with `left`.",
        default = "centred", covered = |_| true, section = "Overlays"),
    row!("draw.text", draw.text, Kind::Text, "A text, in place of a picture.",
        covered = |_| true, section = "Overlays"),
    row!("draw.text.content", draw.text.content, Kind::Line { max: 1000 }, "What it says; a line feed starts a new line.",
        covered = |_| true, section = "Overlays"),
    row!("draw.text.font", draw.text.font, Kind::Font, "The font: the name of an asset that is a TTF, OTF, WOFF or WOFF2 file.",
        default = "the bundled font", covered = |_| true, section = "Overlays"),
    row!("draw.text.size", draw.text.size, Kind::Number { max: 1000.0, zero: false }, "Size in points of 4/3 CSS pixels.",
        default = "24; the largest that fits, with `height`", covered = |_| true, section = "Overlays"),
    row!("draw.text.color", draw.text.color, Kind::Color, "Colour.",
        default = "black", neutral = &["#000000"], covered = |_| true, section = "Overlays"),
    row!("draw.text.align", draw.text.align, words!(Align), "Where lines begin and end.",
        default = "start", neutral = &["start"], covered = |_| true, section = "Overlays"),
    row!("draw.text.line-height", draw.text.line_height, Kind::Number { max: 10.0, zero: false }, "Distance of lines, as a multiple of the size.",
        default = "the font's", covered = |_| true, section = "Overlays"),
    shared!("draw.dpr", Kind::Number { max: 100.0, zero: false }, "As `dpr`, which holds where this is absent."),
    shared!("draw.fit", words!(Fit), "As `fit`, for the overlay."),
    shared!("draw.gravity", Kind::Gravity, "As `gravity`, for the overlay."),
    shared!("draw.zoom", Kind::Number { max: 1.0, zero: true }, "As `zoom`, for the overlay."),
    shared!("draw.trim", Kind::Trim, "As `trim`, for the overlay; in URL text the parts are `trim.left` and so on."),
    shared!("draw.border", Kind::Border, "As `border`, for the overlay."),
    shared!("draw.background", Kind::Color, "As `background`, for the overlay."),
    shared!("draw.rotate", Kind::Turns, "As `rotate`, for the overlay."),
    shared!("draw.flip", Kind::Flip, "As `flip`, for the overlay."),
    shared!("draw.brightness", MULTIPLIER, "As `brightness`, for the overlay."),
    shared!("draw.contrast", MULTIPLIER, "As `contrast`, for the overlay."),
    shared!("draw.gamma", MULTIPLIER, "As `gamma`, for the overlay."),
    shared!("draw.saturation", MULTIPLIER, "As `saturation`, for the overlay."),
    shared!("draw.blur", Kind::Number { max: 250.0, zero: true }, "As `blur`, for the overlay."),
    shared!("draw.sharpen", Kind::Number { max: 10.0, zero: true }, "As `sharpen`, for the overlay."),
    shared!("draw.segment", words!(Segment), "As `segment`, for the overlay."),
    shared!("draw.upscale", words!(Upscale), "As `upscale`, for the overlay."),
    row!("origin-auth", origin_auth, words!(OriginAuth),
        "`share-publicly` hands the client's credentials to the origin; the result stays public.",
        url = false),
];
