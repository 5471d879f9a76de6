//! The JSON form: an object with the full names, `_` allowed for `-`, null for "not given".

use serde_json::{Map, Value};

use super::kind::Kind;
use super::parse::{Entries, Raw};
use super::row::Row;
use super::table::ROWS;
use super::Options;
use crate::{Error, Result};

/// Longest JSON text, in bytes.
const MAX_TEXT: usize = 64 << 10;

impl Options {
    /// Every option that is given, as a JSON object in table order.
    pub fn to_json(&self) -> Value {
        let rows = ROWS.iter().filter(|row| row.depth() == 0);
        let members = rows.filter_map(|row| Some((row.name.into(), (row.access.json)(self)?)));
        Value::Object(members.collect())
    }
}

/// The options of a JSON text in their order, values not yet read.
pub(super) fn entries(text: &str) -> Result<Entries<'static>> {
    if text.len() > MAX_TEXT {
        return Err(Error::too_large("options bytes", MAX_TEXT, text.len()));
    }
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        let place = format!("an error at line {} column {}", error.line(), error.column());
        Error::invalid("options", "a JSON object", place)
    })?;
    let mut entries = Entries::default();
    for (name, value) in object {
        entry(&mut entries, name.replace('_', "-"), value);
    }
    Ok(entries)
}

pub(super) fn entry(entries: &mut Entries<'static>, name: String, value: Value) {
    let Some(row) = Row::find(&name) else {
        return entries.unknown(&name);
    };
    match (row.kind, value) {
        (_, Value::Null) => {}
        // A switch that is off is a switch that is not given.
        (Kind::TrimBorder, Value::Bool(false)) => {}
        (Kind::Trim, Value::Object(parts)) => members(entries, row.name, parts),
        (Kind::TrimBorder, Value::Object(parts)) => {
            entries.known.push((row, Raw::Json(Value::Bool(true))));
            members(entries, row.name, parts);
        }
        (_, value) => entries.known.push((row, Raw::Json(value))),
    }
}

fn members(entries: &mut Entries<'static>, whole: &str, parts: Map<String, Value>) {
    for (name, value) in parts {
        entry(entries, format!("{whole}.{name}"), value);
    }
}
