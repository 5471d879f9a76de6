//! Sources of bulk imports: ours, the reference has them in its dashboard only.

use serde_json::{json, Map, Value};

use super::date;
use super::images::nothing;
use super::kind::Kind;
use super::operation::{field, path, Answer, Argument, Body, Call, Need, Operation};
use super::schemas::{list, object};
use crate::import::{Credentials, SourceFields, SourceInfo, KINDS};
use crate::{Error, Result};

const ID: Argument = path("id", Kind::Word(64), "The source's id.");
const BUCKET: Argument =
    field("bucket", Kind::Text(1, 255), "The bucket of `s3` or `gcs`; the container of `azure`.");
const ENDPOINT: Argument = field(
    "endpoint",
    Kind::Url,
    "Scheme, host and port of the server of `s3`, `gcs` or `azure`; by default the vendor's.",
);
const REGION: Argument =
    field("region", Kind::Text(1, 64), "The region of `s3`; `us-east-1` by default.");
const STORAGE: Argument = field("storage_account", Kind::Text(1, 64), "The account of `azure`.");
const URL: Argument = field(
    "url",
    Kind::Url,
    "The list of addresses or the sitemap of `http`; the account of `images`, such as \
     `https://api.example/client/v4/accounts/ID`.",
);
const FOLDER: Argument =
    field("folder", Kind::Text(1, 1024), "The folder of `folder`, on the service's machine.");
const CREDENTIALS: Argument = field(
    "credentials",
    Kind::Object("SourceCredentials"),
    "What opens the source. Kept encrypted with the service's `imports.secrets_key`, and never \
     shown.",
);
const NAME: Argument =
    field("name", Kind::Text(1, 100), "Its name, which no other source of the account has.");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "sources.list",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/sources",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "SourceList",
        doc: "The sources of imports, by name, without their credentials.",
        run: list_all,
    },
    Operation {
        verb: "sources.create",
        method: "POST",
        path: "/client/v4/accounts/{account}/images/sources",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: &[
            NAME.required(),
            field("kind", Kind::Choice(&KINDS), "What it is.").required(),
            BUCKET,
            ENDPOINT,
            REGION,
            STORAGE,
            URL,
            FOLDER,
            CREDENTIALS,
        ],
        one_of: &[],
        result: "Source",
        doc: "Makes a source. Nothing is asked of it yet: `sources.check` does that.",
        run: create,
    },
    Operation {
        verb: "sources.get",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/sources/{id}",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "Source",
        doc: "One source.",
        run: get,
    },
    Operation {
        verb: "sources.edit",
        method: "PATCH",
        path: "/client/v4/accounts/{account}/images/sources/{id}",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: &[ID, NAME, BUCKET, ENDPOINT, REGION, STORAGE, URL, FOLDER, CREDENTIALS],
        one_of: &[],
        result: "Source",
        doc: "Changes what is given; `credentials` replaces all of them. Refused while a job of \
              the source runs; while one is paused, its place stays and the rest may change.",
        run: edit,
    },
    Operation {
        verb: "sources.delete",
        method: "DELETE",
        path: "/client/v4/accounts/{account}/images/sources/{id}",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "Nothing",
        doc: "Removes a source and what is known of earlier imports from it. Refused while a job \
              of it runs or is paused.",
        run: delete,
    },
    Operation {
        verb: "sources.check",
        method: "PUT",
        path: "/client/v4/accounts/{account}/images/sources/{id}/check",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "SourceCheck",
        doc: "Asks a source for its first page, with its credentials; `objects` is how many that \
              has.",
        run: check,
    },
];

