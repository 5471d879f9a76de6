//! Python callables as hooks of core. A hook is called with the GIL and answers bytes.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use safelight::hooks::{Hooks, Pixels};
use safelight::{Error, Kind, Result};

use crate::failure;

/// What the host offers.
pub(crate) fn hooks(
    segment: Option<Py<PyAny>>,
    upscale: Option<Py<PyAny>>,
    decode: Option<Py<PyAny>>,
) -> Hooks {
    let mut hooks = Hooks::default();
    if let Some(hook) = segment {
        hooks = hooks.on_segment(Arc::new(move |picture: Pixels<'_>, mask: &mut [u8]| {
            call("segment", mask, |py| {
                let pixels = PyBytes::new(py, picture.data);
                hook.bind(py).call1((pixels, picture.width, picture.height))
            })
        }));
    }
    if let Some(hook) = upscale {
        hooks = hooks.on_upscale(Arc::new(
            move |picture: Pixels<'_>, to: (u32, u32), larger: &mut [u8]| {
                call("upscale", larger, |py| {
                    let pixels = PyBytes::new(py, picture.data);
                    hook.bind(py).call1((pixels, picture.width, picture.height, to.0, to.1))
                })
            },
        ));
    }
    if let Some(hook) = decode {
        hooks = hooks.on_decode(Arc::new(
            move |source: &[u8], (width, height): (u32, u32), pixels: &mut [u8]| {
                call("decode", pixels, |py| {
                    hook.bind(py).call1((PyBytes::new(py, source), width, height))
                })
            },
        ));
    }
    hooks
}

/// Runs a hook and takes its answer, which must be bytes of exactly the buffer's length.
fn call(
    name: &str,
    buffer: &mut [u8],
    hook: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyAny>>,
) -> Result<()> {
    Python::attach(|py| {
        let answer = hook(py).map_err(|raised| error_of(py, name, &raised))?;
        let bytes = answer.extract::<Vec<u8>>().ok().filter(|bytes| bytes.len() == buffer.len());
        let Some(bytes) = bytes else {
            let expected = format!("{} bytes from the hook", buffer.len());
            return Err(Error::invalid(name, &expected, answer.get_type()));
        };
        buffer.copy_from_slice(&bytes);
        Ok(())
    })
}

/// An exception of a hook: ours keep their kind, others are the host's own trouble.
fn error_of(py: Python<'_>, name: &str, raised: &PyErr) -> Error {
    let kind = failure::kind_of(py, raised).unwrap_or(Kind::Storage);
    Error::new(kind, format!("{name}: the hook of the host failed"))
        .with_context(raised.to_string())
}
