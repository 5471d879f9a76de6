//! Widths and qualities: a number, a word, or a list.

use serde_json::{json, Value};

use super::FieldValue;
use crate::options::kind::Kind;
use crate::options::values::*;

impl FieldValue for Width {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        if text == "auto" {
            return Some(Width::Auto);
        }
        u32::from_text(kind, text).map(Width::Pixels)
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::String(text) => Self::from_text(kind, text),
            _ => u32::from_json(kind, json).map(Width::Pixels),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Width::Pixels(pixels) => pixels.to_string(),
            Width::Auto => "auto".into(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Width::Pixels(pixels) => json!(pixels),
            Width::Auto => json!("auto"),
        }
    }
}

impl FieldValue for Quality {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        match QualityWord::from_word(text) {
            Some(word) => Some(Quality::Word(word)),
            None => u8::from_text(kind, text).map(Quality::Number),
        }
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::String(text) => Self::from_text(kind, text),
            _ => u8::from_json(kind, json).map(Quality::Number),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Quality::Number(number) => number.to_string(),
            Quality::Word(word) => word.word().into(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Quality::Number(number) => json!(number),
            Quality::Word(word) => json!(word.word()),
        }
    }
}

/// Breakpoints.
impl FieldValue for Vec<u32> {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        breakpoints(text.split(';').map(|part| u32::from_text(kind, part)))
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::Array(items) => breakpoints(items.iter().map(|item| u32::from_json(kind, item))),
            _ => Self::from_text(kind, json.as_str()?),
        }
    }

    fn to_text(&self) -> String {
        self.iter().map(u32::to_string).collect::<Vec<_>>().join(";")
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

fn breakpoints(widths: impl Iterator<Item = Option<u32>>) -> Option<Vec<u32>> {
    let widths: Vec<u32> = widths.take(65).collect::<Option<_>>()?;
    (1..=64).contains(&widths.len()).then_some(widths)
}
