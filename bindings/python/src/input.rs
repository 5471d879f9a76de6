//! Bytes, files and deadlines that calls take.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use safelight::{Error, Job, Kind, Limits, Result};

/// Where picture bytes come from. Only `bytes` is borrowed while the GIL is away: nothing can
/// change it.
#[derive(FromPyObject)]
pub(crate) enum Source<'py> {
    Bytes(Bound<'py, PyBytes>),
    File(PathBuf),
}

/// A [`Source`] that may leave the GIL.
pub(crate) enum Input<'a> {
    Bytes(&'a [u8]),
    File(&'a Path),
}

impl Source<'_> {
    pub(crate) fn input(&self) -> Input<'_> {
        match self {
            Source::Bytes(bytes) => Input::Bytes(bytes.as_bytes()),
            Source::File(path) => Input::File(path),
        }
    }
}

impl Input<'_> {
    pub(crate) fn with<T>(
        &self,
        limits: &Limits,
        work: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<T> {
        match self {
            Input::Bytes(bytes) => work(bytes),
            Input::File(path) => work(&read(path, limits.source_bytes)?),
        }
    }
}

/// Reads a file up to one byte past `limit`, so that core sees that it is too large.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut data))
        .map_err(|error| {
            let (kind, message) = match error.kind() {
                std::io::ErrorKind::NotFound => (Kind::NotFound, "source: no such file"),
                std::io::ErrorKind::PermissionDenied => {
                    (Kind::Forbidden, "source: not permitted to read the file")
                }
                _ => (Kind::Storage, "source: the file could not be read"),
            };
            Error::new(kind, message).with_context(format!("{}: {error}", path.display()))
        })?;
    Ok(data)
}

/// A job that ends at most `seconds` from now.
pub(crate) fn within(job: Job, seconds: Option<f64>) -> Result<Job> {
    let Some(seconds) = seconds else { return Ok(job) };
    let timeout = Duration::try_from_secs_f64(seconds)
        .map_err(|_| Error::invalid("timeout", "seconds, 0 or more", seconds))?;
    Ok(job.within(timeout))
}
