//! What adapters of crates that read a whole file by themselves share: a reader that lets a job
//! stop them, and a place where their panics end.

use std::io::{BufRead, Cursor, Error as IoError, Read, Result as IoResult, Seek, SeekFrom};
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::{Error, Job, Result};

/// Bytes given at once.
const PIECE: usize = 4096;

/// A reader that can seek and asks `job` before it gives a piece.
pub(super) struct Watched<'a> {
    source: Cursor<&'a [u8]>,
    job: Option<&'a Job>,
}

impl<'a> Watched<'a> {
    /// Reads `source` for as long as `job` may run; a header is read without one.
    pub fn new(source: &'a [u8], job: Option<&'a Job>) -> Self {
        Watched { source: Cursor::new(source), job }
    }
}

impl BufRead for Watched<'_> {
    fn fill_buf(&mut self) -> IoResult<&[u8]> {
        if let Some(job) = self.job {
            job.check().map_err(IoError::other)?;
        }
        let rest = self.source.fill_buf()?;
        Ok(&rest[..rest.len().min(PIECE)])
    }

    fn consume(&mut self, amount: usize) {
        self.source.consume(amount);
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let given = self.fill_buf()?;
        let amount = given.len().min(buffer.len());
        buffer[..amount].copy_from_slice(&given[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, position: SeekFrom) -> IoResult<u64> {
        self.source.seek(position)
    }
}

/// Runs a decoder whose own checks are assertions: one that fails means a broken file.
pub(super) fn contained<T>(format: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::malformed(format!("{format}: broken data")).with_context("the decoder panicked"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CancelToken, Kind, Limits};

    #[test]
    fn a_cancelled_job_stops_the_reader_at_the_next_piece() {
        let cancel = CancelToken::new();
        let job = Job::new(&Limits::default(), cancel.clone());
        let bytes = vec![7; 3 * PIECE];
        let mut reader = Watched::new(&bytes, Some(&job));
        let mut buffer = vec![0; 2 * PIECE];
        assert_eq!(reader.read(&mut buffer).unwrap(), PIECE);
        cancel.cancel();
        assert!(reader.read(&mut buffer).is_err());
    }

    #[test]
    fn an_assertion_that_fails_is_a_broken_file() {
        let work = || -> Result<()> { std::panic::resume_unwind(Box::new("bad row")) };
        assert_eq!(contained("tiff", work).unwrap_err().kind(), Kind::Malformed);
    }
}
