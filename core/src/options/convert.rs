//! From text and JSON to typed values and back, one type at a time.
//!
//! `None` is "not a value of this kind"; the caller, who knows the option's name, makes the error.

use serde_json::{json, Map, Value};

use super::table::{Kind, MAX_SIDE};
use super::values::*;

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

/// A decimal number of digits and at most one point, with a digit on each side of it.
pub(super) fn decimal(text: &str) -> Option<f64> {
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

fn json_number(value: f64) -> Value {
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

macro_rules! word_values {
    ($($set:ident),+) => {
        $(impl FieldValue for $set {
            fn from_text(_: &Kind, text: &str) -> Option<Self> {
                $set::from_word(text)
            }

            fn to_text(&self) -> String {
                self.word().into()
            }
        })+
    };
}

word_values!(Fit, FormatWord, Compression, Metadata, OnError, Segment, Upscale, OriginAuth);

impl FieldValue for Width {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        if text == "auto" {
            return Some(Width::Auto);
        }
        u32::from_text(kind, text).map(Width::Pixels)
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::String(text) => Self::from_text(kind, text),
            _ => u32::from_json(kind, json).map(Width::Pixels),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Width::Pixels(pixels) => pixels.to_string(),
            Width::Auto => "auto".into(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Width::Pixels(pixels) => json!(pixels),
            Width::Auto => json!("auto"),
        }
    }
}

impl FieldValue for Quality {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        match QualityWord::from_word(text) {
            Some(word) => Some(Quality::Word(word)),
            None => u8::from_text(kind, text).map(Quality::Number),
        }
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::String(text) => Self::from_text(kind, text),
            _ => u8::from_json(kind, json).map(Quality::Number),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Quality::Number(number) => number.to_string(),
            Quality::Word(word) => word.word().into(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Quality::Number(number) => json!(number),
            Quality::Word(word) => json!(word.word()),
        }
    }
}

/// The word of a value, in a list of words with their meanings and values.
fn word_of<T: PartialEq>(words: &[(&str, &str, T)], value: &T) -> Option<String> {
    words.iter().find(|(_, _, known)| known == value).map(|(word, _, _)| (*word).into())
}

fn value_of<T: Copy>(words: &[(&str, &str, T)], word: &str) -> Option<T> {
    words.iter().find(|(known, _, _)| *known == word).map(|(_, _, value)| *value)
}

impl FieldValue for Flip {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        value_of(Flip::WORDS, if text == "vh" { "hv" } else { text })
    }

    /// Empty for a mirror about no axis.
    fn to_text(&self) -> String {
        word_of(Flip::WORDS, self).unwrap_or_default()
    }
}

impl FieldValue for Color {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        Color::parse(text)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl FieldValue for Gravity {
    fn from_text(_: &Kind, text: &str) -> Option<Self> {
        value_of(Gravity::WORDS, text).or_else(|| {
            let (x, y) = text.split_once('x')?;
            point(decimal(x)?, decimal(y)?, PointMode::Remainder)
        })
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        let Value::Object(object) = json else {
            return Self::from_text(kind, json.as_str()?);
        };
        let (mut x, mut y, mut mode) = (0.5, 0.5, PointMode::Remainder);
        for (key, value) in present(object) {
            match key {
                "x" => x = value.as_f64()?,
                "y" => y = value.as_f64()?,
                "mode" => mode = PointMode::from_word(value.as_str()?)?,
                _ => return None,
            }
        }
        point(x, y, mode)
    }

    fn to_text(&self) -> String {
        match self {
            Gravity::Point { x, y, mode: PointMode::Remainder } => format!("{x}x{y}"),
            Gravity::Point { .. } => self.to_json().to_string(),
            word => word_of(Gravity::WORDS, word).unwrap_or_default(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Gravity::Point { x, y, mode: mode @ PointMode::BoxCenter } => {
                json!({"mode": mode.word(), "x": json_number(*x), "y": json_number(*y)})
            }
            _ => Value::String(self.to_text()),
        }
    }
}

fn point(x: f64, y: f64, mode: PointMode) -> Option<Gravity> {
    let range = 0.0..=1.0;
    let fits = range.contains(&x) && range.contains(&y);
    fits.then_some(Gravity::Point { x: x + 0.0, y: y + 0.0, mode })
}

/// The members of an object that are not null.
fn present(object: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    object.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.as_str(), value))
}

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

/// Breakpoints.
impl FieldValue for Vec<u32> {
    fn from_text(kind: &Kind, text: &str) -> Option<Self> {
        breakpoints(text.split(';').map(|part| u32::from_text(kind, part)))
    }

    fn from_json(kind: &Kind, json: &Value) -> Option<Self> {
        match json {
            Value::Array(items) => breakpoints(items.iter().map(|item| u32::from_json(kind, item))),
            _ => Self::from_text(kind, json.as_str()?),
        }
    }

    fn to_text(&self) -> String {
        self.iter().map(u32::to_string).collect::<Vec<_>>().join(";")
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

fn breakpoints(widths: impl Iterator<Item = Option<u32>>) -> Option<Vec<u32>> {
    let widths: Vec<u32> = widths.take(65).collect::<Option<_>>()?;
    (1..=64).contains(&widths.len()).then_some(widths)
}

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

impl Trim {
    /// Top, right, bottom and left; what is absent is 0.
    fn sides(&self) -> [f64; 4] {
        [self.top, self.right, self.bottom, self.left].map(Option::unwrap_or_default)
    }

    pub(super) fn cuts_only_a_border(&self) -> bool {
        self.border.is_some() && self.sides() == [0.0; 4]
    }

    /// Without sides that cut nothing; `None` when nothing is left.
    pub(super) fn tidy(mut self) -> Option<Trim> {
        for side in [&mut self.top, &mut self.right, &mut self.bottom, &mut self.left] {
            *side = side.filter(|cut| *cut != 0.0);
        }
        (self != Trim::default()).then_some(self)
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
