//! One run of one verb: its deadline, its cancel flag and its memory account.
//!
//! Every loop that we own calls [`Job::check`] about once a row or a few milliseconds. A codec
//! that cannot be interrupted inside one call is checked before and after it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{Error, Kind, Limits, Result};

/// Cancels a job from another thread. Clones share one flag.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every job that holds this token to stop. It stays cancelled.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`CancelToken::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Deadline, cancel flag and memory account of one run.
#[derive(Debug)]
pub struct Job {
    deadline: Option<Instant>,
    cancel: CancelToken,
    memory_limit: u64,
    memory_used: AtomicU64,
    memory_peak: AtomicU64,
    threads: u32,
}

impl Job {
    /// A job under `limits`, cancelled through `cancel`.
    pub fn new(limits: &Limits, cancel: CancelToken) -> Self {
        let deadline = (limits.time_ms > 0)
            .then(|| Instant::now().checked_add(Duration::from_millis(limits.time_ms)))
            .flatten();
        Job {
            deadline,
            cancel,
            memory_limit: limits.memory,
            memory_used: AtomicU64::new(0),
            memory_peak: AtomicU64::new(0),
            threads: limits.threads.max(1),
        }
    }

    /// Brings the deadline nearer: at most `timeout` from now. It never moves it away.
    #[must_use]
    pub fn within(mut self, timeout: Duration) -> Self {
        if let Some(deadline) = Instant::now().checked_add(timeout) {
            self.deadline = Some(self.deadline.map_or(deadline, |old| old.min(deadline)));
        }
        self
    }

    /// `Cancelled` or `Timeout` when the job must stop.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(Error::new(Kind::Cancelled, "the job was cancelled"));
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Error::new(Kind::Timeout, "the job's time is up"));
        }
        Ok(())
    }

    /// When the job must be done, where there is such a time.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The flag that cancels the job, for threads that work for it.
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// Books `bytes`; they are given back when the returned guard is dropped.
    pub fn charge(&self, bytes: u64) -> Result<Charge<'_>> {
        let used = self.memory_used.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if used > self.memory_limit {
            self.memory_used.fetch_sub(bytes, Ordering::Relaxed);
            return Err(Error::too_large("memory", self.memory_limit, used));
        }
        self.memory_peak.fetch_max(used, Ordering::Relaxed);
        Ok(Charge { job: self, bytes })
    }

    /// Threads the job may use inside a codec.
    pub fn threads(&self) -> u32 {
        self.threads
    }

    /// The most bytes that were booked at once.
    pub fn memory_peak(&self) -> u64 {
        self.memory_peak.load(Ordering::Relaxed)
    }
}

impl Default for Job {
    fn default() -> Self {
        Job::new(&Limits::default(), CancelToken::new())
    }
}

/// Booked memory of a [`Job`].
#[derive(Debug)]
pub struct Charge<'a> {
    job: &'a Job,
    bytes: u64,
}

impl Drop for Charge<'_> {
    fn drop(&mut self) {
        self.job.memory_used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_job_stops_at_the_next_check() {
        let cancel = CancelToken::new();
        let job = Job::new(&Limits::default(), cancel.clone());
        assert!(job.check().is_ok());
        cancel.cancel();
        assert_eq!(job.check().unwrap_err().kind(), Kind::Cancelled);
    }

    #[test]
    fn a_passed_deadline_is_a_timeout() {
        let job = Job::default().within(Duration::ZERO);
        assert_eq!(job.check().unwrap_err().kind(), Kind::Timeout);
    }

    #[test]
    fn memory_is_given_back_and_the_limit_holds() {
        let limits = Limits { memory: 100, ..Limits::default() };
        let job = Job::new(&limits, CancelToken::new());
        drop(job.charge(80).unwrap());
        let _held = job.charge(60).unwrap();
        assert_eq!(job.charge(50).unwrap_err().kind(), Kind::TooLarge);
        assert_eq!(job.memory_peak(), 80);
    }
}
