//! What goes back: the envelope of a result, of a failure, and bytes without one.

use serde_json::{json, Value};

use super::codes::{self, Code, Subject};
use super::operation::Answer;
use crate::delivery::CSP_SANDBOX;
use crate::{Error, Response};

/// The number of every message that is no error.
const NOTE: u32 = 1000;

/// What a request comes to.
pub(crate) type Outcome<T> = std::result::Result<T, Problem>;

/// Why a request failed, as its client is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    /// Number and status.
    pub code: Code,
    /// One line.
    pub message: String,
    /// More headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Problem {
    /// A problem in the words of its code.
    pub(crate) fn new(code: Code) -> Self {
        Problem { code, message: code.meaning.to_owned(), headers: Vec::new() }
    }

    /// An error, where `subject` was asked for.
    pub(crate) fn of(error: &Error, subject: Subject) -> Self {
        Problem::with(codes::of(error, subject), error)
    }

    /// An error with a code of its own.
    pub(crate) fn with(code: Code, error: &Error) -> Self {
        Problem { message: error.message().to_owned(), ..Problem::new(code) }
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The failure in the envelope.
    pub(crate) fn response(&self) -> Response {
        let body = json!({
            "success": false,
            "errors": [{"code": self.code.number, "message": self.message}],
            "messages": [],
            "result": null,
        });
        self.add_headers(reply(self.code.http, body.to_string(), "application/json"))
    }

    /// The failure as one line of text.
    pub(crate) fn plain(&self) -> Response {
        let body = format!("ERROR {}: {}", self.code.number, self.message);
        self.add_headers(reply(self.code.http, body, "text/plain; charset=utf-8"))
    }

    fn add_headers(&self, response: Response) -> Response {
        let retry = (self.code == codes::BUSY).then(|| ("retry-after", "1".to_owned()));
        let headers = self.headers.iter().cloned().chain(retry);
        headers.fold(response, |response, (name, value)| response.with(name, value))
    }
}

/// A result in the envelope, or bytes as they are.
pub(crate) fn success(answer: Answer) -> Response {
    match answer {
        Answer::Json(result) => wrapped(&result, &json!([])),
        Answer::Noted(result, note) => wrapped(&result, &json!([{"code": NOTE, "message": note}])),
        // An original is whatever somebody uploaded, scripts in an SVG included.
        Answer::Bytes(bytes, mime) => {
            reply(200, bytes, &mime).with("content-security-policy", CSP_SANDBOX)
        }
    }
}

fn wrapped(result: &Value, messages: &Value) -> Response {
    let body = json!({"success": true, "errors": [], "messages": messages, "result": result});
    reply(200, body.to_string(), "application/json")
}

/// A response that no cache keeps.
pub(crate) fn reply(status: u16, body: impl Into<crate::Body>, mime: &str) -> Response {
    Response::new(status, body)
        .with("content-type", mime)
        .with("cache-control", "no-store")
        .with("x-content-type-options", "nosniff")
}
