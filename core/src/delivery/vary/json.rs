//! The two functions as JSON, for every language.

use std::collections::BTreeMap;

use serde_json::{json, Map, Value};

use super::{vary_request, vary_response, VaryRules, VaryStored};
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
