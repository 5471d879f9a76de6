//! The two functions as JSON, for every language.

use std::collections::BTreeMap;

use serde_json::{json, Map, Value};

use super::{vary_headers, vary_request, vary_response, VaryRules, VaryStored};
use super::{VaryAction, VaryBehavior, VaryBehaviors};
use crate::{Error, Result};

/// [`vary_request`] as JSON: `{"rules": {…}, "path": …, "accept": …, "stored": […]}` to
/// `{"extension": …, "accept": …, "types": […], "chosen": …}`.
///
/// `stored` lists the variants that the cache holds for the URL, `{"accept": …, "content_type":
/// …}`, and `chosen` is the index of the one to send, or null: then the origin is to be asked.
pub fn vary_request_json(request: &Value) -> Result<Value> {
    let fields = Fields::of(request, &["rules", "path", "accept", "stored"])?;
    let asked = vary_request(&fields.rules()?, fields.path()?, fields.text("accept")?)?;
    let chosen = asked.choose(&fields.stored()?);
    Ok(json!({
        "extension": asked.extension,
        "accept": asked.accept,
        "types": asked.types,
        "chosen": chosen,
    }))
}

/// [`vary_response`] as JSON: `{"rules": {…}, "path": …, "accept": …, "content_type": …,
/// "vary": …}` to `{"store": …, "accept": …, "status": …, "reason": …}`.
pub fn vary_response_json(request: &Value) -> Result<Value> {
    let fields = Fields::of(request, &["rules", "path", "accept", "content_type", "vary"])?;
    let (rules, accept) = (fields.rules()?, fields.text("accept")?);
    let (content_type, vary) = (fields.text("content_type")?, fields.text("vary")?);
    let answer = vary_response(&rules, fields.path()?, accept, content_type, vary)?;
    Ok(json!({
        "store": answer.store,
        "accept": answer.accept,
        "status": answer.status(),
        "reason": answer.reason.name(),
    }))
}

/// [`vary_headers`] as JSON: `{"behaviors": {"default": {"action": …}, "headers": {…}},
/// "headers": {…}, "vary": …}` to `{"send": {…}, "store": …, "key": {…}, "status": …}`.
///
/// A behaviour is `{"action": "normalize"}`, `passthrough` or `bypass`; that of `accept` has
/// `media_types` and that of `accept-language` has `languages` to be normalised to. `status` is
/// the cache's: `MISS` when the answer is stored on the way, else `BYPASS`.
pub fn vary_headers_json(request: &Value) -> Result<Value> {
    let fields = Fields::of(request, &["behaviors", "headers", "vary"])?;
    let mut headers = BTreeMap::new();
    for (name, value) in members("headers", fields.0.get("headers"))? {
        if let Some(value) = text(name, value)? {
            headers.insert(name.clone(), value.to_owned());
        }
    }
    let asked = vary_headers(&fields.behaviors()?, &headers, fields.text("vary")?)?;
    let status = if asked.store { "MISS" } else { "BYPASS" };
    Ok(json!({"send": asked.send, "store": asked.store, "key": asked.key, "status": status}))
}

/// The fields of a request.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn of(request: &'a Value, known: &[&str]) -> Result<Self> {
        let Some(object) = request.as_object() else {
            return Err(Error::invalid("request", "an object", request));
        };
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(Error::invalid("request", &known.join(", "), key.escape_debug())),
            None => Ok(Fields(object)),
        }
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>> {
        text(name, self.0.get(name).unwrap_or(&Value::Null))
    }

    fn path(&self) -> Result<&'a str> {
        self.text("path")?.ok_or_else(|| Error::invalid("path", "a value", "none"))
    }

    fn rules(&self) -> Result<VaryRules> {
        let value = self.0.get("rules").unwrap_or(&Value::Null);
        let wrong = || Error::invalid("rules", "lists of media types by extension", value);
        let object = value.as_object().ok_or_else(wrong)?;
        let mut rules = BTreeMap::new();
        for (extension, types) in object {
            let types = types.as_array().ok_or_else(wrong)?.iter();
            let types = types.map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong));
            rules.insert(extension.clone(), types.collect::<Result<_>>()?);
        }
        VaryRules::new(&rules)
    }

    fn behaviors(&self) -> Result<VaryBehaviors> {
        let empty = Map::new();
        let given = self.0.get("behaviors").unwrap_or(&Value::Null);
        let given = if given.is_null() {
            Fields(&empty)
        } else {
            Fields::of(given, &["default", "headers"])?
        };
        let default = match given.0.get("default") {
            None | Some(Value::Null) => VaryAction::default(),
            Some(value) => behavior("default", value)?.action,
        };
        let mut headers = BTreeMap::new();
        for (name, value) in members("headers", given.0.get("headers"))? {
            headers.insert(name.clone(), behavior(name, value)?);
        }
        VaryBehaviors::new(default, &headers)
    }

    fn stored(&self) -> Result<Vec<VaryStored>> {
        match self.0.get("stored") {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) => list.iter().map(variant).collect(),
            Some(other) => Err(Error::invalid("stored", "a list", other)),
        }
    }
}

fn variant(value: &Value) -> Result<VaryStored> {
    let name = "stored.content_type";
    let content_type = text(name, &value["content_type"])?;
    Ok(VaryStored {
        accept: text("stored.accept", &value["accept"])?.map(str::to_owned),
        content_type: content_type.ok_or_else(|| Error::invalid(name, "text", "none"))?.to_owned(),
    })
}

fn text<'a>(name: &str, value: &'a Value) -> Result<Option<&'a str>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        other => Err(Error::invalid(name, "text", other)),
    }
}

/// Members of an object that may be missing.
fn members<'a>(name: &str, value: Option<&'a Value>) -> Result<Vec<(&'a String, &'a Value)>> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(object)) => Ok(object.iter().collect()),
        Some(other) => Err(Error::invalid(name, "an object", other)),
    }
}

/// What is done for a header. The name of its list is that of what the list holds.
fn behavior(name: &str, value: &Value) -> Result<VaryBehavior> {
    let list = match name.to_ascii_lowercase().as_str() {
        "accept" => "media_types",
        "accept-language" => "languages",
        _ => "action",
    };
    let fields = Fields::of(value, &["action", list])?;
    let action = match fields.text("action")? {
        Some("normalize") => VaryAction::Normalize,
        Some("passthrough") => VaryAction::Passthrough,
        Some("bypass") => VaryAction::Bypass,
        other => {
            let got = other.unwrap_or("none").escape_debug();
            return Err(Error::invalid(name, "normalize, passthrough or bypass", got));
        }
    };
    let wrong = || Error::invalid(name, "a list of texts", value);
    let list = match value.get(list).filter(|list| !list.is_string() && !list.is_null()) {
        None => Vec::new(),
        Some(list) => {
            let entries = list.as_array().ok_or_else(wrong)?.iter();
            let texts = entries.map(|entry| entry.as_str().map(str::to_owned).ok_or_else(wrong));
            texts.collect::<Result<_>>()?
        }
    };
    Ok(VaryBehavior { action, list })
}
