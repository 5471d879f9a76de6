//! The fields of a form as one JSON object, in every dialect that clients write metadata in.
//!
//! | client | `{"a": {"b": 1}, "c": ["x"]}` as fields |
//! |---|---|
//! | curl, Django, the older Go library | `metadata` = the JSON text |
//! | JavaScript | `metadata[a][b]`, `metadata[c][]` |
//! | Python | `metadata.a.b`, `metadata.c` as often as there are items |
//! | Go | `metadata.a.b`, `metadata.c.0` |
//!
//! A form carries text only. In the last three dialects `true`, `false`, `null` and a number in
//! its shortest JSON form are read as what they say, so that filters by number find them; other
//! text stays text (`007`, `1e400`).

use serde_json::{Map, Value};

use super::multipart::Part;
use crate::{Error, Result};

/// Deepest nesting of metadata in brackets or dots.
const DEEPEST: usize = 16;

/// What a form holds.
#[derive(Debug, Default)]
pub(crate) struct Form<'a> {
    /// Every field but the file. All are text but `metadata`, which is an object.
    pub fields: Map<String, Value>,
    /// The content of the field `file`.
    pub file: Option<&'a [u8]>,
    /// The name of that file.
    pub filename: Option<String>,
}

/// Sorts the parts of a form. A field that comes twice is refused, because no client does that
/// on purpose and proxies would not agree on which one holds.
pub(crate) fn read<'a>(parts: &[Part<'a>]) -> Result<Form<'a>> {
    let mut form = Form::default();
    let mut nested = Value::Null;
    for part in parts {
        match part.name.strip_prefix("metadata").map(path) {
            Some(Some(keys)) if !keys.is_empty() => {
                insert(&mut nested, &keys, typed(part.text()?)).ok_or_else(|| clash(&part.name))?;
            }
            _ if part.name == "file" => file(&mut form, part)?,
            _ => field(&mut form, part)?,
        }
    }
    if !nested.is_null() && form.fields.insert("metadata".into(), lists(nested)).is_some() {
        return Err(clash("metadata"));
    }
    Ok(form)
}

fn file<'a>(form: &mut Form<'a>, part: &Part<'a>) -> Result<()> {
    form.filename = part.filename.clone();
    match form.file.replace(part.data) {
        None => Ok(()),
        Some(_) => Err(clash("file")),
    }
}

fn field(form: &mut Form, part: &Part) -> Result<()> {
    let text = part.text()?;
    let value = match part.name.as_str() {
        "metadata" => serde_json::from_str(text)
            .map_err(|_| Error::invalid("metadata", "a JSON object", "other text"))?,
        _ => Value::String(text.to_owned()),
    };
    match form.fields.insert(part.name.clone(), value) {
        None => Ok(()),
        Some(_) => Err(clash(&part.name)),
    }
}

fn clash(name: &str) -> Error {
    Error::invalid(name, "each field once", "it again")
}

/// The keys behind `metadata`: `[a][b]`, `.a.b`, or both mixed; an empty one means the end of a
/// list. `None` for what is no such path.
fn path(mut rest: &str) -> Option<Vec<&str>> {
    let mut keys = Vec::new();
    while !rest.is_empty() {
        let (key, after) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => {
                let rest = rest.strip_prefix('.')?;
                rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()))
            }
        };
        keys.push(key);
        rest = after;
    }
    (keys.len() <= DEEPEST).then_some(keys)
}

/// Puts a value where the keys lead. `None` when something else stands in the way.
fn insert(place: &mut Value, keys: &[&str], value: Value) -> Option<()> {
    match (keys.split_first(), &mut *place) {
        (None, Value::Null) => *place = value,
        (None, Value::Array(items)) => items.push(value),
        // The same name again makes a list of it.
        (None, Value::Object(_)) => return None,
        (None, single) => *place = Value::Array(vec![single.take(), value]),
        (Some((&"", [])), Value::Null) => *place = Value::Array(vec![value]),
        (Some((&"", [])), Value::Array(items)) => items.push(value),
        (Some((key, rest)), Value::Null) => {
            let mut inner = Value::Null;
            insert(&mut inner, rest, value)?;
            *place = Value::Object(Map::from_iter([((*key).to_owned(), inner)]));
        }
        (Some((key, rest)), Value::Object(members)) => {
            insert(members.entry(*key).or_insert(Value::Null), rest, value)?;
        }
        _ => return None,
    }
    Some(())
}

