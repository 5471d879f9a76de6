//! Which jobs this node works on: all that run, each with threads of its own.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::jobs::RUNNING;
use super::{work, Shared};
use crate::guard::guard;
use crate::storage::catalog::ImportJob;
use crate::{CancelToken, Error, Result};

/// How often the catalog is asked for jobs that others have made or left.
const ROUND: Duration = Duration::from_secs(1);
/// Jobs that this node works on at once; the others wait their turn.
const MOST: usize = 4;
/// How long a job that met an error of our own is left alone.
const REST: Duration = Duration::from_secs(2);

/// The thread that looks for jobs, and those that work on them.
pub(super) struct Runner {
    signal: Arc<Signal>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Signal {
    held: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    stopped: bool,
    woken: bool,
}

/// A job that this node works on.
struct Running {
    stop: CancelToken,
    thread: JoinHandle<Result<()>>,
}

impl Runner {
    pub(super) fn start(shared: Arc<Shared>) -> Result<Self> {
        let signal = Arc::new(Signal::default());
        let thread = match shared.setup.workers {
            0 => None,
            _ => Some(spawn("safelight-imports", {
                let signal = signal.clone();
                move || signal.watch(&shared)
            })?),
        };
        Ok(Runner { signal, thread: Mutex::new(thread) })
    }

    /// Looks for jobs at once.
    pub(super) fn wake(&self) {
        self.signal.held().woken = true;
        self.signal.changed.notify_all();
    }

    /// Ends all work on this node.
    pub(super) fn stop(&self) {
        self.signal.held().stopped = true;
        self.signal.changed.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|error| {
        Error::internal("no thread could be started").with_context(error.to_string())
    })
}

impl Signal {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a round, or until something is told; false when the node stops.
    fn wait(&self) -> bool {
        let held = self.held();
        let quiet = |held: &mut Held| !held.stopped && !held.woken;
        let waited = self.changed.wait_timeout_while(held, ROUND, quiet);
        let mut held = waited.unwrap_or_else(PoisonError::into_inner).0;
        held.woken = false;
        !held.stopped
    }

    fn watch(&self, shared: &Arc<Shared>) {
        let mut running = HashMap::<String, Running>::new();
        let mut resting = HashMap::<String, Instant>::new();
        // Claims of an earlier life, where only one process has the catalog.
        let _ = guard(|| shared.hosted.catalog().journal().free(shared.hosted.node()));
        loop {
            reap(&mut running, &mut resting, false);
            // A catalog that fails now may work in the next round.
            let _ = guard(|| begin(shared, &mut running, &resting));
            if !self.wait() {
                break;
            }
        }
        running.values().for_each(|running| running.stop.cancel());
        reap(&mut running, &mut resting, true);
    }
}

/// Takes out jobs whose threads have ended; with `all`, waits for every one.
fn reap(running: &mut HashMap<String, Running>, resting: &mut HashMap<String, Instant>, all: bool) {
    resting.retain(|_, since| since.elapsed() < REST);
    let ended: Vec<String> = running
        .iter()
        .filter(|(_, running)| all || running.thread.is_finished())
        .map(|(id, _)| id.clone())
        .collect();
    for id in ended {
        let Some(one) = running.remove(&id) else { continue };
        if !matches!(one.thread.join(), Ok(Ok(()))) {
            resting.insert(id, Instant::now());
        }
    }
}

fn begin(
    shared: &Arc<Shared>,
    running: &mut HashMap<String, Running>,
    resting: &HashMap<String, Instant>,
) -> Result<()> {
    let mut jobs = shared.hosted.catalog().journal().jobs(None, Some(RUNNING))?;
    // The oldest first.
    jobs.reverse();
    let idle = |job: &ImportJob, running: &HashMap<String, Running>| {
        !running.contains_key(&job.id) && !resting.contains_key(&job.id)
    };
    for job in jobs {
        if running.len() >= MOST || !idle(&job, running) {
            continue;
        }
        let (stop, own, row) = (CancelToken::new(), shared.clone(), job.clone());
        let token = stop.clone();
        let work = move || guard(|| work::run(&own, &row, &token));
        let thread = spawn("safelight-import", work)?;
        running.insert(job.id, Running { stop, thread });
    }
    Ok(())
}
