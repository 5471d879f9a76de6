//! The verbs without pixels.

use pyo3::prelude::*;
use safelight::{delivery, sign as signing, url, Error};

use crate::detached;

fn json(name: &str, text: &str) -> safelight::Result<serde_json::Value> {
    serde_json::from_str(text).map_err(|error| Error::invalid(name, "JSON", error))
}

/// `path` with its expiry and signature appended.
#[pyfunction]
#[pyo3(signature = (path, key, expires, /))]
pub(crate) fn sign(
    py: Python<'_>,
    path: &str,
    key: &str,
    expires: Option<u64>,
) -> PyResult<String> {
    detached(py, || signing::sign(path, key, expires))
}

/// Returns when one of `keys` signed `path` and it has not expired.
#[pyfunction]
#[pyo3(signature = (path, keys, now, /))]
pub(crate) fn verify(
    py: Python<'_>,
    path: &str,
    keys: Vec<String>,
    now: Option<u64>,
) -> PyResult<()> {
    detached(py, || {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        signing::verify(path, &keys, now.unwrap_or_else(signing::now))
    })
}

/// The parts of a URL, as JSON.
#[pyfunction]
#[pyo3(signature = (text, lenient, /))]
pub(crate) fn parse_url(py: Python<'_>, text: &str, lenient: bool) -> PyResult<String> {
    detached(py, || Ok(url::parse_with(text, lenient)?.to_json().to_string()))
}

/// The HTML of a picture, as JSON.
#[pyfunction]
#[pyo3(signature = (request, /))]
pub(crate) fn markup(py: Python<'_>, request: &str) -> PyResult<String> {
    detached(py, || Ok(safelight::markup::markup(request)?.to_string()))
}

/// The URL of the parts that JSON names.
#[pyfunction]
#[pyo3(signature = (parts, /))]
pub(crate) fn build_url(py: Python<'_>, parts: &str) -> PyResult<String> {
    detached(py, || url::build(&url::Url::from_json(&json("parts", parts)?)?))
}

/// The format for a client, as JSON.
#[pyfunction]
#[pyo3(signature = (request, /))]
pub(crate) fn negotiate(py: Python<'_>, request: &str) -> PyResult<String> {
    detached(py, || Ok(delivery::negotiate_json(&json("request", request)?)?.to_string()))
}

/// What a request stands for under Vary for Images, as JSON.
#[pyfunction]
#[pyo3(signature = (request, /))]
pub(crate) fn vary_request(py: Python<'_>, request: &str) -> PyResult<String> {
    detached(py, || Ok(delivery::vary_request_json(&json("request", request)?)?.to_string()))
}

/// What becomes of an origin's answer under Vary for Images, as JSON.
#[pyfunction]
#[pyo3(signature = (request, /))]
pub(crate) fn vary_response(py: Python<'_>, request: &str) -> PyResult<String> {
    detached(py, || Ok(delivery::vary_response_json(&json("request", request)?)?.to_string()))
}

/// What a request stands for under behaviours of headers, as JSON.
#[pyfunction]
#[pyo3(signature = (request, /))]
pub(crate) fn vary_headers(py: Python<'_>, request: &str) -> PyResult<String> {
    detached(py, || Ok(delivery::vary_headers_json(&json("request", request)?)?.to_string()))
}

/// Version of the library.
#[pyfunction]
pub(crate) fn version() -> &'static str {
    safelight::VERSION
}

/// The codec back ends of this build, as JSON.
#[pyfunction]
pub(crate) fn backends(py: Python<'_>) -> PyResult<String> {
    detached(py, || {
        serde_json::to_string(&safelight::backends::backends())
            .map_err(|error| Error::internal("backends: no JSON").with_context(error.to_string()))
    })
}

/// Panics inside the library; arrives as `InternalError`.
#[pyfunction]
pub(crate) fn panic_on_purpose(py: Python<'_>) -> PyResult<()> {
    detached(py, safelight::guard::panic_on_purpose)
}
