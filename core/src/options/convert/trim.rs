//! What is cut off the source.

use serde_json::{json, Map, Value};

use super::number::json_number;
use super::FieldValue;
use crate::options::kind::Kind;
use crate::options::values::*;

impl FieldValue for Trim {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        if text == "border" {
            return Some(Trim { border: Some(TrimBorder::default()), ..Trim::default() });
        }
        let mut sides = text.split(';').map(|side| f64::from_text(&Kind::Length, side));
        let mut next = || sides.next().flatten();
        let (top, right, bottom, left) = (next()?, next()?, next()?, next()?);
        let trim = Trim {
            top: Some(top),
            right: Some(right),
            bottom: Some(bottom),
            left: Some(left),
            ..Trim::default()
        };
        sides.next().is_none().then_some(trim)
    }

    /// The four sides, or `border` when only a border is asked for; what is left of the value
    /// stands in the rows of its parts.
    fn to_text(&self) -> String {
        if self.cuts_only_a_border() {
            return "border".into();
        }
        match self.sides() {
            [0.0, 0.0, 0.0, 0.0] => String::new(),
            sides => sides.map(|side| side.to_string()).join(";"),
        }
    }

    fn to_json(&self) -> Value {
        let mut object = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                object.insert(name.into(), value);
            }
        };
        put("top", self.top.map(json_number));
        put("right", self.right.map(json_number));
        put("bottom", self.bottom.map(json_number));
        put("left", self.left.map(json_number));
        put("width", self.width.map(json_number));
        put("height", self.height.map(json_number));
        put("border", self.border.map(|border| border.to_json()));
        Value::Object(object)
    }
}

impl FieldValue for TrimBorder {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        (text == "true").then(TrimBorder::default)
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::Bool(true) => Some(TrimBorder::default()),
            _ => Self::from_text(kind, json.as_str()?),
        }
    }

    fn to_text(&self) -> String {
        "true".into()
    }

    fn to_json(&self) -> Value {
        if *self == TrimBorder::default() {
            return Value::Bool(true);
        }
        let mut object = Map::new();
        if let Some(color) = self.color {
            object.insert("color".into(), color.to_json());
        }
        if let Some(tolerance) = self.tolerance {
            object.insert("tolerance".into(), json!(tolerance));
        }
        if let Some(keep) = self.keep {
            object.insert("keep".into(), json!(keep));
        }
        Value::Object(object)
    }
}

impl Trim {
    /// Top, right, bottom and left; what is absent is 0.
    fn sides(&self) -> [f64; 4] {
        [self.top, self.right, self.bottom, self.left].map(Option::unwrap_or_default)
    }

    pub(in crate::options) fn cuts_only_a_border(&self) -> bool {
        self.border.is_some() && self.sides() == [0.0; 4]
    }

    /// Without sides that cut nothing; `None` when nothing is left.
    pub(in crate::options) fn tidy(mut self) -> Option<Trim> {
        for side in [&mut self.top, &mut self.right, &mut self.bottom, &mut self.left] {
            *side = side.filter(|cut| *cut != 0.0);
        }
        (self != Trim::default()).then_some(self)
    }
}
