//! Pixel work: a bounded number of jobs on threads of their own, and a bounded queue.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use safelight::guard::guard;
use safelight::{CancelToken, Error, Result};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Admits jobs.
#[derive(Debug)]
pub(crate) struct Pool {
    running: Arc<Semaphore>,
    workers: usize,
    waiting: AtomicUsize,
    cancelled: AtomicUsize,
    queue: usize,
}

/// What the pool is doing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Jobs that run now.
    pub running: usize,
    /// Jobs that wait for a place.
    pub waiting: usize,
    /// Jobs that stopped early because their client was gone, since the start.
    pub cancelled: usize,
}

/// Why a job has no result.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Too many jobs are waiting already.
    Busy,
    /// The job failed.
    Failed(Error),
}

/// Cancels the job when the request that wants it is gone.
struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Counts a waiting job for as long as it waits, or until its request is gone.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    pub(crate) fn new(workers: usize, queue: usize) -> Self {
        let workers = workers.max(1);
        Pool {
            running: Arc::new(Semaphore::new(workers)),
            workers,
            waiting: AtomicUsize::new(0),
            cancelled: AtomicUsize::new(0),
            queue,
        }
    }

    pub(crate) fn load(&self) -> Load {
        Load {
            running: self.workers.saturating_sub(self.running.available_permits()),
            waiting: self.waiting.load(Ordering::Relaxed),
            cancelled: self.cancelled.load(Ordering::Relaxed),
        }
    }

    /// Counts a job that stopped early.
    pub(crate) fn count_cancelled(&self) {
        self.cancelled.fetch_add(1, Ordering::Relaxed);
    }

    /// Runs `work` when a place is free. When the returned future is dropped, as it is when the
    /// client hangs up, `cancel` is set; the place is free again when `work` has noticed.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cancel: CancelToken,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, Refused> {
        let _gone = CancelOnDrop(cancel);
        let place = match self.running.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => self.wait().await?,
        };
        blocking(move || {
            let _place = place;
            work()
        })
        .await
        .map_err(Refused::Failed)
    }

    async fn wait(&self) -> std::result::Result<tokio::sync::OwnedSemaphorePermit, Refused> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= self.queue {
            return Err(Refused::Busy);
        }
        self.running.clone().acquire_owned().await.map_err(|_| Refused::Busy)
    }
}

/// Runs `work` on a thread that may block; a panic inside is an error.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(move || guard(work)).await.unwrap_or_else(|error| {
        Err(Error::internal("internal failure").with_context(error.to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap()
    }

    #[test]
    fn a_full_queue_refuses_and_frees_its_places() {
        runtime().block_on(async {
            let pool = Pool::new(1, 0);
            let (release, held) = std::sync::mpsc::channel::<()>();
            let first = pool.run(CancelToken::new(), move || {
                held.recv().ok();
                Ok(1)
            });
            let second = async {
                let refused = pool.run(CancelToken::new(), || Ok(2)).await;
                assert!(matches!(refused, Err(Refused::Busy)));
                release.send(()).ok();
            };
            let (first, ()) = tokio::join!(first, second);
            assert_eq!(first.unwrap(), 1);
            assert_eq!(pool.run(CancelToken::new(), || Ok(3)).await.unwrap(), 3);
        });
    }

    #[test]
    fn a_dropped_request_cancels_its_job() {
        runtime().block_on(async {
            let pool = Pool::new(1, 1);
            let cancel = CancelToken::new();
            let (started, begun) = tokio::sync::oneshot::channel();
            let seen = cancel.clone();
            let job = pool.run(cancel.clone(), move || {
                started.send(()).ok();
                while !seen.is_cancelled() {
                    std::thread::yield_now();
                }
                Ok(())
            });
            tokio::select! {
                _ = job => panic!("the job can only end by being cancelled"),
                _ = begun => {}
            }
            assert!(cancel.is_cancelled());
            pool.run(CancelToken::new(), || Ok(())).await.unwrap();
        });
    }

    #[test]
    fn a_panicking_job_is_an_error_and_gives_its_place_back() {
        runtime().block_on(async {
            let pool = Pool::new(1, 0);
            let work = || safelight::guard::panic_on_purpose();
            let failed = pool.run(CancelToken::new(), work).await;
            assert!(matches!(failed, Err(Refused::Failed(error)) if error.kind() == safelight::Kind::Internal));
            pool.run(CancelToken::new(), || Ok(())).await.unwrap();
        });
    }
}
