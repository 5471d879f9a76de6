//! Fields of a JSON object, with errors that name them.

use serde_json::{Map, Value};

use crate::{Error, Result};

/// An object whose fields are read by name.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// Takes `value`, an object that has no field but `known` ones.
    pub(crate) fn of(name: &str, value: &'a Value, known: &[&str]) -> Result<Self> {
        let Some(object) = value.as_object() else { return Err(wrong(name, "an object", value)) };
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(Error::invalid(name, &known.join(", "), key.escape_default())),
            None => Ok(Fields(object)),
        }
    }

    /// A field that is there and not null.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>> {
        let text = |value: &'a Value| value.as_str().ok_or_else(|| wrong(name, "text", value));
        self.get(name).map(text).transpose()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>> {
        let flag =
            |value: &Value| value.as_bool().ok_or_else(|| wrong(name, "true or false", value));
        self.get(name).map(flag).transpose()
    }

    pub(crate) fn pixels(&self, name: &str) -> Result<Option<u32>> {
        self.get(name).map(|value| pixels(name, value)).transpose()
    }

    /// A list of at most `most` values, each read by `item`.
    pub(crate) fn list<T>(
        &self,
        name: &str,
        most: usize,
        item: impl Fn(&'a Value) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_array() {
            Some(items) if (1..=most).contains(&items.len()) => {
                items.iter().map(item).collect::<Result<_>>().map(Some)
            }
            _ => Err(wrong(name, &format!("a list of 1 to {most}"), value)),
        }
    }
}

/// A side in pixels.
pub(crate) fn pixels(name: &str, value: &Value) -> Result<u32> {
    const MOST: u64 = 1_000_000;
    let number = value.as_u64().filter(|number| (1..=MOST).contains(number));
    number.map(|number| number as u32).ok_or_else(|| wrong(name, "1 to 1000000", value))
}

pub(crate) fn required<T>(name: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::invalid(name, "a value", "none"))
}

pub(crate) fn wrong(name: &str, expected: &str, got: &Value) -> Error {
    Error::invalid(name, expected, got)
}
