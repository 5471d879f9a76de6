//! Answers: the library's headers and errors as responses of the framework.

use std::time::SystemTime;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use safelight::delivery::{self, Answer, Code, Conditions, Stage, Validators, Verdict};
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

    /// An answer to the binding, which reads the number from a header of its own.
    pub(crate) fn binding(code: Code, message: &str) -> Self {
        let mut answer = delivery::answer_code(code, message);
        for (name, _) in answer.headers.iter_mut().filter(|(name, _)| name == "Cf-Resized") {
            "Cf-Images-Binding".clone_into(name);
        }
        Failure::from_answer(answer)
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
        let date = value(&delivery::last_modified(time));
        response.headers_mut().insert("last-modified", date);
    }
}

/// One header as text; several lines are one list.
pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Vec<&str> =
        headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// A header's name as text.
pub(crate) fn name(name: &HeaderName) -> &str {
    name.as_str()
}

/// A header's value, where it is text.
pub(crate) fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// 304 or 412, with what a cache needs to go on.
pub(crate) fn verdict(
    verdict: Verdict,
    tag: Option<&str>,
    vary: &[&str],
) -> Result<Response, Failure> {
    if verdict == Verdict::Failed {
        return Err(Failure::coded(9424, 412, "the picture is another one by now"));
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert("cache-control", value(&delivery::cache_control(None).0));
    if let Some(tag) = tag {
        headers.insert("etag", value(tag));
    }
    if !vary.is_empty() {
        headers.insert("vary", value(&vary.join(", ")));
    }
    Ok(response)
}

/// A body with its headers, or the part of it that `conditions` ask for.
pub(crate) fn part(
    conditions: Option<&Conditions>,
    validators: &Validators,
    kind: &str,
    body: &Bytes,
    headers: &[(String, String)],
) -> Response {
    let ranges = conditions.map(|conditions| conditions.select(validators, kind, body));
    let selected = ranges.filter(|selected| selected.status != 200);
    if selected.as_ref().is_some_and(|selected| selected.status == 416) {
        return unsatisfiable(body.len());
    }
    let mut response = Response::new(Body::from(body.clone()));
    add_headers(&mut response, headers);
    response.headers_mut().insert("accept-ranges", value("bytes"));
    if let Some(selected) = selected {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let more =
            [("content-type", selected.content_type), ("content-range", selected.content_range)];
        for (name, text) in more {
            if let Some(text) = text {
                response.headers_mut().insert(name, value(&text));
            }
        }
        *response.body_mut() = Body::from(selected.body);
    }
    response
}

fn unsatisfiable(length: usize) -> Response {
    let text = format!("range: expected bytes below {length}, got none");
    let mut response = Failure::coded(9424, 416, &text).response();
    response.headers_mut().insert("content-range", value(&format!("bytes */{length}")));
    response
}
