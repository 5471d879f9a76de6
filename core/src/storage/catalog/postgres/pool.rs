//! A few connections that are used in turn, and made anew when they are lost.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::postgres::{Client, Config, Statement};

use super::tls::Tls;
use crate::storage::failed;
use crate::{Error, Kind, Result};

/// Connections of one catalog, besides the one that listens.
const MOST: usize = 12;
/// How long a verb waits for one of them.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) type Sql<T> = std::result::Result<T, ::postgres::Error>;

pub(super) struct Pool {
    config: Config,
    held: Mutex<Held>,
    freed: Condvar,
}

#[derive(Default)]
struct Held {
    idle: Vec<Link>,
    used: usize,
}

/// A connection, and the statements that are prepared on it.
pub(super) struct Link {
    pub(super) client: Client,
    pub(super) prepared: HashMap<String, Statement>,
    /// Whether something may have been done that must not be done again.
    pub(super) touched: bool,
    fresh: bool,
}

impl Pool {
    pub(super) fn new(config: Config) -> Self {
        Pool { config, held: Mutex::default(), freed: Condvar::new() }
    }

    pub(super) fn connect(&self) -> Sql<Client> {
        self.config.connect(Tls)
    }

    /// Runs `work`, which is called `what` in errors. A connection that was lost while it lay idle
    /// is no reason to fail: another one is taken.
    pub(super) fn with<T>(
        &self,
        what: &str,
        mut work: impl FnMut(&mut Link) -> Sql<T>,
    ) -> Result<T> {
        loop {
            let place = self.place()?;
            let mut link = self.link(&place).map_err(|error| told(what, &error))?;
            link.touched = false;
            let done = work(&mut link);
            let lost = link.client.is_closed() || done.as_ref().is_err_and(is_end);
            let (fresh, touched) = (link.fresh, link.touched);
            if !lost {
                link.fresh = false;
                self.held().idle.push(link);
            }
            match done {
                Err(_) if lost && !fresh && !touched => {}
                done => return done.map_err(|error| told(what, &error)),
            }
        }
    }

    /// Waits for leave to use a connection.
    fn place(&self) -> Result<Place<'_>> {
        let start = Instant::now();
        let mut held = self.held();
        while held.used >= MOST {
            let left = PATIENCE.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(Error::new(Kind::Busy, "the catalog has too much to do"));
            }
            let waited = self.freed.wait_timeout(held, left);
            held = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        held.used += 1;
        Ok(Place(self))
    }

    fn link(&self, _: &Place<'_>) -> Sql<Link> {
        if let Some(link) = self.held().idle.pop() {
            return Ok(link);
        }
        let client = self.connect()?;
        Ok(Link { client, prepared: HashMap::new(), touched: false, fresh: true })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client has a runtime of its own, which must not end inside of another one: a host that is
/// async may drop the last handle there.
impl Drop for Pool {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut self.held().idle);
        if idle.is_empty() {
            return;
        }
        let ended = std::thread::Builder::new().spawn(move || drop(idle));
        if let Ok(thread) = ended {
            let _ = thread.join();
        }
    }
}

/// Whether the server said good-bye: the connection is closed a moment later.
fn is_end(error: &::postgres::Error) -> bool {
    error.is_closed() || error.as_db_error().is_some_and(|told| told.severity() == "FATAL")
}

/// What went wrong, with what the server said of it.
pub(super) fn told(what: &str, error: &::postgres::Error) -> Error {
    match std::error::Error::source(error) {
        Some(source) => failed(what, format!("{error}: {source}")),
        None => failed(what, error),
    }
}

struct Place<'a>(&'a Pool);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.held().used -= 1;
        self.0.freed.notify_one();
    }
}
