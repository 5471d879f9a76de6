//! The table of operations as OpenAPI, and as a list of verbs.

use serde_json::{json, Map, Value};

use super::imports::LOG_FILE;
use super::kind::{reference, Kind};
use super::operation::{Argument, Body, Need, Operation, Place};
use super::{direct, operation, route, schemas};

/// Failures that any operation can answer, by status.
const FAILURES: [(&str, &str); 8] = [
    ("400", "A part of the request is missing or wrong"),
    ("401", "No token, or one that is not known"),
    ("403", "The token does not allow this, or the account reached a limit"),
    ("404", "There is no such thing"),
    ("500", "A bug of ours"),
    ("502", "A store failed"),
    ("503", "There is too much to do; `Retry-After` says when to come again"),
    ("504", "The deadline passed"),
];
/// Failures of operations that add something.
const FAILURES_OF_ADDING: [(&str, &str); 1] = [("409", "The id or name is taken")];
/// Failures of operations that take a form.
const FAILURES_OF_FORMS: [(&str, &str); 4] = [
    ("408", "The upload took too long"),
    ("413", "The upload is too large"),
    ("415", "The body is no form, or the file no picture that is served"),
    ("499", "The client aborted"),
];

/// The OpenAPI 3.1 description of everything under [`super::answer`].
pub fn openapi() -> Value {
    let mut paths = Map::new();
    for operation in route::operations() {
        add(&mut paths, operation.path, operation, "");
        if let Some(short) = route::short(operation) {
            add(&mut paths, short, operation, "batch.");
        }
    }
    paths.insert(format!("{}{{hash}}/{{id}}", direct::PREFIX), direct_upload());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Safelight hosted images",
            "version": crate::VERSION,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            "description": "Hosted images: the REST API. Made from the table of operations by \
                `UPDATE=1 cargo test`; do not edit. Every result but bytes stands in one envelope. \
                An image's id in a path is percent-encoded as one segment, or comes with its \
                slashes.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"email": [], "key": []}, {"service": []}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "email": {"type": "apiKey", "in": "header", "name": "X-Auth-Email"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"},
                "service": {"type": "apiKey", "in": "header", "name": "X-Auth-User-Service-Key"},
            },
            "schemas": schemas::all(),
        },
    })
}

/// Every verb with its arguments.
pub(super) fn verbs() -> Value {
    let verb = |operation: &Operation| {
        let named = |argument: &Argument| (argument.name.to_owned(), described(argument));
        let file = |argument: &&Argument| argument.kind == Kind::File;
        let others = operation.arguments.iter().filter(|argument| !file(argument));
        let arguments: Map<String, Value> = others.map(named).collect();
        let told = json!({
            "doc": operation.doc,
            "arguments": arguments,
            "one_of": operation.one_of,
            "file": operation.arguments.iter().any(|argument| file(&argument)),
            "bytes": matches!(operation.result, "" | LOG_FILE),
        });
        (operation.verb.to_owned(), told)
    };
    Value::Object(route::operations().map(verb).collect())
}

fn described(argument: &Argument) -> Value {
    json!({"doc": argument.doc, "required": argument.required, "schema": schema(argument)})
}

fn tags() -> Vec<Value> {
    let mut names: Vec<&str> = route::operations().map(tag).collect();
    names.dedup();
    let known: Vec<&str> = names.clone();
    let first =
        |(at, name): &(usize, &str)| known.iter().position(|known| known == name) == Some(*at);
    names.into_iter().enumerate().filter(first).map(|(_, name)| json!({"name": name})).collect()
}

