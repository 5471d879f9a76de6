//! The REST API of hosted images, without any I/O of its own: requests go in and responses come
//! out as plain data (reference §4, §6).
//!
//! | path | what |
//! |---|---|
//! | `/client/v4/accounts/{account}/images/…` | images, variants, keys, direct uploads, settings |
//! | `/client/v4/accounts/{account}/images/tokens`, `…/domains` | tokens and custom domains: ours |
//! | `/client/v4/accounts/{account}/images/sources`, `…/imports` | bulk import: ours |
//! | `/client/v4/zones/{zone}/…` | purge, Vary for Images, settings of transforms |
//! | `/images/v1…`, `/images/v2…` | what the batch host answers, for any token |
//! | `/upload/{hash}/{id}?ticket=…` | the target of one direct upload: no token, CORS |
//! | `/client/v4/openapi.json` | this table as OpenAPI |
//!
//! One table of operations, each beside its code, makes the routes, the checks of arguments, the
//! OpenAPI file and the verbs that the languages call ([`call`]).
//!
//! A zone is a part of an account in the reference; here every account has one, under any id.

mod auth;
mod codes;
mod direct;
mod domains;
mod envelope;
mod filters;
mod form;
mod given;
mod images;
mod imports;
mod keys;
mod kind;
mod links;
mod listing;
pub(crate) mod multipart;
mod openapi;
mod operation;
mod purges;
mod query;
mod route;
mod schemas;
mod settings;
mod sources;
mod tokens;
mod uploads;
mod variants;
mod zone_settings;
mod zones;

use std::cell::Cell;

use serde_json::Value;

use crate::date;
use crate::hosted::Hosted;
use crate::import::Imports;
use crate::{Error, Job, Kind, Request, Response, Result};
use codes::Subject;
use envelope::{Outcome, Problem};
use operation::{Answer, Call, Operation};

pub use openapi::openapi;

/// Every operation, by what it is about. The order is that of routing.
const OPERATIONS: [&[Operation]; 13] = [
    keys::OPERATIONS,
    variants::OPERATIONS,
    settings::OPERATIONS,
    uploads::OPERATIONS,
    listing::OPERATIONS,
    images::OPERATIONS,
    tokens::OPERATIONS,
    domains::OPERATIONS,
    sources::OPERATIONS,
    imports::OPERATIONS,
    purges::OPERATIONS,
    zones::OPERATIONS,
    zone_settings::OPERATIONS,
];

/// Fetches an address for an upload: its bytes, at most so many.
pub type Fetch<'a> = &'a (dyn Fn(&str, u64, &Job) -> Result<Vec<u8>> + Sync);

/// Where requests are answered.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    /// The images.
    pub hosted: &'a Hosted,
    /// Scheme and host that links begin with: `https://images.example.com`.
    pub base_url: &'a str,
    /// The path under which the service is mounted: empty, or `/img`.
    pub mount: &'a str,
    /// How an address is fetched; without it uploads by address are refused.
    pub fetch: Option<Fetch<'a>>,
    /// Bulk imports; without them their operations are refused.
    pub imports: Option<&'a Imports>,
}

/// What a verb gives back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Called {
    /// The result in the shape of the REST API; null when there are bytes.
    pub result: Value,
    /// The bytes of an original.
    pub bytes: Option<Vec<u8>>,
}

