//! From an error of core to an exception of `safelight.errors`, found by its kind.

use pyo3::prelude::*;
use safelight::{Error, Kind, KINDS};

/// The exception for `error`. The classes are declared in Python, where they can inherit
/// builtin ones.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    build(py, error).map_or_else(|lookup| lookup, PyErr::from_value)
}

fn build<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    py.import("safelight.errors")?
        .getattr(error.kind().names().python)?
        .call1((error.message(), error.context()))
}

/// The kind of an exception of ours; `None` for every other.
pub(crate) fn kind_of(py: Python<'_>, raised: &PyErr) -> Option<Kind> {
    let ours = py.import("safelight.errors").ok()?.getattr("SafelightError").ok()?;
    let value = raised.value(py);
    if !value.is_instance(&ours).ok()? {
        return None;
    }
    let number: i32 = value.getattr("code").ok()?.extract().ok()?;
    KINDS.iter().find(|names| names.kind.number() == number).map(|names| names.kind)
}

/// The row of `kind` in core's table, as Python sees it: class, kind, number, HTTP status.
type Row = (&'static str, &'static str, i32, u16);

fn row(kind: Kind) -> Row {
    let names = kind.names();
    (names.python, names.node, kind.number(), names.http)
}

/// Every kind of error that core knows: class, kind, number, HTTP status.
#[pyfunction]
pub(crate) fn kinds() -> Vec<Row> {
    KINDS.iter().map(|names| row(names.kind)).collect()
}