fn tag(operation: &'static Operation) -> &'static str {
    operation.verb.split('.').next().unwrap_or("")
}

fn add(paths: &mut Map<String, Value>, path: &str, operation: &'static Operation, prefix: &str) {
    let mut told = json!({
        "operationId": format!("{prefix}{}", operation.verb),
        "tags": [tag(operation)],
        "summary": operation.doc.split(['.', ':', ';']).next(),
        "description": format!("{} Scope: `{}`.", operation.doc, scope(operation.need)),
    });
    let parameters = parameters(path, operation);
    if !parameters.is_empty() {
        told["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = request_body(operation) {
        told["requestBody"] = body;
    }
    told["responses"] = responses(operation);
    let item = paths.entry(path).or_insert_with(|| json!({}));
    item[operation.method.to_ascii_lowercase()] = told;
}

fn scope(need: Need) -> &'static str {
    match need {
        Need::Read => "read",
        Need::Upload => "upload",
        Need::Write => "write",
    }
}

fn parameters(path: &str, operation: &Operation) -> Vec<Value> {
    let owner = [operation::ACCOUNT_ID, operation::ZONE_ID];
    let owner = owner.iter().filter(|owner| path.contains(&format!("{{{}}}", owner.name)));
    let own = operation.arguments.iter().filter(|argument| argument.place != Place::Field);
    owner.chain(own).map(parameter).collect()
}

fn parameter(argument: &Argument) -> Value {
    let mut told = json!({
        "name": argument.name,
        "in": if argument.place == Place::Path { "path" } else { "query" },
        "required": argument.required,
        "description": argument.doc,
        "schema": schema(argument),
    });
    if argument.kind == Kind::Filters {
        told["style"] = "form".into();
        told["explode"] = true.into();
    }
    told
}

fn schema(argument: &Argument) -> Value {
    match argument.nullable {
        true => json!({"anyOf": [argument.kind.schema(), {"type": "null"}]}),
        false => argument.kind.schema(),
    }
}

fn request_body(operation: &Operation) -> Option<Value> {
    let fields = || operation.arguments.iter().filter(|argument| argument.place == Place::Field);
    let mut object = json!({"type": "object"});
    object["properties"] = fields()
        .map(|argument| {
            let mut schema = schema(argument);
            schema["description"] = argument.doc.into();
            (argument.name.to_owned(), schema)
        })
        .collect::<Map<_, _>>()
        .into();
    let required: Vec<&str> =
        fields().filter(|argument| argument.required).map(|argument| argument.name).collect();
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    if !operation.one_of.is_empty() {
        let only = |name: &&str| json!({"required": [name]});
        object["oneOf"] = operation.one_of.iter().map(only).collect();
    }
    let media = match operation.body {
        Body::None => return None,
        Body::Json => vec!["application/json"],
        Body::Form => vec!["multipart/form-data"],
        Body::Either => vec!["multipart/form-data", "application/json"],
    };
    let content: Map<String, Value> =
        media.into_iter().map(|media| (media.to_owned(), json!({"schema": object}))).collect();
    let needed = !required.is_empty() || !operation.one_of.is_empty();
    Some(json!({"required": needed, "content": content}))
}

fn responses(operation: &Operation) -> Value {
    let success = match operation.result {
        "" => json!({"image/*": {"schema": {}}}),
        LOG_FILE => json!({
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
        }),
        name => json!({"application/json": {"schema": schemas::envelope(reference(name))}}),
    };
    let mut failures = FAILURES.to_vec();
    if operation.method != "GET" {
        failures.extend(FAILURES_OF_ADDING);
    }
    if matches!(operation.body, Body::Form | Body::Either) {
        failures.extend(FAILURES_OF_FORMS);
    }
    let failure = json!({"application/json": {"schema": reference("Failure")}});
    answers(success, failures, failure)
}

fn answers(success: Value, mut failures: Vec<(&str, &str)>, failure: Value) -> Value {
    failures.sort_unstable();
    let mut answers = Map::new();
    answers.insert("200".into(), json!({"description": "Done", "content": success}));
    for (status, description) in failures {
        answers.insert(status.into(), json!({"description": description, "content": failure}));
    }
    Value::Object(answers)
}

/// The target of a direct upload, which is no operation: a ticket stands in for the token.
fn direct_upload() -> Value {
    let text = |name: &str, place: &str, doc: &str| {
        json!({
            "name": name, "in": place, "required": true, "description": doc,
            "schema": {"type": "string", "minLength": 1},
        })
    };
    let failures = [FAILURES.as_slice(), &FAILURES_OF_ADDING, &FAILURES_OF_FORMS].concat();
    let failures = failures.into_iter().filter(|(status, _)| *status != "401").collect();
    let success = schemas::envelope(reference("UploadedImage"));
    let file = Kind::File.schema();
    json!({"post": {
        "operationId": "uploads.fill",
        "tags": ["uploads"],
        "summary": "Fills a draft",
        "description": "Where `uploadURL` of a direct upload leads: takes one form, once, without \
            a token, from any page. A failure is one line of text: `ERROR 5455: …`.",
        "security": [],
        "parameters": [
            text("hash", "path", "The account's hash."),
            text("id", "path", "The draft's id."),
            text("ticket", "query", "The draft's secret."),
        ],
        "requestBody": {"required": true, "content": {"multipart/form-data": {"schema": {
            "type": "object", "required": ["file"], "properties": {"file": file},
        }}}},
        "responses": answers(
            json!({"application/json": {"schema": success}}),
            failures,
            json!({"text/plain": {"schema": {"type": "string"}}}),
        ),
    }})
}
