//! Feeds a decoder in small pieces, so that a job can stop it between two of them.

use std::io::{BufRead, Error as IoError, ErrorKind, Read, Result as IoResult, Seek, SeekFrom};

use image::ImageError;

use crate::{Error, Job};

/// Bytes given at once: at deflate's best ratio they are four megabytes of pixels.
const PIECE: usize = 4096;

/// A reader over the slices of an iterator.
pub(super) struct Pieces<'a, I> {
    slices: I,
    rest: &'a [u8],
    given: &'a [u8],
    job: &'a Job,
}

impl<'a, I: Iterator<Item = &'a [u8]>> Pieces<'a, I> {
    /// Reads `slices` one after the other for as long as `job` may run.
    pub fn new(slices: I, job: &'a Job) -> Self {
        Pieces { slices, rest: &[], given: &[], job }
    }
}

impl<'a, I: Iterator<Item = &'a [u8]>> BufRead for Pieces<'a, I> {
    fn fill_buf(&mut self) -> IoResult<&[u8]> {
        while self.given.is_empty() {
            self.job.check().map_err(IoError::other)?;
            if self.rest.is_empty() {
                match self.slices.next() {
                    Some(slice) => self.rest = slice,
                    None => break,
                }
            }
            (self.given, self.rest) = self.rest.split_at(self.rest.len().min(PIECE));
        }
        Ok(self.given)
    }

    fn consume(&mut self, amount: usize) {
        self.given = &self.given[amount.min(self.given.len())..];
    }
}

impl<'a, I: Iterator<Item = &'a [u8]>> Read for Pieces<'a, I> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let given = self.fill_buf()?;
        let amount = given.len().min(buffer.len());
        buffer[..amount].copy_from_slice(&given[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}

/// The decoders ask for a reader that can seek and never do.
impl<I> Seek for Pieces<'_, I> {
    fn seek(&mut self, _position: SeekFrom) -> IoResult<u64> {
        Err(ErrorKind::Unsupported.into())
    }
}

/// Our error for one of a decoder that was fed by [`Pieces`].
pub(super) fn error(format: &str, error: &ImageError, job: &Job) -> Error {
    // A stopped job is not the file's fault, whatever the decoder made of it.
    if let Err(stopped) = job.check() {
        return stopped;
    }
    let ours = match error {
        ImageError::Limits(_) => Error::too_large("memory", "what a job may hold", "more"),
        ImageError::Unsupported(_) => Error::unsupported(format!("{format}: unknown feature")),
        _ => Error::malformed(format!("{format}: broken data")),
    };
    ours.with_context(error.to_string())
}
