//! Where `image`'s encoders put the bytes they have made.

use std::io::{Error as IoError, Result as IoResult, Write};

use image::ImageError;

use crate::{Error, Job};

/// A growing vector that refuses more when the job must stop or memory is out.
pub(super) struct Sink<'a> {
    data: &'a mut Vec<u8>,
    job: &'a Job,
}

impl<'a> Sink<'a> {
    pub fn new(data: &'a mut Vec<u8>, job: &'a Job) -> Self {
        Sink { data, job }
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        self.job.check().map_err(IoError::other)?;
        self.data.try_reserve(bytes.len()).map_err(IoError::other)?;
        self.data.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> IoResult<()> {
        Ok(())
    }
}

/// Our error for one of an encoder that wrote to a [`Sink`].
pub(super) fn error(format: &str, error: &ImageError, job: &Job) -> Error {
    if let Err(stopped) = job.check() {
        return stopped;
    }
    let ours = match error {
        ImageError::Limits(_) | ImageError::IoError(_) => {
            Error::too_large("memory", "what the system gives", "more")
        }
        _ => Error::internal(format!("{format}: the encoder failed")),
    };
    ours.with_context(error.to_string())
}