/// Answers a request whose path, without the mount, is one of ours; `None` for any other.
///
/// It never fails: what went wrong stands in the response. A response to `HEAD` is none of ours:
/// the API answers it as any method it does not know.
pub fn answer(api: &Api<'_>, request: &Request<'_>, job: &Job) -> Option<Response> {
    let path = request.path();
    if path.starts_with(direct::PREFIX) {
        return Some(direct::answer(api, request, job));
    }
    let short = |word: &str| {
        path.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if !short("/client/v4") && !short("/images/v1") && !short("/images/v2") {
        return None;
    }
    if (request.method, path) == ("GET", "/client/v4/openapi.json") {
        return Some(envelope::reply(200, openapi().to_string(), "application/json"));
    }
    Some(respond(api, request, job).unwrap_or_else(|problem| problem.response()))
}

/// The answer to a body that is longer than a host takes, in the words of what was asked.
pub(crate) fn too_large(method: &str, path: &str, error: &Error) -> Response {
    let subject = route::find(method, path).map_or(Subject::Other, |r| r.operation.subject());
    Problem::of(error, subject).response()
}

fn respond(api: &Api<'_>, request: &Request<'_>, job: &Job) -> Outcome<Response> {
    let route = route::find(request.method, request.path()).map_err(|missing| {
        let allowed = missing.allowed.join(", ");
        let problem = Problem::new(missing.code);
        if allowed.is_empty() {
            problem
        } else {
            problem.header("allow", allowed)
        }
    })?;
    let account = route.parameters.get("account").and_then(Value::as_str);
    let grant = auth::authorize(api, request, route.operation, account)?;
    let account = account.unwrap_or(&grant.account).to_owned();
    let given = given::of_request(route.operation, route.parameters, request)?;
    let call = Call {
        api,
        account: if account.is_empty() { &api.hosted.home().id } else { &account },
        trusted: grant.account.is_empty(),
        arguments: given.arguments,
        file: given.file,
        fetching: Cell::new(false),
        job,
    };
    let answer = (route.operation.run)(&call);
    answer.map(envelope::success).map_err(|error| failure(&call, route.operation, &error))
}

fn failure(call: &Call<'_>, operation: &Operation, error: &Error) -> Problem {
    let subject = operation.subject();
    match (error.kind(), subject) {
        (Kind::TooLarge, Subject::Upload) => {
            let code = codes::of_too_large(call.api.hosted, call.account, call.file);
            Problem::with(code, error)
        }
        // What another server does not give is nothing of ours that is not there.
        (Kind::NotFound | Kind::Storage | Kind::Invalid, _) if call.fetching.get() => {
            Problem::with(codes::NOT_FETCHED, error)
        }
        (Kind::Timeout, Subject::Access) if call.fetching.get() => {
            Problem::with(codes::NOT_FETCHED, error)
        }
        _ => Problem::of(error, subject),
    }
}

/// Calls a verb with its arguments in one object, and bytes where it takes a file: what the
/// languages' own verbs do. The result has the shape of the REST API.
///
/// `account` is an argument of every verb; the default is the one that exists from the start. The caller is
/// trusted: no token is asked for. Names of arguments that the verb does not know are refused.
pub fn call(
    api: &Api<'_>,
    verb: &str,
    arguments: &Value,
    body: &[u8],
    job: &Job,
) -> Result<Called> {
    let operation = route::operations().find(|operation| operation.verb == verb);
    let operation = operation
        .ok_or_else(|| Error::invalid("verb", "a verb such as images.get", format!("{verb:?}")))?;
    let none = serde_json::Map::new();
    let arguments = match arguments {
        Value::Object(arguments) => arguments,
        Value::Null => &none,
        other => return Err(Error::invalid("arguments", "an object", other)),
    };
    let account = match arguments.get("account") {
        None => api.hosted.home().id.as_str(),
        Some(account) => {
            account.as_str().ok_or_else(|| Error::invalid("account", "a text", account))?
        }
    };
    let given = given::of_call(operation, arguments, body)?;
    let (arguments, file, fetching) = (given.arguments, given.file, Cell::new(false));
    let call = Call { api, account, trusted: true, arguments, file, fetching, job };
    Ok(match (operation.run)(&call)? {
        Answer::Json(result) | Answer::Noted(result, _) => Called { result, bytes: None },
        Answer::Bytes(bytes, _) => Called { result: Value::Null, bytes: Some(bytes) },
    })
}

/// Every verb of [`call`] with its arguments, as JSON: `{"images.get": {"doc": …, "arguments":
/// {"id": {"doc": …, "required": true, "schema": …}}, "file": false}}`.
pub fn verbs() -> Value {
    openapi::verbs()
}

#[cfg(test)]
mod tests;
