//! How fast a job may go: objects and bytes in a second, and bytes in flight.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{Job, Result};

/// Longest time between two looks at a job's cancel flag.
const TURN: Duration = Duration::from_millis(50);
/// Bytes that may be in flight at once, however many objects that is; one object always may.
const FLIGHT: u64 = 24 << 20;
/// What an object counts of which nobody knows how large it is.
const UNKNOWN: u64 = 2 << 20;

/// Rates of one job on this node.
pub(super) struct Pace {
    objects: Bucket,
    bytes: Bucket,
}

/// A bucket that fills by `rate` in a second, up to what a second brings. It may be overdrawn once;
/// then everybody waits.
struct Bucket {
    rate: f64,
    held: Mutex<(f64, Instant)>,
}

impl Bucket {
    fn new(rate: u64) -> Self {
        Bucket { rate: rate as f64, held: Mutex::new((rate as f64, Instant::now())) }
    }

    /// Takes `amount`, or says how long that has to wait.
    fn take(&self, amount: f64) -> std::result::Result<(), Duration> {
        if self.rate == 0.0 {
            return Ok(());
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let filled = held.0 + now.duration_since(held.1).as_secs_f64() * self.rate;
        *held = (filled.min(self.rate), now);
        // One object is one; bytes may be more than a second brings, and are owed.
        let needed = amount.min(1.0);
        if held.0 < needed {
            return Err(Duration::from_secs_f64((needed - held.0) / self.rate));
        }
        held.0 -= amount;
        Ok(())
    }

    fn wait(&self, amount: f64, job: &Job) -> Result<()> {
        while let Err(left) = self.take(amount) {
            job.check()?;
            std::thread::sleep(left.clamp(Duration::from_millis(1), TURN));
        }
        Ok(())
    }
}

impl Pace {
    pub(super) fn new(objects: u64, bytes: u64) -> Self {
        Pace { objects: Bucket::new(objects), bytes: Bucket::new(bytes) }
    }

    /// Waits until one more object of so many bytes may be read.
    pub(super) fn wait(&self, bytes: u64, job: &Job) -> Result<()> {
        self.objects.wait(1.0, job)?;
        self.bytes.wait(bytes as f64, job)
    }
}

impl Pace {
    /// Counts bytes that were read before anybody knew how many they are.
    pub(super) fn owe(&self, bytes: u64) {
        // Where nothing is left, those who come next wait all the same.
        let _ = self.bytes.take(bytes as f64);
    }
}

/// Bytes in flight.
#[derive(Default)]
pub(super) struct Flight {
    held: Mutex<u64>,
    freed: Condvar,
}

/// Leave for some bytes; given back when this is dropped.
pub(super) struct Leave<'a>(&'a Flight, u64);

impl Flight {
    /// Waits until an object of so many bytes has room; 0 where that is not known.
    pub(super) fn enter(&self, bytes: u64, job: &Job) -> Result<Leave<'_>> {
        let bytes = if bytes == 0 { UNKNOWN } else { bytes };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while *held > 0 && *held + bytes > FLIGHT {
            job.check()?;
            held = self.freed.wait_timeout(held, TURN).unwrap_or_else(PoisonError::into_inner).0;
        }
        *held += bytes;
        Ok(Leave(self, bytes))
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        *self.0.held.lock().unwrap_or_else(PoisonError::into_inner) -= self.1;
        self.0.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_bytes_keep_their_rates() {
        let (job, start) = (Job::default(), Instant::now());
        let pace = Pace::new(100, 0);
        (0..120).for_each(|_| pace.wait(1 << 20, &job).unwrap());
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(180) && took < Duration::from_secs(5), "{took:?}");
        let (pace, start) = (Pace::new(0, 1000), Instant::now());
        // The first second is there already; what is overdrawn is waited for.
        (0..3).for_each(|_| pace.wait(600, &job).unwrap());
        assert!(start.elapsed() >= Duration::from_millis(180));
    }

    #[test]
    fn bytes_in_flight_are_bounded_and_a_large_object_goes_alone() {
        let (flight, job) = (Flight::default(), Job::default());
        let one = flight.enter(FLIGHT * 2, &job).unwrap();
        let cancelled = Job::default();
        cancelled.cancel_token().cancel();
        assert!(flight.enter(1, &cancelled).is_err());
        drop(one);
        let _many: Vec<_> = (0..12).map(|_| flight.enter(0, &job).unwrap()).collect();
        assert!(flight.enter(1, &cancelled).is_err());
    }
}