/// Objects whose keys count from 0 are lists, as one client writes them.
fn lists(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let counted = members.keys().enumerate().all(|(at, key)| *key == at.to_string());
    let members = members.into_iter().map(|(key, value)| (key, lists(value)));
    match counted {
        true => Value::Array(members.map(|(_, value)| value).collect()),
        false => Value::Object(members.collect()),
    }
}

/// A text as what it says.
fn typed(text: &str) -> Value {
    let value = serde_json::from_str(text).unwrap_or(Value::Null);
    let shortest = value.to_string();
    match value {
        Value::Bool(_) | Value::Number(_) | Value::Null if shortest == text => value,
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form<'a>(fields: &[(&str, &'a str)]) -> Result<Form<'a>> {
        let part = |(name, text): &(&str, &'a str)| Part {
            name: (*name).to_owned(),
            filename: (*name == "file").then(|| "a.png".to_owned()),
            data: text.as_bytes(),
        };
        read(&fields.iter().map(part).collect::<Vec<_>>())
    }

    fn metadata(fields: &[(&str, &str)]) -> Option<Value> {
        form(fields).ok()?.fields.remove("metadata")
    }

    #[test]
    fn a_form_has_a_file_and_text_fields_in_any_order() {
        let read =
            form(&[("file", "bytes"), ("id", "a/b"), ("requireSignedURLs", "true")]).unwrap();
        assert_eq!((read.file, read.filename.as_deref()), (Some(&b"bytes"[..]), Some("a.png")));
        assert_eq!(Value::Object(read.fields), json!({"id": "a/b", "requireSignedURLs": "true"}));
    }

    #[test]
    fn every_dialect_of_metadata_gives_the_same_object() {
        let expected = json!({"a": {"b": 1, "c": "x"}, "d": [true, "y"], "e": "007"});
        let json = r#"{"a":{"b":1,"c":"x"},"d":[true,"y"],"e":"007"}"#;
        let dialects: [&[(&str, &str)]; 4] = [
            &[("metadata", json)],
            &[
                ("metadata[a][b]", "1"),
                ("metadata[a][c]", "x"),
                ("metadata[d][]", "true"),
                ("metadata[d][]", "y"),
                ("metadata[e]", "007"),
            ],
            &[
                ("metadata.a.b", "1"),
                ("metadata.a.c", "x"),
                ("metadata.d", "true"),
                ("metadata.d", "y"),
                ("metadata.e", "007"),
            ],
            &[
                ("metadata.a.b", "1"),
                ("metadata.a.c", "x"),
                ("metadata.d.0", "true"),
                ("metadata.d.1", "y"),
                ("metadata.e", "007"),
            ],
        ];
        for fields in dialects {
            assert_eq!(metadata(fields).as_ref(), Some(&expected), "{fields:?}");
        }
    }

    #[test]
    fn text_is_a_number_only_in_its_shortest_form() {
        let texts = [
            ("1", json!(1)),
            ("-2.5", json!(-2.5)),
            ("1.50", json!("1.50")),
            ("+1", json!("+1")),
            (" 1", json!(" 1")),
            ("1e400", json!("1e400")),
            ("", json!("")),
            ("True", json!("True")),
            ("\"a\"", json!("\"a\"")),
        ];
        for (text, expected) in texts {
            assert_eq!(metadata(&[("metadata.k", text)]), Some(json!({"k": expected})), "{text}");
        }
    }

    #[test]
    fn fields_that_contradict_each_other_are_refused() {
        let cases: [&[(&str, &str)]; 6] = [
            &[("id", "a"), ("id", "b")],
            &[("file", "a"), ("file", "b")],
            &[("metadata", "{}"), ("metadata[a]", "1")],
            &[("metadata[a]", "1"), ("metadata[a][b]", "1")],
            &[("metadata[a][b]", "1"), ("metadata[a]", "1")],
            &[("metadata", "{")],
        ];
        for fields in cases {
            assert!(form(fields).is_err(), "{fields:?}");
        }
    }

    #[test]
    fn names_that_only_look_like_metadata_are_fields() {
        let fields = form(&[("metadatax", "1"), ("metadata[a", "2")]).unwrap().fields;
        assert_eq!(Value::Object(fields), json!({"metadatax": "1", "metadata[a": "2"}));
        let deep = format!("metadata{}", ".a".repeat(DEEPEST + 1));
        assert!(metadata(&[(&deep, "1")]).is_none());
    }
}
