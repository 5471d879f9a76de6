//! A thread with a connection of its own that hears when somebody writes to the log.
//!
//! What is heard only wakes: notices that were sent while the connection was lost are lost, so a
//! new connection wakes everybody too.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::Client;

use super::pool::{Pool, Sql};

/// What writers call.
pub(super) const NOTIFY: &str = "NOTIFY safelight_log";
const LISTEN: &str = "LISTEN safelight_log";
/// How long the thread takes to see that it should end.
const TURN: Duration = Duration::from_millis(100);
/// How long it waits before it connects again.
const PAUSE: Duration = Duration::from_millis(200);
/// Threads of which it is known what they have heard.
const MOST_THREADS: usize = 4096;

pub(super) struct Listener {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Bell {
    heard: Mutex<Heard>,
    rung: Condvar,
    over: AtomicBool,
}

#[derive(Default)]
struct Heard {
    count: u64,
    /// Up to which count each thread has been woken.
    threads: HashMap<ThreadId, u64>,
}

impl Listener {
    pub(super) fn start(pool: Arc<Pool>) -> std::io::Result<Self> {
        let bell = Arc::new(Bell::default());
        let own = bell.clone();
        let name = "safelight-listen".to_owned();
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            while !own.is_over() {
                // What goes wrong with the connection shows in the verbs that use others.
                let _ = pool.connect().and_then(|client| listen(client, &own));
                own.rest(PAUSE);
            }
        })?;
        Ok(Listener { bell, thread: Some(thread) })
    }

    /// Waits for what this thread has not heard yet. A thread that comes for the first time is
    /// let go at once, as nobody knows what it has missed.
    pub(super) fn wait(&self, timeout: Duration) {
        let (start, thread) = (Instant::now(), std::thread::current().id());
        let mut heard = self.bell.heard.lock().unwrap_or_else(PoisonError::into_inner);
        while heard.threads.get(&thread) == Some(&heard.count) {
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return;
            }
            let waited = self.bell.rung.wait_timeout(heard, left);
            heard = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if heard.threads.len() >= MOST_THREADS {
            heard.threads.clear();
        }
        let count = heard.count;
        heard.threads.insert(thread, count);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.bell.over.store(true, Ordering::Relaxed);
        self.bell.ring();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Bell {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn ring(&self) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).count += 1;
        self.rung.notify_all();
    }

    fn rest(&self, time: Duration) {
        let start = Instant::now();
        while !self.is_over() && start.elapsed() < time {
            std::thread::sleep(TURN.min(time));
        }
    }
}

/// Hears until the connection is lost or there is nobody to wake.
fn listen(mut client: Client, bell: &Bell) -> Sql<()> {
    client.batch_execute(LISTEN)?;
    bell.ring();
    while !bell.is_over() {
        if client.notifications().timeout_iter(TURN).next()?.is_some() {
            // Those that came together wake once.
            while client.notifications().iter().next()?.is_some() {}
            bell.ring();
        } else if client.is_closed() {
            break;
        }
    }
    Ok(())
}
