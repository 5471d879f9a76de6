//! What is drawn on the result.

use serde_json::{json, Map, Value};

use super::{present, FieldValue};
use crate::options::kind::{Kind, MAX_NAME, MAX_SIDE};
use crate::options::values::*;
use crate::options::{Font, Overlay, Text};

const THICKNESS: Kind = Kind::Integer { min: 0, max: MAX_SIDE };

impl FieldValue for Border {
    /// `WIDTH;COLOUR` or `TOP;RIGHT;BOTTOM;LEFT;COLOUR`.
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        let (sides, color) = text.rsplit_once(';')?;
        let sides: Vec<u32> = sides
            .split(';')
            .take(5)
            .map(|side| u32::from_text(&THICKNESS, side))
            .collect::<Option<_>>()?;
        let [top, right, bottom, left] = match sides[..] {
            [width] => [width; 4],
            [top, right, bottom, left] => [top, right, bottom, left],
            _ => return None,
        };
        Some(Border { color: Color::parse(color)?, top, right, bottom, left })
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        if let Some(text) = json.as_str() {
            return Self::from_text(kind, text);
        }
        let thickness = THICKNESS;
        let (mut color, mut width, mut sides) = (None, 0, [None; 4]);
        for (key, value) in present(json.as_object()?) {
            let side = ["top", "right", "bottom", "left"].iter().position(|side| *side == key);
            match (key, side) {
                (_, Some(side)) => sides[side] = Some(u32::from_json(&thickness, value)?),
                ("width", _) => width = u32::from_json(&thickness, value)?,
                ("color", _) => color = Some(Color::parse(value.as_str()?)?),
                _ => return None,
            }
        }
        let [top, right, bottom, left] = sides.map(|side| side.unwrap_or(width));
        Some(Border { color: color?, top, right, bottom, left })
    }

    fn to_text(&self) -> String {
        let Border { color, top, right, bottom, left } = *self;
        if [right, bottom, left] == [top; 3] {
            return format!("{top};{color}");
        }
        format!("{top};{right};{bottom};{left};{color}")
    }

    fn to_json(&self) -> Value {
        let Border { color, top, right, bottom, left } = *self;
        let color = color.to_string();
        if [right, bottom, left] == [top; 3] {
            return json!({"color": color, "width": top});
        }
        json!({"color": color, "top": top, "right": right, "bottom": bottom, "left": left})
    }
}

/// Overlays. They are read by `draw`, which can say what is wrong with which.
impl FieldValue for Vec<Overlay> {
    fn from_text(_: &Kind, _: &str) -> Option<Self> {
        None
    }

    fn to_text(&self) -> String {
        self.iter().map(Overlay::url_text).collect::<Vec<_>>().join(",draw=")
    }

    fn to_json(&self) -> Value {
        self.iter().map(Overlay::json).collect()
    }
}

/// The text of an overlay. Its parts have rows of their own; this is for what is no object.
impl FieldValue for Text {
    fn from_text(_: &Kind, _: &str) -> Option<Self> {
        None
    }

    fn to_text(&self) -> String {
        self.content.clone().unwrap_or_default()
    }

    fn to_json(&self) -> Value {
        let mut object = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                object.insert(name.into(), value);
            }
        };
        put("content", self.content.as_ref().map(FieldValue::to_json));
        put("font", self.font.as_ref().map(FieldValue::to_json));
        put("size", self.size.as_ref().map(FieldValue::to_json));
        put("color", self.color.as_ref().map(FieldValue::to_json));
        put("align", self.align.as_ref().map(FieldValue::to_json));
        put("line-height", self.line_height.as_ref().map(FieldValue::to_json));
        Value::Object(object)
    }
}

/// Names of assets and what a text says.
impl FieldValue for String {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        let Kind::Line { max } = *kind else { return None };
        (1..=max).contains(&text.chars().take(max + 1).count()).then(|| text.into())
    }

    fn to_text(&self) -> String {
        self.clone()
    }
}

impl FieldValue for Font {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        Some(Font { url: String::from_text(&MAX_NAME, text)? })
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        let Value::Object(object) = json else {
            return Self::from_text(kind, json.as_str()?);
        };
        let mut members = present(object);
        match (members.next(), members.next()) {
            (Some(("url", name)), None) => Self::from_text(kind, name.as_str()?),
            _ => None,
        }
    }

    fn to_text(&self) -> String {
        self.url.clone()
    }

    fn to_json(&self) -> Value {
        json!({"url": self.url})
    }
}

impl FieldValue for Repeat {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        Repeat::from_word(text)
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::Bool(true) => Some(Repeat::Both),
            _ => Self::from_text(kind, json.as_str()?),
        }
    }

    fn to_text(&self) -> String {
        self.word().into()
    }

    fn to_json(&self) -> Value {
        match self {
            Repeat::Both => Value::Bool(true),
            axis => json!(axis.word()),
        }
    }
}
