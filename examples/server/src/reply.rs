//! Answers of the server's own: the start page's, and refusals that come before the service.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

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

/// Plain text that is not to be kept.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response {
    let mut response = body("text/plain; charset=utf-8", text.to_owned());
    *response.status_mut() = status;
    response.headers_mut().insert("cache-control", value("no-store"));
    response
}

/// A request whose body is not taken, in the words of what was asked: the API's envelope, or the
/// text of pictures.
pub(crate) fn refused(parts: &Parts, status: StatusCode, text: &str) -> Response {
    let path = parts.uri.path();
    let api = ["/client/", "/images/v"].iter().any(|prefix| path.starts_with(prefix));
    let [own, pictures] = match status.as_u16() {
        408 => [5408, 9529],
        413 => [5413, 9402],
        503 => [5503, 9522],
        _ => [5400, 9424],
    };
    let mut response = if api {
        let errors = json!([{ "code": own, "message": text }]);
        self::json(&json!({ "success": false, "errors": errors, "messages": [], "result": null }))
    } else {
        plain(status, &format!("ERROR {pictures}: {text}"))
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("cache-control", value("no-store"));
    if !api {
        headers.insert("cf-images-binding", value(&format!("err={pictures}")));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert("retry-after", value("1"));
    }
    response
}
