//! The shapes of results, and of bodies that are more than a list of fields.

use serde_json::{json, Map, Value};

use super::kind::{reference, Kind};
use super::variants::BROWSER_TTL;
use super::{settings, zones};

/// The schema of the options, made from the option table.
const OPTIONS: &str = include_str!("../../options.schema.json");

/// Every component by name.
pub(super) fn all() -> Map<String, Value> {
    let mut all = Map::new();
    for group in [
        images(),
        variants(),
        access(),
        service(),
        super::sources::schemas(),
        super::imports::schemas(),
    ] {
        if let Value::Object(group) = group {
            all.extend(group);
        }
    }
    all
}

/// A result in its envelope.
pub(super) fn envelope(result: Value) -> Value {
    object(json!({
        "success": {"const": true},
        "errors": {"type": "array", "maxItems": 0},
        "messages": {"$ref": "#/components/schemas/Messages"},
        "result": result,
    }))
}

/// An object with exactly these members.
pub(super) fn object(properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({
        "type": "object", "required": required, "properties": properties,
        "additionalProperties": false,
    })
}

/// A list of these.
pub(super) fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn image() -> Map<String, Value> {
    let properties = json!({
        "id": {"type": "string"},
        "filename": {"type": "string"},
        "uploaded": {"type": "string", "format": "date-time"},
        "requireSignedURLs": {"type": "boolean"},
        "variants": list(json!({"type": "string"})),
        "meta": {"type": "object"},
        "creator": {"type": "string"},
        "draft": {"const": true},
    });
    let Value::Object(properties) = properties else { return Map::new() };
    properties
}

fn images() -> Value {
    let required = ["id", "filename", "uploaded", "requireSignedURLs", "variants"];
    let mut full = json!({"type": "object", "additionalProperties": false});
    full["properties"] = image().into();
    full["required"] = required.iter().chain(&["meta"]).copied().collect();
    let mut uploaded = full.clone();
    uploaded["required"] = required.iter().copied().collect();
    if let Some(properties) = uploaded["properties"].as_object_mut() {
        properties.retain(|name, _| required.contains(&name.as_str()));
    }
    let images = list(reference("Image"));
    let token = json!({"type": ["string", "null"]});
    let count = json!({"type": "integer", "minimum": 0});
    json!({
        "Failure": failure(),
        "Nothing": object(json!({})),
        "Image": full,
        "UploadedImage": uploaded,
        "ImageList": object(json!({"images": images, "continuation_token": token})),
        "ImagePage": object(json!({"images": images})),
        "Stats": object(json!({"count": object(json!({"allowed": count, "current": count}))})),
        "Ahead": {
            "type": "object",
            "properties": {
                "variants": {"type": "array", "items": {"type": "string"}},
                "formats": {"type": "array", "items": {"enum": ["avif", "webp", "jpeg", "png", "gif"]}},
            },
        },
        "DirectUpload": object(json!({
            "id": {"type": "string"}, "uploadURL": {"type": "string", "format": "uri"},
        })),
        "BatchToken": object(json!({
            "token": {"type": "string"}, "expiresAt": {"type": "string", "format": "date-time"},
        })),
    })
}

fn failure() -> Value {
    let error = object(json!({
        "code": {"type": "integer", "minimum": 1000}, "message": {"type": "string"},
    }));
    object(json!({
        "success": {"const": false},
        "errors": {"type": "array", "minItems": 1, "items": error},
        "messages": {"type": "array", "maxItems": 0},
        "result": {"type": "null"},
    }))
}

fn variants() -> Value {
    let variant = object(json!({
        "id": {"type": "string"},
        "options": {"type": "object"},
        "neverRequireSignedURLs": {"type": "boolean"},
    }));
    let map = json!({"type": "object", "additionalProperties": reference("Variant")});
    json!({
        "Variant": variant,
        "VariantMap": object(json!({"variants": map})),
        "VariantAnswer": object(json!({"variant": reference("Variant")})),
        "VariantOptions": variant_options(),
    })
}

/// The options of a variant: those of the table, and the time that browsers keep the result.
fn variant_options() -> Value {
    let text =
        OPTIONS.replace("\"#/properties/", "\"#/components/schemas/VariantOptions/properties/");
    // The file is checked against the table by a test, so it is JSON.
    let mut options: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(members) = options.as_object_mut() {
        members.retain(|name, _| !["$schema", "$comment", "title"].contains(&name.as_str()));
    }
    let (least, most) = BROWSER_TTL;
    options["properties"]["browser_ttl"] = json!({
        "type": "integer", "minimum": least, "maximum": most,
        "description": "Seconds that browsers keep a result.",
    });
    options["additionalProperties"] = false.into();
    options
}

fn access() -> Value {
    let text = json!({"type": "string"});
    let scopes = Kind::Choices(&["read", "write", "upload"]).schema();
    let key = object(json!({"name": text, "value": text}));
    let token = object(json!({
        "id": text, "name": text, "scopes": scopes,
        "created": {"type": "string", "format": "date-time"},
    }));
    json!({
        "KeyList": object(json!({"keys": list(key)})),
        "TokenList": object(json!({"tokens": list(token)})),
        "Token": object(json!({"id": text, "name": text, "scopes": scopes, "value": text})),
        "DomainList": object(json!({"domains": list(text.clone())})),
        "Domain": object(json!({"host": text})),
    })
}

fn service() -> Value {
    json!({
        "Messages": list(object(json!({
            "code": {"type": "integer", "minimum": 1000}, "message": {"type": "string"},
        }))),
        "Settings": settings::schema(),
        "Webhook": {
            "type": "object", "required": ["url"],
            "properties": {"url": Kind::Url.schema(), "secret": {"type": "string"}},
        },
        "WebhookShown": object(json!({"url": {"type": "string"}})),
        "Purged": object(json!({"id": {"type": "string"}})),
        "PurgeFile": {"anyOf": [
            Kind::Url.schema(),
            {"type": "object", "required": ["url"], "properties": {
                "url": Kind::Url.schema(), "headers": {},
            }},
        ]},
        "VaryValue": zones::vary_schema(),
        "VaryRules": object(json!({
            "id": {"const": "variants"},
            "editable": {"type": "boolean"},
            "modified_on": {"type": ["string", "null"], "format": "date-time"},
            "value": reference("VaryValue"),
        })),
        "ZoneSetting": object(json!({
            "id": {"type": "string"},
            "editable": {"type": "boolean"},
            "modified_on": {"type": ["string", "null"], "format": "date-time"},
            "value": {"type": "string"},
        })),
        "VaryGone": object(json!({
            "id": {"const": "variants"},
            "editable": {"type": "boolean"},
            "modified_on": {"type": ["string", "null"], "format": "date-time"},
        })),
    })
}