pub(super) fn schemas() -> Value {
    let text = json!({"type": "string"});
    let mut source = object(json!({
        "id": text, "name": text, "kind": Kind::Choice(&KINDS).schema(),
        "credentials": {"type": "boolean"},
        "created": {"type": "string", "format": "date-time"},
    }));
    for name in ["bucket", "endpoint", "region", "storage_account", "url", "folder"] {
        source["properties"][name] = text.clone();
    }
    json!({
        "Source": source,
        "SourceList": object(json!({"sources": list(super::kind::reference("Source"))})),
        "SourceCheck": object(json!({"objects": {"type": "integer", "minimum": 0}})),
        "SourceCredentials": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "access_key_id": text, "secret_access_key": text, "session_token": text,
                "service_account": {"type": ["object", "string"]},
                "account_key": text, "sas_token": text, "authorization": text, "token": text,
            },
        },
    })
}

fn list_all(call: &Call<'_>) -> Result<Answer> {
    let sources = call.imports()?.sources(call.account)?;
    Ok(Answer::Json(json!({"sources": sources.iter().map(shown).collect::<Vec<Value>>()})))
}

fn get(call: &Call<'_>) -> Result<Answer> {
    let source = call.imports()?.source(call.account, call.needed("id")?)?;
    Ok(Answer::Json(shown(&source)))
}

fn create(call: &Call<'_>) -> Result<Answer> {
    let mut fields = SourceFields { kind: call.needed("kind")?.to_owned(), ..Default::default() };
    fill(call, &mut fields);
    let credentials = credentials(call)?.unwrap_or_default();
    let source = call.imports()?.create_source(call.account, &fields, &credentials)?;
    Ok(Answer::Json(shown(&source)))
}

fn edit(call: &Call<'_>) -> Result<Answer> {
    let (imports, id) = (call.imports()?, call.needed("id")?);
    let mut fields = imports.source(call.account, id)?.fields;
    fill(call, &mut fields);
    let credentials = credentials(call)?;
    let source = imports.edit_source(call.account, id, &fields, credentials.as_ref())?;
    Ok(Answer::Json(shown(&source)))
}

fn delete(call: &Call<'_>) -> Result<Answer> {
    call.imports()?.delete_source(call.account, call.needed("id")?)?;
    Ok(Answer::Json(nothing()))
}

fn check(call: &Call<'_>) -> Result<Answer> {
    let (imports, id) = (call.imports()?, call.needed("id")?);
    imports.source(call.account, id)?;
    call.fetching.set(true);
    let objects = imports.check_source(call.account, id, call.job)?;
    Ok(Answer::Json(json!({"objects": objects})))
}

/// Puts what is given over what there is.
fn fill(call: &Call<'_>, fields: &mut SourceFields) {
    if let Some(name) = call.owned("name") {
        fields.name = name;
    }
    let places = [
        ("bucket", &mut fields.bucket),
        ("endpoint", &mut fields.endpoint),
        ("region", &mut fields.region),
        ("storage_account", &mut fields.account),
        ("url", &mut fields.url),
        ("folder", &mut fields.folder),
    ];
    for (name, place) in places {
        if let Some(text) = call.owned(name) {
            *place = Some(text);
        }
    }
}

/// A slip must not show what it holds.
fn credentials(call: &Call<'_>) -> Result<Option<Credentials>> {
    let Some(given) = call.value("credentials") else { return Ok(None) };
    let wrong =
        |_| Error::invalid("credentials", "the texts of its kind by name", "another object");
    serde_json::from_value(given.clone()).map(Some).map_err(wrong)
}

fn shown(source: &SourceInfo) -> Value {
    let fields = &source.fields;
    let mut shown = Map::from_iter([
        ("id".to_owned(), Value::from(source.id.clone())),
        ("name".to_owned(), fields.name.clone().into()),
        ("kind".to_owned(), fields.kind.clone().into()),
    ]);
    let places = [
        ("bucket", &fields.bucket),
        ("endpoint", &fields.endpoint),
        ("region", &fields.region),
        ("storage_account", &fields.account),
        ("url", &fields.url),
        ("folder", &fields.folder),
    ];
    for (name, value) in places {
        if let Some(value) = value {
            shown.insert(name.to_owned(), value.clone().into());
        }
    }
    shown.insert("credentials".to_owned(), source.sealed.into());
    shown.insert("created".to_owned(), date::print(source.created).into());
    Value::Object(shown)
}
