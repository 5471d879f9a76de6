//! The start page: three files that are part of the program.

use axum::response::Response;

use crate::reply;

/// Scripts, styles and pictures from here only, and pictures that the script fetched.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

pub(crate) async fn index() -> Response {
    file("text/html; charset=utf-8", include_str!("../page/index.html"))
}

pub(crate) async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("../page/style.css"))
}

pub(crate) async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("../page/app.js"))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let mut response = reply::body(kind, text);
    let headers = response.headers_mut();
    headers.insert("content-security-policy", reply::value(POLICY));
    headers.insert("cache-control", reply::value("no-cache"));
    response
}
