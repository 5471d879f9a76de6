//! What an argument may be: its check, and its schema, side by side.

use serde_json::{json, Map, Value};

use super::date;
use crate::{Error, Result};

/// Longest metadata, as JSON without blanks.
const LONGEST_METADATA: usize = 1024;

/// What an argument may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Text of so many characters.
    Text(usize, usize),
    /// Letters, digits, `-` and `_`, at most so many.
    Word(usize),
    /// An image's id; in a path it may have several segments.
    Id,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A whole number within bounds.
    Integer(u64, u64),
    /// `true` or `false`.
    Flag,
    /// `true` and nothing else.
    Always,
    /// A time (RFC 3339).
    Time,
    /// An address on the web.
    Url,
    /// The name of a host.
    Host,
    /// An object of the account's own.
    Metadata,
    /// An object whose shape is the component of this name.
    Object(&'static str),
    /// A list of different words.
    Choices(&'static [&'static str]),
    /// A list of texts.
    Texts(usize),
    /// A list of items whose shape is the component of this name.
    Items(&'static str, usize),
    /// Conditions on metadata: parameters of the query with names of their own.
    Filters,
    /// The bytes of a file.
    File,
}

impl Kind {
    /// A value of JSON, checked.
    pub(crate) fn check(self, name: &str, value: Value) -> Result<Value> {
        match self.fits(&value) {
            true => Ok(value),
            false => Err(Error::invalid(name, &self.expected(), value)),
        }
    }

    /// A value that came as text, checked.
    pub(crate) fn check_text(self, name: &str, text: String) -> Result<Value> {
        let refused = || Error::invalid(name, &self.expected(), &text);
        let value = match self {
            Kind::Integer(..) => Value::from(plain_number(&text).ok_or_else(refused)?),
            Kind::Flag if text.eq_ignore_ascii_case("true") => Value::Bool(true),
            Kind::Flag if text.eq_ignore_ascii_case("false") => Value::Bool(false),
            Kind::Choices(_) | Kind::Texts(_) => {
                text.split(',').map(|item| Value::from(item.trim())).collect()
            }
            Kind::Object(_) | Kind::Items(..) | Kind::Metadata => {
                serde_json::from_str(&text).map_err(|_| refused())?
            }
            _ => Value::String(text),
        };
        self.check(name, value)
    }

    fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (Kind::Text(least, most), Value::String(text)) => {
                (least..=most).contains(&text.chars().count())
            }
            (Kind::Word(most), Value::String(text)) => is_word(text, most),
            (Kind::Id, Value::String(text)) => (1..=1024).contains(&text.chars().count()),
            (Kind::Choice(words), Value::String(text)) => words.contains(&text.as_str()),
            (Kind::Integer(least, most), Value::Number(_)) => {
                whole(value).is_some_and(|number| (least..=most).contains(&number))
            }
            (Kind::Flag, Value::Bool(_)) | (Kind::Always, Value::Bool(true)) => true,
            (Kind::Time, Value::String(text)) => date::read("time", text).is_ok(),
            (Kind::Url, Value::String(text)) => is_url(text),
            (Kind::Host, Value::String(text)) => is_host(text),
            (Kind::Metadata, Value::Object(_)) => value.to_string().len() <= LONGEST_METADATA,
            (Kind::Object(_), Value::Object(_)) => true,
            (Kind::Choices(words), Value::Array(items)) => {
                distinct(items) && items.iter().all(|item| is_one_of(item, words))
            }
            (Kind::Texts(most), Value::Array(items)) => {
                (1..=most).contains(&items.len())
                    && items.iter().all(|item| item.as_str().is_some_and(|text| !text.is_empty()))
            }
            (Kind::Items(_, most), Value::Array(items)) => (1..=most).contains(&items.len()),
            _ => false,
        }
    }

    fn expected(self) -> String {
        match self {
            Kind::Text(least, most) => format!("text of {least} to {most} characters"),
            Kind::Word(most) => format!("1 to {most} letters, digits, - or _"),
            Kind::Id => "an id of 1 to 1024 characters".into(),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
            Kind::Integer(least, most) => format!("{least} to {most}"),
            Kind::Flag => "true or false".into(),
            Kind::Always => "true".into(),
            Kind::Time => "a time such as 2026-11-28T12:00:00Z".into(),
            Kind::Url => "an http or https url".into(),
            Kind::Host => "a host name in lower case".into(),
            Kind::Metadata => format!("an object of at most {LONGEST_METADATA} bytes"),
            Kind::Object(_) => "an object".into(),
            Kind::Choices(words) => format!("a list of {}", words.join(", ")),
            Kind::Texts(most) => format!("a list of 1 to {most} texts"),
            Kind::Items(_, most) => format!("a list of 1 to {most} items"),
            Kind::Filters => "meta.<field>[<operator>]=<value>".into(),
            Kind::File => "a file".into(),
        }
    }

    /// Its JSON Schema.
    pub(crate) fn schema(self) -> Value {
        match self {
            Kind::Text(least, most) => {
                json!({"type": "string", "minLength": least, "maxLength": most})
            }
            Kind::Word(most) => {
                json!({"type": "string", "pattern": format!("^[A-Za-z0-9_-]{{1,{most}}}$")})
            }
            Kind::Id => json!({"type": "string", "minLength": 1, "maxLength": 1024}),
            Kind::Choice(words) => json!({"type": "string", "enum": words}),
            Kind::Integer(least, most) => {
                json!({"type": "integer", "minimum": least, "maximum": most})
            }
            Kind::Flag => json!({"type": "boolean"}),
            Kind::Always => json!({"const": true}),
            Kind::Time => json!({"type": "string", "format": "date-time"}),
            Kind::Url => json!({"type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://"}),
            Kind::Host => json!({
                "type": "string", "maxLength": 253,
                "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$",
            }),
            Kind::Metadata => json!({"type": "object"}),
            Kind::Object(name) => reference(name),
            Kind::Choices(words) => json!({
                "type": "array", "uniqueItems": true, "items": {"type": "string", "enum": words}
            }),
            Kind::Texts(most) => json!({
                "type": "array", "minItems": 1, "maxItems": most,
                "items": {"type": "string", "minLength": 1}
            }),
            Kind::Items(name, most) => json!({
                "type": "array", "minItems": 1, "maxItems": most, "items": reference(name)
            }),
            Kind::Filters => filters(),
            Kind::File => json!({"type": "string", "format": "binary"}),
        }
    }
}

