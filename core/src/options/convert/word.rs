//! Words, colours, and the points that stand beside the words of gravity.

use serde_json::{json, Value};

use super::number::{decimal, json_number};
use super::{present, FieldValue};
use crate::options::kind::Kind;
use crate::options::values::*;

macro_rules! word_values {
    ($($set:ident),+) => {
        $(impl FieldValue for $set {
            fn from_text(_: &Kind, text: &str) -> Option<Self> {
                $set::from_word(text)
            }

            fn to_text(&self) -> String {
                self.word().into()
            }
        })+
    };
}

word_values!(
    Fit,
    FormatWord,
    Compression,
    Metadata,
    Colorspace,
    OnError,
    Segment,
    Upscale,
    OriginAuth,
    Composite,
    Align
);

/// The word of a value, in a list of words with their meanings and values.
fn word_of<T: PartialEq>(words: &[(&str, &str, T)], value: &T) -> Option<String> {
    words.iter().find(|(_, _, known)| known == value).map(|(word, _, _)| (*word).into())
}

fn value_of<T: Copy>(words: &[(&str, &str, T)], word: &str) -> Option<T> {
    words.iter().find(|(known, _, _)| *known == word).map(|(_, _, value)| *value)
}

impl FieldValue for Flip {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        value_of(Flip::WORDS, if text == "vh" { "hv" } else { text })
    }

    /// Empty for a mirror about no axis.
    fn to_text(&self) -> String {
        word_of(Flip::WORDS, self).unwrap_or_default()
    }
}

impl FieldValue for Color {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        Color::parse(text)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl FieldValue for Gravity {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        value_of(Gravity::WORDS, text).or_else(|| {
            let (x, y) = text.split_once('x')?;
            point(decimal(x)?, decimal(y)?, PointMode::Remainder)
        })
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        let Value::Object(object) = json else {
            return Self::from_text(kind, json.as_str()?);
        };
        let (mut x, mut y, mut mode) = (0.5, 0.5, PointMode::Remainder);
        for (key, value) in present(object) {
            match key {
                "x" => x = value.as_f64()?,
                "y" => y = value.as_f64()?,
                "mode" => mode = PointMode::from_word(value.as_str()?)?,
                _ => return None,
            }
        }
        point(x, y, mode)
    }

    fn to_text(&self) -> String {
        match self {
            Gravity::Point { x, y, mode: PointMode::Remainder } => format!("{x}x{y}"),
            Gravity::Point { .. } => self.to_json().to_string(),
            word => word_of(Gravity::WORDS, word).unwrap_or_default(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Gravity::Point { x, y, mode: mode @ PointMode::BoxCenter } => {
                json!({"mode": mode.word(), "x": json_number(*x), "y": json_number(*y)})
            }
            _ => Value::String(self.to_text()),
        }
    }
}

fn point(x: f64, y: f64, mode: PointMode) -> Option<Gravity> {
    let range = 0.0..=1.0;
    let fits = range.contains(&x) && range.contains(&y);
    fits.then_some(Gravity::Point { x: x + 0.0, y: y + 0.0, mode })
}
