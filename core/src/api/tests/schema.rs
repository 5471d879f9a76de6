//! A response against the description: as much of JSON Schema as the description uses.

use serde_json::Value;

use crate::api::{openapi, route};
use crate::{Request, Response};

/// Panics when a response is not what the description says.
pub(super) fn check(request: &Request<'_>, response: &Response) {
    let Ok(route) = route::find(request.method, request.path()) else { return };
    let description = openapi();
    let method = request.method.to_ascii_lowercase();
    let status = response.status.to_string();
    let told = &description["paths"][route.operation.path][method]["responses"][&status];
    assert!(!told.is_null(), "{} {} answers {status}", request.method, request.target);
    let mime = response.header("content-type").unwrap_or_default();
    let content = told["content"].as_object().unwrap();
    let (wanted, media) = content.iter().next().unwrap();
    assert!(mime == wanted || wanted == "image/*" && mime.starts_with("image/"), "{mime}");
    if wanted == "application/json" {
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        let problems = problems(&description, &media["schema"], &body, "");
        assert!(problems.is_empty(), "{} {}: {problems:?}", request.method, request.target);
    }
}

/// What is wrong with a value.
pub(super) fn problems(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(target) = schema["$ref"].as_str() {
        let target = root.pointer(target.trim_start_matches('#')).unwrap();
        return problems(root, target, value, at);
    }
    let mut found = Vec::new();
    let mut expect = |fine: bool, what: &str| {
        if !fine {
            found.push(format!("{at}: {what}: {value}"));
        }
    };
    if let Some(kinds) = schema.get("type") {
        let kinds = kinds.as_array().cloned().unwrap_or_else(|| vec![kinds.clone()]);
        expect(kinds.iter().any(|kind| is(value, kind.as_str().unwrap())), "type");
    }
    expect(schema.get("const").is_none_or(|wanted| wanted == value), "const");
    expect(schema["enum"].as_array().is_none_or(|words| words.contains(value)), "enum");
    let bound = |name: &str| schema[name].as_f64().zip(value.as_f64());
    expect(bound("minimum").is_none_or(|(least, value)| value >= least), "minimum");
    expect(bound("maximum").is_none_or(|(most, value)| value <= most), "maximum");
    let count = value.as_array().map_or(0, Vec::len) as u64;
    expect(schema["minItems"].as_u64().is_none_or(|least| count >= least), "minItems");
    expect(schema["maxItems"].as_u64().is_none_or(|most| count <= most), "maxItems");
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = |schema: &Value| problems(root, schema, value, at).is_empty();
        expect(any.iter().any(fits), "anyOf");
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        expect(value.get(name).is_some(), &format!("required {name}"));
    }
    for (at_item, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(items) = schema.get("items") {
            found.extend(problems(root, items, item, &format!("{at}/{at_item}")));
        }
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        match (schema["properties"].get(name), schema.get("additionalProperties")) {
            (Some(schema), _) => found.extend(problems(root, schema, member, &at)),
            (None, Some(Value::Bool(false))) => found.push(format!("{at}: not described")),
            (None, Some(schema @ Value::Object(_))) => {
                found.extend(problems(root, schema, member, &at));
            }
            _ => {}
        }
    }
    found
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("a type {other}"),
    }
}
