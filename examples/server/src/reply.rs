//! Answers: what every response carries, and how an error looks (reference §2.5 and §2.8).

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use safelight::Error;

/// A picture that is opened as a page may do nothing.
pub(crate) const POLICY: &str = "default-src 'none'; navigate-to 'none'; form-action 'none'; \
     img-src data:; style-src 'unsafe-inline';";

/// A source without a life of its own lives an hour (reference §2.9).
const LIFE: &str = "public, max-age=3600";

/// A header value; text that cannot be one becomes empty.
pub(crate) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// One `Warning` header.
pub(crate) fn warning(text: &str) -> HeaderValue {
    let plain = |letter: char| letter == ' ' || letter.is_ascii_graphic() && letter != '"';
    let text: String =
        text.chars().map(|letter| if plain(letter) { letter } else { '\'' }).collect();
    value(&format!("cf-images 299 \"{text}\""))
}

/// 200 with a body of our own making.
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

/// An error with the number and status of reference §2.8.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u16,
    status: u16,
    error: Error,
}

impl Failure {
    pub(crate) fn new(code: u16, status: u16, error: Error) -> Self {
        Failure { code, status, error }
    }

    /// As the client sees it; detail for the log goes to standard error.
    pub(crate) fn response(&self) -> Response {
        if let Some(context) = self.error.context().filter(|_| self.status >= 500) {
            eprintln!("safelight: error {}: {} ({context})", self.code, self.error);
        }
        let text = format!("ERROR {}: {}", self.code, self.error);
        let mut response = body("text/plain; charset=utf-8", text);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let headers = response.headers_mut();
        headers.insert("cf-resized", value(&format!("err={}", self.code)));
        // An error is never kept: the next request may find it mended.
        headers.insert("cache-control", value("no-store"));
        if self.status == 503 {
            headers.insert("retry-after", value("1"));
        }
        response
    }
}

/// The answer for an error of the library.
pub(crate) fn error(error: Error) -> Response {
    Failure::from(error).response()
}

/// 307 to a path of this host.
pub(crate) fn redirect(path: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert("location", value(path));
    response.headers_mut().insert("cache-control", value("no-store"));
    response
}

/// Says how long the answer lives and how it is asked for again.
pub(crate) fn add_validators(response: &mut Response, tag: &str, modified: Option<SystemTime>) {
    let headers = response.headers_mut();
    headers.insert("etag", value(tag));
    headers.insert("vary", value("accept"));
    headers.insert("cache-control", value(LIFE));
    if let Some(time) = modified {
        headers.insert("last-modified", value(&httpdate::fmt_http_date(time)));
    }
}

/// Whether the client has the answer already.
pub(crate) fn is_current(headers: &HeaderMap, tag: &str, modified: Option<SystemTime>) -> bool {
    let texts = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    if headers.contains_key("if-none-match") {
        let mut known = texts("if-none-match").flat_map(|list| list.split(',')).map(str::trim);
        return known.any(|known| known == "*" || known.trim_start_matches("W/") == tag);
    }
    let since =
        texts("if-modified-since").next().and_then(|text| httpdate::parse_http_date(text).ok());
    match (since, modified) {
        // Dates have whole seconds.
        (Some(since), Some(modified)) => modified < since + Duration::from_secs(1),
        _ => false,
    }
}

/// 304.
pub(crate) fn not_modified(tag: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    add_validators(&mut response, tag, None);
    response
}
