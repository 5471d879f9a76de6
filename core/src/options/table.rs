//! The table: one row an option. Parsers, printers, schema, option reference and the type files
//! of every language read these rows and keep no list of their own.

use serde_json::Value;

use super::convert::FieldValue;
use super::values::*;
use super::Options;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A whole number.
    Integer {
        /// Smallest value.
        min: u32,
        /// Largest value.
        max: u32,
    },
    /// A decimal number from 0.
    Number {
        /// Largest value.
        max: f64,
        /// Whether 0 itself is allowed.
        zero: bool,
    },
    /// `true` or `false`.
    Bool,
    /// One of a closed set of words.
    Words {
        /// Name of the set in typed languages.
        name: &'static str,
        /// Each word with its meaning.
        words: &'static [(&'static str, &'static str)],
    },
    /// Pixels, or `auto`.
    Width,
    /// 1 to 100, or a word.
    Quality,
    /// Quarter turns in degrees.
    Turns,
    /// `h`, `v` or `hv`.
    Flip,
    /// A CSS colour.
    Color,
    /// A word, a side or a point.
    Gravity,
    /// `T;R;B;L`, `border`, or an object of its parts.
    Trim,
    /// 0 to 1 exclusive: a share of the side; from 1: pixels.
    Length,
    /// `true`, or an object of its parts.
    TrimBorder,
    /// Widths in pixels.
    Breakpoints,
    /// An object: colour and thickness.
    Border,
    /// An array of overlays.
    Draw,
}

/// Whether asking for an option has its effect in this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// Yes, with every value.
    Yes,
    /// Yes, but for these values.
    Except(&'static [&'static str]),
    /// No: it is known and refused.
    No,
}

/// One option.
#[derive(Debug)]
pub struct Row {
    /// Full name. A dot leads to a part of the option before it.
    pub name: &'static str,
    /// Short names.
    pub aliases: &'static [&'static str],
    /// What a value may be.
    pub kind: Kind,
    /// What holds when the option is absent, in words or as a value.
    pub default: &'static str,
    /// Values that do the same as leaving the option out; they are not printed.
    pub neutral: &'static [&'static str],
    /// Whether URL text may carry it; JSON always may.
    pub url: bool,
    /// Whether it has its effect in this version.
    pub live: Live,
    /// The heading of the option reference that tells more.
    pub section: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Whether the text of the option before the dot says it already.
    pub(super) covered: fn(&Options) -> bool,
    pub(super) access: Access,
}

/// How a row reaches its field.
#[derive(Debug)]
pub(super) struct Access {
    pub set_text: fn(&Kind, &str, &mut Options) -> bool,
    pub set_json: fn(&Kind, &Value, &mut Options) -> bool,
    pub text: fn(&Options) -> Option<String>,
    pub json: fn(&Options) -> Option<Value>,
}

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

