//! Services: requests and hosted verbs.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use safelight::{Body, Config, Error, Job, Request, Result};
use serde_json::Value;

use crate::detached;
use crate::engine::CancelToken;
use crate::hooks::hooks;
use crate::input::{within, Source};

/// A service of core.
#[pyclass(frozen, module = "safelight._native")]
pub(crate) struct Service(safelight::Service);

/// What a server sends back. The body stays where it is until it is asked for.
#[pyclass(frozen, module = "safelight._native")]
pub(crate) struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

#[pymethods]
impl Service {
    #[new]
    #[pyo3(signature = (config, segment, upscale, decode, /))]
    fn new(
        py: Python<'_>,
        config: &str,
        segment: Option<Py<PyAny>>,
        upscale: Option<Py<PyAny>>,
        decode: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let hooks = hooks(segment, upscale, decode);
        detached(py, || {
            Ok(Service(safelight::Service::open_with(&Config::from_json(config)?, hooks)?))
        })
    }

    /// How many bytes of body to read for a request, `None` when it is not for this service.
    #[pyo3(signature = (method, target, /))]
    fn wants(&self, method: &str, target: &str) -> Option<u64> {
        self.0.wants(method, target)
    }

    /// Answers a request.
    #[pyo3(signature = (method, target, headers, body, timeout, cancel, /))]
    #[allow(clippy::too_many_arguments)] // one a keyword of the Python half
    fn handle(
        &self,
        py: Python<'_>,
        method: &str,
        target: &str,
        headers: Vec<(String, String)>,
        body: &Bound<'_, PyBytes>,
        timeout: Option<f64>,
        cancel: Option<&CancelToken>,
    ) -> PyResult<Response> {
        let (service, body) = (&self.0, body.as_bytes());
        let token = token(cancel);
        let response = detached(py, || {
            let job = within(Job::new(service.limits(), token), timeout)?;
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let request = Request { method, target, headers: &headers, body };
            Ok(service.handle(&request, &job))
        })?;
        let safelight::Response { status, headers, body } = response;
        Ok(Response { status, headers, body })
    }

    /// Runs a hosted verb: its result as JSON, and the bytes that it gives.
    #[pyo3(signature = (verb, arguments, body, timeout, cancel, /))]
    fn call<'py>(
        &self,
        py: Python<'py>,
        verb: &str,
        arguments: &str,
        body: Source<'_>,
        timeout: Option<f64>,
        cancel: Option<&CancelToken>,
    ) -> PyResult<(String, Option<Bound<'py, PyBytes>>)> {
        let (service, input) = (&self.0, body.input());
        let token = token(cancel);
        let (result, bytes) = detached(py, || {
            let arguments = json(arguments)?;
            let job = within(Job::new(service.limits(), token), timeout)?;
            let called =
                input.with(service.limits(), |body| service.call(verb, &arguments, body, &job))?;
            Ok((called.result.to_string(), called.bytes))
        })?;
        Ok((result, bytes.map(|bytes| PyBytes::new(py, &bytes))))
    }

    /// Panics inside the service; arrives as `InternalError`.
    fn panic_on_purpose(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, safelight::guard::panic_on_purpose)
    }

    /// Ends the background work and waits for it.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let service = &self.0;
        detached(py, || {
            service.close();
            Ok(())
        })
    }
}

#[pymethods]
impl Response {
    #[getter]
    fn status(&self) -> u16 {
        self.status
    }

    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        self.headers.clone()
    }

    fn __len__(&self) -> usize {
        self.body.len()
    }

    /// The bytes of the body from `start` to `end`, or what there is of them.
    #[pyo3(signature = (start, end, /))]
    fn part<'py>(&self, py: Python<'py>, start: usize, end: usize) -> Bound<'py, PyBytes> {
        let end = end.min(self.body.len());
        PyBytes::new(py, &self.body[start.min(end)..end])
    }
}

fn token(cancel: Option<&CancelToken>) -> safelight::CancelToken {
    cancel.map(|token| token.0.clone()).unwrap_or_default()
}

fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| Error::invalid("arguments", "JSON", error))
}