/// Parameters by the patterns of their names.
fn filters() -> Value {
    let name = "meta(\\.[A-Za-z0-9_]{1,100}){1,5}";
    let pattern = |operators: &str| format!("^{name}\\[({operators})\\]$");
    let mut patterns = Map::new();
    patterns.insert(pattern("eq|eq:string"), json!({"type": "string"}));
    patterns.insert(
        pattern("in|in:string"),
        json!({"type": "string", "pattern": "^[^|]*(\\|[^|]*){0,9}$"}),
    );
    patterns.insert(pattern("eq:boolean"), json!({"type": "boolean"}));
    patterns
        .insert(pattern("(eq|in|gt|gte|lt|lte):number|gt|gte|lt|lte"), json!({"type": "number"}));
    json!({
        "type": "object",
        "maxProperties": 5,
        "additionalProperties": false,
        "patternProperties": Value::Object(patterns),
    })
}

/// A component by its name.
pub(crate) fn reference(name: &str) -> Value {
    let target = format!("#/components/schemas/{name}");
    Value::Object(Map::from_iter([("$ref".to_owned(), Value::String(target))]))
}

/// A number without sign, point and leading zeros.
fn plain_number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

/// A number that is whole, `1.0` included, as JSON Schema counts it.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    let exact = |number: &f64| number.fract() == 0.0 && (0.0..9e15).contains(number);
    value.as_u64().or_else(|| value.as_f64().filter(exact).map(|number| number as u64))
}

fn is_word(text: &str, most: usize) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=most).contains(&text.len()) && text.bytes().all(letter)
}

pub(crate) fn is_url(text: &str) -> bool {
    let scheme =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme));
    scheme("https://") || scheme("http://")
}

fn is_host(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

fn is_one_of(item: &Value, words: &[&str]) -> bool {
    item.as_str().is_some_and(|text| words.contains(&text))
}

fn distinct(items: &[Value]) -> bool {
    items.iter().enumerate().all(|(at, item)| !items[..at].contains(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: Kind, text: &str) -> Option<Value> {
        kind.check_text("x", text.to_owned()).ok()
    }

    #[test]
    fn text_is_read_as_its_kind() {
        assert_eq!(text(Kind::Integer(1, 20), "20"), Some(json!(20)));
        for refused in ["", "0", "21", "-1", "+1", "01", "1.0", "1e1", "x"] {
            assert_eq!(text(Kind::Integer(1, 20), refused), None, "{refused}");
        }
        assert_eq!(text(Kind::Flag, "True"), Some(json!(true)));
        assert_eq!(text(Kind::Flag, "1"), None);
        assert_eq!(text(Kind::Choices(&["a", "b"]), "b, a"), Some(json!(["b", "a"])));
        assert_eq!(text(Kind::Choices(&["a", "b"]), "a,a"), None);
        assert_eq!(text(Kind::Metadata, "{\"a\":1}"), Some(json!({"a": 1})));
        assert_eq!(text(Kind::Metadata, "[]"), None);
        assert_eq!(text(Kind::Text(1, 3), "äöü"), Some(json!("äöü")));
    }

    #[test]
    fn json_must_have_the_type_of_its_kind() {
        let check = |kind: Kind, value| kind.check("x", value).is_ok();
        assert!(check(Kind::Integer(1, 5), json!(3.0)) && !check(Kind::Integer(1, 5), json!("3")));
        assert!(!check(Kind::Flag, json!("true")) && !check(Kind::Flag, Value::Null));
        assert!(check(Kind::Word(3), json!("a-_")) && !check(Kind::Word(3), json!("a.b")));
        assert!(check(Kind::Url, json!("HTTPS://a")) && !check(Kind::Url, json!("ftp://a")));
        assert!(check(Kind::Texts(2), json!(["a"])) && !check(Kind::Texts(2), json!([])));
        assert!(!check(Kind::Texts(2), json!(["a", 1])));
    }
}