/// Longest side that may be asked for.
pub(super) const MAX_SIDE: u32 = 20_000;

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
        aliases = &["w"], default = "source width", live = Live::Except(&["auto"]), section = "Sizes"),
    row!("height", height, PIXELS, "Target height in CSS pixels, before `dpr`.",
        aliases = &["h"], default = "source height", section = "Sizes"),
    row!("dpr", dpr, Kind::Number { max: 100.0, zero: false },
        "Device pixel ratio: multiplies `width`, `height`, `border` and pixel values of `trim`.",
        default = "1", neutral = &["1"], section = "Sizes"),
    row!("fit", fit, words!(Fit), "What to do when source and target have different shapes.",
        default = "scale-down", neutral = &["scale-down"], section = "Fit"),
    row!("gravity", gravity, Kind::Gravity, "Which part stays when the picture is cropped.",
        aliases = &["g"], default = "center", neutral = &["center", "0.5x0.5"],
        live = Live::Except(&["auto", "face", "entropy"]), section = "Gravity"),
    row!("zoom", zoom, Kind::Number { max: 1.0, zero: true },
        "How tightly `gravity=face` crops: 0 keeps the surroundings, 1 is the face alone.",
        aliases = &["face-zoom"], default = "0", neutral = &["0"], live = Live::No, section = "Gravity"),
    row!("trim", trim, Kind::Trim, "What is cut off the source, before anything else.",
        live = Live::Except(&["border"]), section = "Trim"),
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
        live = Live::No, covered = |o| o.trim.is_some_and(|trim| trim.cuts_only_a_border()), section = "Trim"),
    row!("trim.border.color", trim.border.color, Kind::Color, "The border's colour.",
        default = "found", live = Live::No, section = "Trim"),
    row!("trim.border.tolerance", trim.border.tolerance, Kind::Integer { min: 0, max: 255 },
        "Largest difference in a channel that still counts as border.",
        default = "chosen", live = Live::No, section = "Trim"),
    row!("trim.border.keep", trim.border.keep, Kind::Integer { min: 0, max: MAX_SIDE },
        "Pixels of border to leave.",
        default = "0", neutral = &["0"], live = Live::No, section = "Trim"),
    row!("border", border, Kind::Border, "Frame drawn round the result.",
        url = false, live = Live::No, section = "Border"),
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
        aliases = &["scq"], live = Live::No, section = "Quality"),
    row!("compression", compression, words!(Compression), "`fast` takes the quickest encoder, at some cost in bytes."),
    row!("anim", anim, Kind::Bool, "`false` keeps only the first frame.",
        default = "true", neutral = &["true"]),
    row!("metadata", metadata, words!(Metadata), "Which metadata a JPEG result keeps.",
        default = "copyright", neutral = &["copyright"], section = "Metadata"),
    row!("onerror", onerror, words!(OnError), "`redirect` answers a failed URL with a redirect to the source."),
    row!("segment", segment, words!(Segment), "`foreground` cuts the subject out; the rest becomes transparent.",
        live = Live::No),
    row!("upscale", upscale, words!(Upscale), "How a picture is enlarged.",
        default = "interpolate", neutral = &["interpolate"], live = Live::Except(&["generate"])),
    row!("wbreakpoints", wbreakpoints, Kind::Breakpoints, "Widths that `width=auto` may choose from.",
        default = "320;768;960;1200", neutral = &["320;768;960;1200"], live = Live::No, section = "Sizes"),
    row!("wmobile", wmobile, PIXELS, "Width that `width=auto` takes for a phone without hints.",
        default = "768", neutral = &["768"], live = Live::No, section = "Sizes"),
    row!("wdesktop", wdesktop, PIXELS, "Width that `width=auto` takes for other clients without hints.",
        default = "1200", neutral = &["1200"], live = Live::No, section = "Sizes"),
    row!("draw", draw, Kind::Draw, "Overlays, painted in their order.",
        neutral = &["[]"], url = false, live = Live::No),
    row!("origin-auth", origin_auth, words!(OriginAuth),
        "`share-publicly` hands the client's credentials to the origin; the result stays public.",
        url = false, live = Live::No),
];

impl Row {
    /// The row with this full or short name.
    pub fn find(name: &str) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.name == name || row.aliases.contains(&name))
    }

    /// How deep the name goes: 0 for `trim`, 2 for `trim.border.keep`.
    pub fn depth(&self) -> usize {
        self.name.matches('.').count()
    }

    /// The value in text form, unless it is absent or does nothing.
    pub(super) fn text(&self, options: &Options) -> Option<String> {
        if (self.covered)(options) {
            return None;
        }
        (self.access.text)(options).filter(|text| !self.neutral.contains(&text.as_str()))
    }
}

impl Kind {
    /// What an error says was expected.
    pub fn expected(&self) -> String {
        match self {
            Kind::Integer { min, max } => format!("{min} to {max}"),
            Kind::Number { max, zero: true } => format!("0 to {max}"),
            Kind::Number { max, zero: false } => format!("more than 0 and at most {max}"),
            Kind::Bool => "true or false".into(),
            Kind::Words { words, .. } => either(words.iter().map(|(word, _)| *word)),
            Kind::Width => format!("1 to {MAX_SIDE}"),
            Kind::Quality => {
                format!("1 to 100, {}", either(QualityWord::DOCS.iter().map(|(word, _)| *word)))
            }
            Kind::Turns => "0, 90, 180, 270 or 360".into(),
            Kind::Flip => either(Flip::WORDS.iter().map(|(word, _, _)| *word)),
            Kind::Color => "a CSS colour".into(),
            Kind::Gravity => {
                let words = Gravity::WORDS.iter().map(|(word, _, _)| *word);
                either(words.chain(["XxY from 0x0 to 1x1"]))
            }
            Kind::Trim => "T;R;B;L or border".into(),
            Kind::Length => format!("0 to {MAX_SIDE}"),
            Kind::TrimBorder => "true".into(),
            Kind::Breakpoints => format!("1 to 64 widths from 1 to {MAX_SIDE} between semicolons"),
            Kind::Border => "an object with color and width, top, right, bottom or left".into(),
            Kind::Draw => "an array of objects".into(),
        }
    }

    /// Whether a value is a number, so that one out of range can be told from nonsense.
    pub(super) fn is_numeric(&self) -> bool {
        use Kind::*;
        matches!(self, Integer { .. } | Number { .. } | Width | Quality | Turns | Length)
    }
}

fn either<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        Some((last, [])) => (*last).into(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
