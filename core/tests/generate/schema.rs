//! A JSON Schema of the JSON form.

use safelight::options::{Flip, Gravity, Kind, QualityWord, Row};
use serde_json::{json, Map, Value};

use super::{last, parts, plain, sentence, NOTICE};

pub fn file() -> String {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": NOTICE,
        "title": "Safelight options",
        "type": "object",
        "properties": properties(""),
    });
    format!("{schema:#}\n")
}

fn properties(whole: &str) -> Value {
    let mut properties = Map::new();
    for row in parts(whole) {
        properties.insert(last(row).into(), described(row));
        for alias in row.aliases {
            let full = json!({"$ref": format!("#/properties/{}", row.name)});
            properties.insert((*alias).into(), full);
        }
    }
    Value::Object(properties)
}

fn described(row: &Row) -> Value {
    let mut schema = value(row);
    schema["description"] = sentence(row).into();
    schema
}

fn object(properties: Value) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn value(row: &Row) -> Value {
    let pixels = json!({"type": "integer", "minimum": 1, "maximum": 20_000});
    match row.kind {
        Kind::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Number { max, zero: true } => json!({"type": "number", "minimum": 0, "maximum": max}),
        Kind::Number { max, zero: false } => {
            json!({"type": "number", "exclusiveMinimum": 0, "maximum": max})
        }
        Kind::Length => json!({"type": "number", "minimum": 0, "maximum": 20_000}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Words { name: "Repeat", words } => {
            json!({"anyOf": [{"const": true}, {"enum": names(words)}]})
        }
        Kind::Words { words, .. } => json!({"enum": names(words)}),
        Kind::Width => json!({"anyOf": [pixels, {"const": "auto"}]}),
        Kind::Quality => json!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 100},
            {"enum": names(QualityWord::DOCS)},
        ]}),
        Kind::Turns => json!({"enum": [0, 90, 180, 270, 360]}),
        Kind::Flip => json!({"enum": names(&plain(Flip::WORDS))}),
        Kind::Color => json!({"type": "string"}),
        Kind::Gravity => gravity(),
        Kind::Trim => json!({"anyOf": [{"type": "string"}, object(properties("trim"))]}),
        Kind::TrimBorder => {
            json!({"anyOf": [{"type": "boolean"}, object(properties("trim.border"))]})
        }
        Kind::Breakpoints => json!({"anyOf": [
            {"type": "array", "items": pixels, "minItems": 1, "maxItems": 64},
            {"type": "string"},
        ]}),
        Kind::Border => border(),
        Kind::Draw => {
            json!({"type": "array", "maxItems": 20, "items": object(properties(row.name))})
        }
        Kind::Text => json!({"anyOf": [{"type": "string"}, object(properties(row.name))]}),
        Kind::Line { max } => json!({"type": "string", "minLength": 1, "maxLength": max}),
        Kind::Font => object(json!({"url": {"type": "string"}})),
    }
}

fn names(words: &[(&str, &str)]) -> Vec<String> {
    words.iter().map(|(word, _)| (*word).into()).collect()
}

fn gravity() -> Value {
    let share = json!({"type": "number", "minimum": 0, "maximum": 1});
    json!({"anyOf": [
        {"enum": names(&plain(Gravity::WORDS))},
        {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?x[0-9]+(\\.[0-9]+)?$"},
        object(json!({"x": share, "y": share, "mode": {"enum": ["remainder", "box-center"]}})),
    ]})
}

fn border() -> Value {
    let side = json!({"type": "integer", "minimum": 0, "maximum": 20_000});
    let mut border = object(json!({
        "color": {"type": "string"},
        "width": side, "top": side, "right": side, "bottom": side, "left": side,
    }));
    border["required"] = json!(["color"]);
    json!({"anyOf": [{"type": "string"}, border]})
}
