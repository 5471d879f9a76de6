//! Answers: pictures whole or in part, verdicts on conditional requests, and failures.

use std::sync::Arc;

use crate::delivery::{
    self, Answer, Code, Conditions, Situation, Stage, Validators, Verdict, CSP_SANDBOX,
};
use crate::{Body, Error, Kind, Request, Response};

/// Why there is no picture.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    answer: Answer,
    kind: Kind,
}

impl Failure {
    /// The answer for an error at a stage.
    pub(super) fn new(error: &Error, stage: Stage) -> Self {
        Failure { answer: delivery::answer(error, stage), kind: error.kind() }
    }

    /// An answer that is there already.
    pub(super) fn from_answer(answer: Answer, kind: Kind) -> Self {
        Failure { answer, kind }
    }

    /// Why a source did not come.
    pub(super) fn of_fetch(failure: crate::fetch::Failure) -> Self {
        let code = failure.situation.code();
        let personal = matches!(failure.situation, Situation::Aborted)
            || failure.error.kind() == Kind::Cancelled;
        let kind = if personal { Kind::Cancelled } else { Kind::Storage };
        Failure { answer: delivery::answer_code(code, code.meaning), kind }
    }

    /// The answer for a situation, in its own words.
    pub(super) fn situation(situation: Situation) -> Self {
        Self::told(situation, situation.code().meaning)
    }

    /// The answer for a situation, in other words.
    pub(super) fn told(situation: Situation, message: &str) -> Self {
        Failure { answer: delivery::answer_code(situation.code(), message), kind: Kind::Forbidden }
    }

    /// An answer of the service's own, in the shape of the others.
    pub(super) fn coded(code: u16, status: u16, message: &str) -> Self {
        let code = Code { number: code, http: status, meaning: "" };
        Failure { answer: delivery::answer_code(code, message), kind: Kind::Invalid }
    }

    /// An answer to the binding, which reads the number from a header of its own.
    pub(super) fn binding(code: Code, message: &str) -> Self {
        let mut answer = delivery::answer_code(code, message);
        for (name, _) in answer.headers.iter_mut().filter(|(name, _)| name == "Cf-Resized") {
            "Cf-Images-Binding".clone_into(name);
        }
        Failure { answer, kind: Kind::Invalid }
    }

    /// The same failure, told by sending the client to `place`.
    pub(super) fn redirected(&self, place: &str) -> Self {
        let resized = self.answer.headers.iter().filter(|(name, _)| name == "Cf-Resized").cloned();
        let location = ("Location".to_owned(), place.to_owned());
        let headers = std::iter::once(location).chain(resized).collect();
        Failure { answer: Answer { status: 307, headers, body: String::new() }, kind: self.kind }
    }

    /// `error` in place of a source that is not there.
    pub(super) fn missing_as(self, error: &Error) -> Self {
        match self.answer.status {
            404 => Failure::new(error, Stage::Source),
            _ => self,
        }
    }

    /// Whether the next one who tries may fare better: then it is theirs alone.
    pub(super) fn is_personal(&self) -> bool {
        matches!(self.kind, Kind::Cancelled | Kind::Timeout | Kind::Internal)
    }

    /// As the client sees it. An error is never kept: the next request may find it mended.
    pub(super) fn response(self) -> Response {
        let mut response = Response::new(self.answer.status, self.answer.body);
        response.headers = self.answer.headers;
        let response = response.with("Cache-Control", "no-store");
        match response.status {
            503 => response.with("Retry-After", "1"),
            _ => response,
        }
    }
}

/// What one request says about the copy it has, and whether it wants a body.
pub(super) struct Asker<'a> {
    pub conditions: Conditions,
    /// `GET`, not `HEAD`.
    get: bool,
    /// Tag and date of what is sent.
    pub validators: Validators<'a>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(request: &Request<'_>, validators: Validators<'a>) -> Self {
        let conditions = Conditions::from_headers(request.headers.iter().copied());
        Asker { conditions, get: request.method == "GET", validators }
    }

    /// 304 or 412, where no picture is needed; 304 says what a cache needs to go on.
    pub(super) fn verdict(&self, headers: &[(String, String)]) -> Option<Response> {
        match self.conditions.check(&self.validators)? {
            Verdict::Failed => {
                let text = "the picture is another one by now";
                Some(Failure::coded(9424, 412, text).response())
            }
            Verdict::NotModified => {
                let mut response = Response::new(304, Vec::new());
                response.headers = headers.to_vec();
                if let Some(tag) = self.validators.etag {
                    response = response.with("ETag", tag);
                }
                Some(response)
            }
        }
    }

    /// A body with its headers, or the part of it that was asked for.
    pub(super) fn send(
        &self,
        kind: &str,
        body: &Arc<Vec<u8>>,
        headers: Vec<(String, String)>,
    ) -> Response {
        let mut response = Response { status: 200, headers, body: Body::from(body.clone()) };
        if let Some(time) = self.validators.modified {
            response = response.with("Last-Modified", delivery::last_modified(time));
        }
        response = response.with("Accept-Ranges", "bytes");
        if !self.get {
            let length = body.len().to_string();
            response.body = Body::default();
            return response.with("Content-Length", length);
        }
        let selected = self.conditions.select(&self.validators, kind, body);
        match selected.status {
            200 => return response,
            416 => return unsatisfiable(body.len()),
            status => response.status = status,
        }
        response.body = selected.body.into();
        if let Some(kind) = selected.content_type {
            response.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            response = response.with("Content-Type", kind);
        }
        match selected.content_range {
            Some(range) => response.with("Content-Range", range),
            None => response,
        }
    }
}

fn unsatisfiable(length: usize) -> Response {
    let text = format!("range: expected bytes below {length}, got none");
    let response = Failure::coded(9424, 416, &text).response();
    response.with("Content-Range", format!("bytes */{length}"))
}

/// Pictures may be used on any page.
pub(super) fn cross_origin(headers: &mut Vec<(String, String)>) {
    headers.push(("Access-Control-Allow-Origin".to_owned(), "*".to_owned()));
}

/// What a browser asks before it asks for a picture with headers of its own.
pub(super) fn preflight() -> Response {
    Response::new(204, Vec::new())
        .with("Access-Control-Allow-Origin", "*")
        .with("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        .with("Access-Control-Allow-Headers", "*")
        .with("Access-Control-Max-Age", "86400")
        .with("Cache-Control", "no-store")
}

/// A method that pictures do not have.
pub(super) fn wrong_method() -> Response {
    Failure::coded(9424, 405, "method: expected GET or HEAD").response().with("Allow", "GET, HEAD")
}

/// JSON that is not to be kept.
pub(super) fn json(json: &serde_json::Value) -> Response {
    Response::new(200, json.to_string())
        .with("Content-Type", "application/json")
        .with("X-Content-Type-Options", "nosniff")
        .with("Content-Security-Policy", CSP_SANDBOX)
        .with("Cache-Control", "no-store")
}
