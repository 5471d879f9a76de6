//! Answers: the library's headers and errors as responses of the framework.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use safelight::delivery::{self, Answer, Code, Stage};
use safelight::Error;

/// A header value; text that cannot be one becomes empty.
pub(crate) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// 200 with a body that no browser may take for another type.
pub(crate) fn body(kind: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert("content-type", value(kind));
    headers.insert("x-content-type-options", value("nosniff"));
    response
}

/// JSON that is not to be kept.
pub(crate) fn json(json: &serde_json::Value) -> Response {
    let mut response = body("application/json", json.to_string());
    response.headers_mut().insert("cache-control", value("no-cache"));
    response
}

/// Adds headers as the library writes them.
pub(crate) fn add_headers(response: &mut Response, headers: &[(String, String)]) {
    for (name, text) in headers {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            response.headers_mut().append(name, value(text));
        }
    }
}

/// Why there is no picture.
#[derive(Debug)]
pub(crate) struct Failure {
    answer: Answer,
    /// What only the log may see.
    context: Option<String>,
}

impl Failure {
    /// The library's answer for an error at a stage.
    pub(crate) fn new(error: &Error, stage: Stage) -> Self {
        let context = error.context().map(|text| format!("{error} ({text})"));
        Failure { answer: delivery::answer(error, stage), context }
    }

    /// An answer that the library has made.
    pub(crate) fn from_answer(answer: Answer) -> Self {
        Failure { answer, context: None }
    }

    /// An answer of the server's own, in the shape of the others.
    pub(crate) fn coded(code: u16, status: u16, message: &str) -> Self {
        let code = Code { number: code, http: status, meaning: "" };
        Failure::from_answer(delivery::answer_code(code, message))
    }

    /// As the client sees it.
    pub(crate) fn response(self) -> Response {
        if let Some(context) = self.context.filter(|_| self.answer.status >= 500) {
            eprintln!("safelight: {context}");
        }
        let status = StatusCode::from_u16(self.answer.status);
        let mut response = Response::new(Body::from(self.answer.body));
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        add_headers(&mut response, &self.answer.headers);
        // An error is never kept: the next request may find it mended.
        response.headers_mut().insert("cache-control", value("no-store"));
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert("retry-after", value("1"));
        }
        response
    }
}

/// When the source was changed, in the words of HTTP.
pub(crate) fn add_modified(response: &mut Response, modified: Option<SystemTime>) {
    if let Some(time) = modified {
        let date = value(&httpdate::fmt_http_date(time));
        response.headers_mut().insert("last-modified", date);
    }
}

/// One header as text; several lines are one list.
pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Vec<&str> =
        headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// Whether the client asks only for what is newer than it has.
pub(crate) fn is_conditional(headers: &HeaderMap) -> bool {
    headers.contains_key("if-none-match") || headers.contains_key("if-modified-since")
}

/// Whether the client has the answer already. A tag decides alone when there is one.
pub(crate) fn is_current(
    headers: &HeaderMap,
    tag: Option<&str>,
    modified: Option<SystemTime>,
) -> bool {
    if let Some(known) = header(headers, "if-none-match") {
        return delivery::if_none_match(Some(&known), tag);
    }
    let since = header(headers, "if-modified-since");
    let since = since.and_then(|text| httpdate::parse_http_date(&text).ok());
    match (since, modified) {
        // Dates have whole seconds.
        (Some(since), Some(modified)) => modified < since + Duration::from_secs(1),
        _ => false,
    }
}

/// 304, with what a cache needs to go on.
pub(crate) fn not_modified(tag: Option<&str>, vary: bool) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert("cache-control", value(&delivery::cache_control(None).0));
    if let Some(tag) = tag {
        headers.insert("etag", value(tag));
    }
    if vary {
        headers.insert("vary", value("Accept"));
    }
    response
}
