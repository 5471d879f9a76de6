//! The verbs that take picture bytes.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use safelight::delivery::Hints;
use safelight::{Assets, Job, Limits, PolishOptions};

use crate::detached;
use crate::hooks::hooks;
use crate::input::{within, Source};

/// Cancels a render from another thread. It stays cancelled.
#[pyclass(frozen, module = "safelight")]
pub(crate) struct CancelToken(pub(crate) safelight::CancelToken);

#[pymethods]
impl CancelToken {
    #[new]
    fn new() -> Self {
        CancelToken(safelight::CancelToken::new())
    }

    /// Asks every render that was given this token to stop.
    fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether `cancel` was called.
    #[getter]
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn __repr__(&self) -> String {
        let state = if self.0.is_cancelled() { "True" } else { "False" };
        format!("CancelToken(cancelled={state})")
    }
}

/// An engine of core.
#[pyclass(frozen, module = "safelight._native")]
pub(crate) struct Engine(safelight::Engine);

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (limits, segment, upscale, decode, /))]
    fn new(
        py: Python<'_>,
        limits: &str,
        segment: Option<Py<PyAny>>,
        upscale: Option<Py<PyAny>>,
        decode: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let hooks = hooks(segment, upscale, decode);
        detached(py, || {
            Ok(Engine(safelight::Engine::new(Limits::from_json(limits)?).with_hooks(hooks)))
        })
    }

    /// The limits as JSON, defaults filled in.
    fn limits(&self) -> PyResult<String> {
        serde_json::to_string(self.0.limits())
            .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))
    }

    /// Image bytes and the info JSON.
    #[pyo3(signature = (source, options, headers, assets, timeout, cancel, /))]
    #[allow(clippy::too_many_arguments)] // one a keyword of the Python half
    fn render<'py>(
        &self,
        py: Python<'py>,
        source: Source<'_>,
        options: &str,
        headers: Vec<(String, String)>,
        assets: Vec<(String, Vec<u8>)>,
        timeout: Option<f64>,
        cancel: Option<&CancelToken>,
    ) -> PyResult<(Bound<'py, PyBytes>, String)> {
        let token = cancel.map(|token| token.0.clone()).unwrap_or_default();
        let (engine, input) = (&self.0, source.input());
        let rendered = detached(py, || {
            let job = within(Job::new(engine.limits(), token), timeout)?;
            let (hints, assets) = (hints(&headers), named(assets));
            input.with(engine.limits(), |data| {
                let input = safelight::Input::new(data).with_hints(&hints).with_assets(&assets);
                engine.render_text(&input, options, &job)
            })
        })?;
        let info = rendered.info.to_json(rendered.data.len()).to_string();
        Ok((PyBytes::new(py, &rendered.data), info))
    }

    /// What the header says, as JSON.
    #[pyo3(signature = (source, /))]
    fn probe(&self, py: Python<'_>, source: Source<'_>) -> PyResult<String> {
        let (engine, input) = (&self.0, source.input());
        detached(py, || {
            let probe = input.with(engine.limits(), |data| engine.probe(data))?;
            Ok(probe.to_json().to_string())
        })
    }

    /// The plan, its cost and its cache key, as JSON.
    #[pyo3(signature = (source, options, headers, assets, /))]
    fn explain(
        &self,
        py: Python<'_>,
        source: Source<'_>,
        options: &str,
        headers: Vec<(String, String)>,
        assets: Vec<(String, Vec<u8>)>,
    ) -> PyResult<String> {
        let (engine, input) = (&self.0, source.input());
        detached(py, || {
            let (hints, assets) = (hints(&headers), named(assets));
            let explained = input.with(engine.limits(), |data| {
                let input = safelight::Input::new(data).with_hints(&hints).with_assets(&assets);
                let job = Job::new(engine.limits(), safelight::CancelToken::new());
                engine.explain_text(&input, options, &job)
            })?;
            Ok(explained.to_string())
        })
    }

    /// The smaller file, or the source's own bytes, and what came of it as JSON.
    #[pyo3(signature = (source, options, timeout, cancel, /))]
    fn polish<'py>(
        &self,
        py: Python<'py>,
        source: Source<'_>,
        options: &str,
        timeout: Option<f64>,
        cancel: Option<&CancelToken>,
    ) -> PyResult<(Bound<'py, PyBytes>, String)> {
        let token = cancel.map(|token| token.0.clone()).unwrap_or_default();
        let (engine, input) = (&self.0, source.input());
        let polished = detached(py, || {
            let options = PolishOptions::from_json(options)?;
            let job = within(Job::new(engine.limits(), token), timeout)?;
            input.with(engine.limits(), |data| {
                engine.polish(&safelight::Input::new(data), &options, &job)
            })
        })?;
        let info = polished.to_json().to_string();
        Ok((PyBytes::new(py, &polished.data), info))
    }

    /// What to change about the pictures of a page, as JSON.
    #[pyo3(signature = (html, request, files, timeout, cancel, /))]
    fn audit(
        &self,
        py: Python<'_>,
        html: &str,
        request: &str,
        files: Vec<(String, Vec<u8>)>,
        timeout: Option<f64>,
        cancel: Option<&CancelToken>,
    ) -> PyResult<String> {
        let token = cancel.map(|token| token.0.clone()).unwrap_or_default();
        let engine = &self.0;
        detached(py, || {
            let job = within(Job::new(engine.limits(), token), timeout)?;
            Ok(engine.audit(html, request, &named(files), &job)?.to_string())
        })
    }

    /// What the picture shows, as JSON.
    #[pyo3(signature = (source, timeout, /))]
    fn describe(
        &self,
        py: Python<'_>,
        source: Source<'_>,
        timeout: Option<f64>,
    ) -> PyResult<String> {
        let (engine, input) = (&self.0, source.input());
        detached(py, || {
            let job = within(Job::new(engine.limits(), safelight::CancelToken::new()), timeout)?;
            let described = input.with(engine.limits(), |data| {
                engine.describe(&safelight::Input::new(data), &job)
            })?;
            Ok(described.to_string())
        })
    }
}

fn named(assets: Vec<(String, Vec<u8>)>) -> Assets {
    let mut named = Assets::new();
    for (name, data) in assets {
        named.insert(name, data);
    }
    named
}

fn hints(headers: &[(String, String)]) -> Hints {
    Hints::from_headers(headers.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}
