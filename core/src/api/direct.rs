//! The target of a direct upload: one visitor posts one form, from any page, without a token.
//!
//! `POST /upload/{hash}/{id}?ticket=…`. The result is the envelope of an upload; a failure is one
//! line of text, `ERROR 5455: …`.

use super::codes::{self, Subject};
use super::envelope::{self, Outcome, Problem};
use super::links::{base, Links};
use super::operation::Answer;
use super::{form, multipart, query, Api};
use crate::hosted::Ticket;
use crate::sign::escape;
use crate::{Error, Job, Kind, Request, Response};

/// What the paths begin with.
pub(crate) const PREFIX: &str = "/upload/";

/// The address of a draft.
pub(crate) fn address(api: &Api<'_>, hash: &str, ticket: &Ticket) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let escaped = |text: &str| -> String {
        let letter = |byte: u8| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{}", escape::hex(&[byte]).to_uppercase()),
        };
        text.bytes().map(letter).collect()
    };
    let (id, secret) = (escaped(&ticket.id), escaped(&ticket.secret));
    format!("{}{PREFIX}{hash}/{id}?ticket={secret}", base(api))
}

/// Answers a request under [`PREFIX`].
pub(crate) fn answer(api: &Api<'_>, request: &Request<'_>, job: &Job) -> Response {
    let response = match request.method {
        "OPTIONS" => preflight(request),
        "POST" => fill(api, request, job).unwrap_or_else(|problem| problem.plain()),
        _ => Problem::new(codes::NO_METHOD).header("allow", "OPTIONS, POST").plain(),
    };
    response.with("access-control-allow-origin", "*")
}

/// Whatever headers a page's script adds are allowed: none of them says who asks.
fn preflight(request: &Request<'_>) -> Response {
    let response = Response::new(204, Vec::new())
        .with("access-control-allow-methods", "POST")
        .with("access-control-max-age", "86400")
        .with("vary", "access-control-request-headers");
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_, ".contains(&byte);
    let asked = request.header("access-control-request-headers");
    match asked.filter(|headers| headers.len() <= 1024 && headers.bytes().all(token)) {
        Some(headers) => response.with("access-control-allow-headers", headers),
        None => response,
    }
}

fn fill(api: &Api<'_>, request: &Request<'_>, job: &Job) -> Outcome<Response> {
    let failed = |error: Error| Problem::of(&error, Subject::Upload);
    let path = request.path().strip_prefix(PREFIX).and_then(|rest| rest.split_once('/'));
    let (hash, id) = path.ok_or_else(|| Problem::new(codes::NO_ROUTE))?;
    let id = query::decoded(id).ok_or_else(|| Problem::new(codes::NO_ROUTE))?;
    let parameters = query::read(request.query()).map_err(failed)?;
    let secret = parameters.iter().find(|(name, _)| name == "ticket");
    let (_, secret) = secret.ok_or_else(|| Problem::new(codes::NOT_ALLOWED))?;
    let kind = request.header("content-type").unwrap_or("");
    if !multipart::is_form(kind) {
        return Err(Problem::new(codes::NOT_A_FORM));
    }
    let wrong = |error: Error| Problem::with(codes::BAD_REQUEST, &error);
    let parts = multipart::read(kind, request.body).map_err(wrong)?;
    let form = form::read(&parts).map_err(wrong)?;
    let bytes = form.file.ok_or_else(|| wrong(Error::invalid("file", "a file", "nothing")))?;
    let account = api.hosted.account_by_hash(hash).map_err(failed)?;
    job.check().map_err(failed)?;
    let filled = api.hosted.fill_ticket(&account.id, &id, secret, bytes, form.filename.as_deref());
    let image = filled.map_err(|error| match error.kind() {
        Kind::TooLarge => {
            Problem::with(codes::of_too_large(api.hosted, &account.id, Some(bytes)), &error)
        }
        _ => failed(error),
    })?;
    let links = Links::new(api, &account.id).map_err(failed)?;
    Ok(envelope::success(Answer::Json(links.uploaded(&image))))
}
