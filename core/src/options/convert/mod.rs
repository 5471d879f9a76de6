//! From text and JSON to typed values and back, one type at a time.
//!
//! `None` is "not a value of this kind"; the caller, who knows the option's name, makes the error.

mod number;
mod overlay;
mod size;
mod trim;
mod word;

use serde_json::{Map, Value};

use super::kind::Kind;

pub(super) use number::decimal;

/// A value of one field.
pub(super) trait FieldValue: Sized {
    fn from_text(kind: &Kind, text: &str) -> Option<Self>;

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        Self::from_text(kind, json.as_str()?)
    }

    fn to_text(&self) -> String;

    fn to_json(&self) -> Value {
        Value::String(self.to_text())
    }
}

/// The members of an object that are not null.
fn present(object: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    object.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.as_str(), value))
}
