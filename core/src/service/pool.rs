//! Places for pixel work: a bounded number at once, and a bounded queue in front of them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{Error, Job, Kind, Result};

/// How often a waiting job looks whether its client is still there.
const LOOK: Duration = Duration::from_millis(50);

/// The places.
#[derive(Debug)]
pub(super) struct Pool {
    workers: usize,
    queue: usize,
    held: Mutex<Held>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Held {
    running: usize,
    /// Who waits, first come first served.
    waiting: VecDeque<u64>,
    next: u64,
}

/// A place; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a Pool);

/// How busy a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Jobs that run now.
    pub running: usize,
    /// Jobs that wait for a place.
    pub waiting: usize,
}

impl Pool {
    pub(super) fn new(workers: usize, queue: usize) -> Self {
        Pool { workers: workers.max(1), queue, held: Mutex::default(), freed: Condvar::new() }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn load(&self) -> Load {
        let held = self.held();
        Load { running: held.running, waiting: held.waiting.len() }
    }

    /// Waits for a place as long as `job` may; `Busy` at once when too many wait already.
    pub(super) fn enter(&self, job: &Job) -> Result<Place<'_>> {
        job.check()?;
        let mut held = self.held();
        if held.running < self.workers && held.waiting.is_empty() {
            held.running += 1;
            return Ok(Place(self));
        }
        if held.waiting.len() >= self.queue {
            let text = "too many pictures are waiting, try again soon";
            return Err(Error::new(Kind::Busy, text));
        }
        let ticket = held.next;
        held.next += 1;
        held.waiting.push_back(ticket);
        loop {
            if held.running < self.workers && held.waiting.front() == Some(&ticket) {
                held.waiting.pop_front();
                held.running += 1;
                // There may be a place for the next one too.
                self.freed.notify_all();
                return Ok(Place(self));
            }
            held = self.freed.wait_timeout(held, LOOK).unwrap_or_else(PoisonError::into_inner).0;
            if let Err(error) = job.check() {
                held.waiting.retain(|waiting| *waiting != ticket);
                self.freed.notify_all();
                return Err(error);
            }
        }
    }

    /// Takes a place that nobody waits for; `None` when there was none for as long as `patience`.
    pub(super) fn enter_idle(&self, job: &Job, patience: Duration) -> Option<Place<'_>> {
        let start = Instant::now();
        let mut held = self.held();
        loop {
            if job.check().is_err() {
                return None;
            }
            if held.running < self.workers && held.waiting.is_empty() {
                held.running += 1;
                return Some(Place(self));
            }
            if start.elapsed() >= patience {
                return None;
            }
            held = self.freed.wait_timeout(held, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.held().running -= 1;
        self.0.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CancelToken, Limits};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_full_queue_refuses_within_a_millisecond() {
        let pool = Pool::new(1, 0);
        let place = pool.enter(&Job::default()).unwrap();
        let fastest = (0..10).map(|_| {
            let start = Instant::now();
            assert_eq!(pool.enter(&Job::default()).unwrap_err().kind(), Kind::Busy);
            start.elapsed()
        });
        assert!(fastest.min().unwrap() < Duration::from_millis(1));
        drop(place);
        assert!(pool.enter(&Job::default()).is_ok());
    }

    #[test]
    fn no_more_run_at_once_than_there_are_workers_and_all_get_their_turn() {
        let (pool, now, most) = (Pool::new(3, 100), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let _place = pool.enter(&Job::default()).unwrap();
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(1));
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 3);
        assert_eq!(pool.load(), Load { running: 0, waiting: 0 });
    }

    #[test]
    fn who_gives_up_waiting_leaves_the_queue() {
        let pool = Pool::new(1, 1);
        let place = pool.enter(&Job::default()).unwrap();
        let cancel = CancelToken::new();
        std::thread::scope(|scope| {
            let job = Job::new(&Limits::default(), cancel.clone());
            let waiting = scope.spawn({
                let pool = &pool;
                move || pool.enter(&job).map(drop).unwrap_err().kind()
            });
            while pool.load().waiting == 0 {
                std::thread::yield_now();
            }
            cancel.cancel();
            assert_eq!(waiting.join().unwrap(), Kind::Cancelled);
        });
        assert_eq!(pool.load().waiting, 0);
        assert!(pool.enter_idle(&Job::default(), Duration::ZERO).is_none());
        drop(place);
        assert!(pool.enter_idle(&Job::default(), Duration::ZERO).is_some());
    }
}
