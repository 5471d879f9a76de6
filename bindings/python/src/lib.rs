//! The native half of the Python package: one function a verb of core, JSON text in and out.
//!
//! The Python half (`python/safelight`) gives these functions their types, keywords and
//! exceptions. Nothing is decided here.

mod engine;
mod failure;
mod hooks;
mod input;
mod service;
mod verbs;

use pyo3::prelude::*;

/// What `safelight._native` contains.
#[pymodule]
#[pyo3(name = "_native")]
mod native {
    #[pymodule_export]
    use crate::engine::{CancelToken, Engine};
    #[pymodule_export]
    use crate::failure::kinds;
    #[pymodule_export]
    use crate::service::{Response, Service};
    #[pymodule_export]
    use crate::verbs::{
        backends, build_url, markup, negotiate, panic_on_purpose, parse_url, sign, vary_headers,
        vary_request, vary_response, verify, version,
    };
}

/// Runs a verb of core without the GIL and inside core's guard.
fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> safelight::Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| safelight::guard::guard(work)).map_err(|error| failure::exception(py, &error))
}
