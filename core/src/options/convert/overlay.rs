//! What is drawn on the result: only JSON can say it.

use serde_json::{json, Value};

use super::{present, FieldValue};
use crate::options::kind::{Kind, MAX_SIDE};
use crate::options::values::*;

impl FieldValue for Border {
    fn from_text(_: &Kind, _: &str) -> Option<Self> {
        None
    }

    fn from_json(_: &Kind, json: &Value) -> Option<Self> {
        let thickness = Kind::Integer { min: 0, max: MAX_SIDE };
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
        self.to_json().to_string()
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

/// Overlays.
impl FieldValue for Value {
    fn from_text(_: &Kind, _: &str) -> Option<Self> {
        None
    }

    fn from_json(_: &Kind, json: &Value) -> Option<Self> {
        json.as_array()?.iter().all(Value::is_object).then(|| json.clone())
    }

    fn to_text(&self) -> String {
        sorted(self).to_string()
    }

    fn to_json(&self) -> Value {
        self.clone()
    }
}

/// The same value with the members of every object in the order of their names, so that equal
/// values have equal text.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Object(object) => {
            let mut members: Vec<_> =
                object.iter().map(|(key, v)| (key.clone(), sorted(v))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        _ => value.clone(),
    }
}
