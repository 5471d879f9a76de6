//! The clock of one fetch: until when each part of it must be done, and whether its job still
//! wants it. Whatever blocks does so for a short turn, and asks again.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::network::Stream;
use crate::{CancelToken, Job};

/// Longest time between two looks at the clock.
const TURN: Duration = Duration::from_millis(20);

/// Shared by the parts of one fetch.
#[derive(Debug)]
pub(super) struct Watch {
    cancel: CancelToken,
    end: Instant,
    part: Mutex<Instant>,
}

impl Watch {
    /// At most `whole` from now, and no longer than `job`.
    pub(super) fn new(job: &Job, whole: Duration) -> Arc<Self> {
        let end = Instant::now() + whole;
        let end = job.deadline().map_or(end, |deadline| deadline.min(end));
        Arc::new(Watch { cancel: job.cancel_token(), end, part: Mutex::new(end) })
    }

    /// Gives the part that begins now `time`.
    pub(super) fn begin(&self, time: Duration) {
        let end = (Instant::now() + time).min(self.end);
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }

    /// How long may be waited before the next look; an error when the time is up.
    pub(super) fn turn(&self) -> io::Result<Duration> {
        let left = self.left()?;
        Ok(left.min(TURN))
    }

    /// How much time the part has; an error when there is none.
    pub(super) fn left(&self) -> io::Result<Duration> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let end = *self.part.lock().unwrap_or_else(PoisonError::into_inner);
        match end.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(io::Error::from(io::ErrorKind::TimedOut)),
        }
    }

    /// Whether the time of the part is over.
    pub(super) fn is_over(&self) -> bool {
        self.left().is_err()
    }
}

/// A connection that gives up when its watch says so.
pub(super) struct Watched {
    stream: Box<dyn Stream>,
    watch: Arc<Watch>,
}

impl Watched {
    pub(super) fn new(stream: Box<dyn Stream>, watch: Arc<Watch>) -> Self {
        Watched { stream, watch }
    }

    fn again<T>(
        &mut self,
        mut work: impl FnMut(&mut dyn Stream) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            self.stream.set_timeout(self.watch.turn()?)?;
            match work(&mut *self.stream) {
                Err(error) if is_pause(&error) => {}
                done => return done,
            }
        }
    }
}

fn is_pause(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

impl Read for Watched {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.again(|stream| stream.read(bytes))
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.again(|stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.again(|stream| stream.flush())
    }
}
