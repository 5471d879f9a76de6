//! A URL as JSON, the same in every language.

use serde_json::{json, Map, Value};

use super::{delivery, text, Choice, Delivery, SourceRef, Transform, Url};
use crate::options::{Options, Parsed};
use crate::{Error, Result};

impl Url {
    /// As JSON: `form` is `transform` or `delivery`, `options` canonical text.
    pub fn to_json(&self) -> Value {
        match self {
            Url::Transform(url) => json!({
                "form": "transform",
                "host": url.host,
                "options": url.options.to_string(),
                "source": url.source,
                "warnings": url.warnings,
            }),
            Url::Delivery(url) => {
                let (variant, options) = match &url.choice {
                    Choice::Variant(name) => (Some(name), None),
                    Choice::Options(options) => (None, Some(options.to_string())),
                };
                json!({
                    "form": "delivery",
                    "host": url.host,
                    "custom": url.custom,
                    "account": url.account,
                    "image": url.image,
                    "variant": variant,
                    "options": options,
                    "query": url.query,
                    "warnings": url.warnings,
                })
            }
        }
    }

    /// Reads what [`Url::to_json`] writes. Absent and null mean the same; `options` may also be
    /// an object; `warnings` are not read.
    pub fn from_json(value: &Value) -> Result<Self> {
        let Some(object) = value.as_object() else {
            return Err(wrong("url", "an object", value));
        };
        match text_of(object, "form")? {
            Some("transform") => read_transform(object).map(Url::Transform),
            Some("delivery") => read_delivery(object).map(Url::Delivery),
            _ => Err(wrong("form", "transform or delivery", &value["form"])),
        }
    }
}

fn read_transform(object: &Map<String, Value>) -> Result<Transform> {
    known(object, &["form", "host", "options", "source", "warnings"])?;
    let parsed = options_of(object)?.unwrap_or_default();
    let source = SourceRef::read(required(object, "source")?)?.text().to_owned();
    let host = text_of(object, "host")?.map(text::read_host).transpose()?;
    Ok(Transform { host, options: Box::new(parsed.options), source, warnings: parsed.warnings })
}

fn read_delivery(object: &Map<String, Value>) -> Result<Delivery> {
    let names = ["form", "host", "custom", "account", "image"];
    known(object, &[&names[..], &["variant", "options", "query", "warnings"]].concat())?;
    let (choice, warnings) = match (text_of(object, "variant")?, options_of(object)?) {
        (Some(name), None) => (Choice::Variant(delivery::read_variant(name)?), Vec::new()),
        (None, Some(parsed)) => (Choice::Options(Box::new(parsed.options)), parsed.warnings),
        (Some(_), Some(_)) => {
            return Err(Error::invalid("variant", "no options beside it", "both"))
        }
        (None, None) => return Err(Error::invalid("variant", "a variant or options", "neither")),
    };
    Ok(Delivery {
        host: text_of(object, "host")?.map(text::read_host).transpose()?,
        custom: flag_of(object, "custom")?,
        account: delivery::read_account(required(object, "account")?)?,
        image: delivery::read_image(required(object, "image")?)?,
        choice,
        query: text_of(object, "query")?.filter(|query| !query.is_empty()).map(str::to_owned),
        warnings,
    })
}

fn known(object: &Map<String, Value>, names: &[&str]) -> Result<()> {
    match object.keys().find(|key| !names.contains(&key.as_str())) {
        Some(key) => Err(Error::invalid("url", &names.join(", "), text::shown(key))),
        None => Ok(()),
    }
}

fn text_of<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong(name, "text", other)),
    }
}

fn required<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a str> {
    text_of(object, name)?.ok_or_else(|| Error::invalid(name, "text", "none"))
}

fn flag_of(object: &Map<String, Value>, name: &str) -> Result<bool> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(wrong(name, "true or false", other)),
    }
}

fn options_of(object: &Map<String, Value>) -> Result<Option<Parsed>> {
    match object.get("options") {
        None | Some(Value::Null) => Ok(None),
        // Canonical text may be empty: every option at its default.
        Some(Value::String(text)) if text.is_empty() => Ok(Some(Parsed::default())),
        Some(Value::String(text)) => Options::parse(text).map(Some),
        Some(Value::Object(given)) => {
            Options::parse(&Value::Object(given.clone()).to_string()).map(Some)
        }
        Some(other) => Err(wrong("options", "text or an object", other)),
    }
}

fn wrong(name: &str, expected: &str, got: &Value) -> Error {
    Error::invalid(name, expected, text::shown(&got.to_string()))
}
