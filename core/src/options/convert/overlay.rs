//! What is drawn on the result.

use serde_json::{json, Value};

use super::{present, FieldValue};
use crate::options::kind::{Kind, MAX_SIDE};
use crate::options::values::*;

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
