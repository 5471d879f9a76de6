//! Numbers and switches.

use serde_json::{json, Value};

use super::FieldValue;
use crate::options::kind::{Kind, MAX_SIDE};

/// A decimal number of digits and at most one point, with a digit on each side of it.
pub(in crate::options) fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    text.parse().ok()
}

fn integer(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

pub(super) fn json_number(value: f64) -> Value {
    if value.fract() == 0.0 && value < 1e15 {
        json!(value as u64)
    } else {
        json!(value)
    }
}

impl FieldValue for u32 {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        in_range(kind, integer(text)?)
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::String(text) => Self::from_text(kind, text),
            _ => in_range(kind, u32::try_from(json.as_u64()?).ok()?),
        }
    }

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

fn in_range(kind: &Kind, value: u32) -> Option<u32> {
    let (min, max) = match *kind {
        Kind::Integer { min, max } => (min, max),
        Kind::Quality => (1, 100),
        Kind::Turns => (0, 360),
        _ => (1, MAX_SIDE),
    };
    (min..=max).contains(&value).then_some(value)
}

impl FieldValue for u8 {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        u32::from_text(kind, text)?.try_into().ok()
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        u32::from_json(kind, json)?.try_into().ok()
    }

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

/// Quarter turns.
impl FieldValue for u16 {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        quarter_turn(u32::from_text(kind, text)?)
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        quarter_turn(u32::from_json(kind, json)?)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

fn quarter_turn(degrees: u32) -> Option<u16> {
    degrees.is_multiple_of(90).then(|| degrees.try_into().ok())?
}

impl FieldValue for f64 {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        number_in_range(kind, decimal(text)?)
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::String(text) => Self::from_text(kind, text),
            _ => number_in_range(kind, json.as_f64()?),
        }
    }

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn to_json(&self) -> Value {
        json_number(*self)
    }
}

fn number_in_range(kind: &Kind, value: f64) -> Option<f64> {
    let (max, zero) = match *kind {
        Kind::Number { max, zero } => (max, zero),
        _ => (f64::from(MAX_SIDE), true),
    };
    let fits = value <= max && if zero { value >= 0.0 } else { value > 0.0 };
    // Adding 0 turns the -0 that JSON can write into 0.
    fits.then_some(value + 0.0)
}

impl FieldValue for bool {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        json.as_bool().or_else(|| Self::from_text(kind, json.as_str()?))
    }

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}
