//! What values of an option may be, and how an error says so.

use super::values::*;

/// Longest side that may be asked for.
pub(super) const MAX_SIDE: u32 = 20_000;

/// Characters of the name of an asset.
pub(super) const MAX_NAME: Kind = Kind::Line { max: 2048 };

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
    /// `WIDTH;COLOUR`, `T;R;B;L;COLOUR`, or an object.
    Border,
    /// An array of overlays.
    Draw,
    /// The text of an overlay: a string, or an object of its parts.
    Text,
    /// Free text of this many characters at most, and at least one.
    Line {
        /// Most characters.
        max: usize,
    },
    /// A font: the name of an asset, or an object with it.
    Font,
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
            Kind::Border => "WIDTH;COLOUR, T;R;B;L;COLOUR or an object".into(),
            Kind::Draw => "an array of objects".into(),
            Kind::Text => "a string, or an object with content".into(),
            Kind::Line { max: 2048 } => "a name of 1 to 2048 characters".into(),
            Kind::Line { max } => format!("1 to {max} characters"),
            Kind::Font => "an object with url".into(),
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
