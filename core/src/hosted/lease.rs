//! How a node knows that its copy is fresh.
//!
//! Without leases (one process on one file) it asks the catalog for the newest number before each
//! answer. With leases (nodes on one database) it holds one:
//!
//! - A beat tells the catalog how far the node has read, and makes its row live for a time by the
//!   catalog's clock. *After* the beat the node looks at the log once more, and only then believes
//!   in its lease: a change that was acknowledged while its row was dead is in the log by then,
//!   and whoever commits later finds the row alive and waits for it.
//! - The node believes from the moment *before* it sent the beat, by its own steady clock, and for
//!   a little less than the lease, so its belief ends before its row dies.
//! - A writer acknowledges when no live node is behind. A node that cannot read the log does not
//!   beat, so it drops out when its lease ends and holds nobody up for longer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::copy::NodeCopy;
use crate::storage::fresh_key;
use crate::{Error, Kind, Result};

/// Share of the lease that clocks may differ by while it runs.
const MARGIN: u32 = 10;
/// How long a writer waits for the others: many leases, and some time for a slow database.
const PATIENCE: Duration = Duration::from_secs(10);
/// Beats in a row while the log grows.
const BEATS: usize = 4;
/// Pauses between two looks at who is behind.
const PAUSE: Duration = Duration::from_millis(2);

/// A node: its copy, and its lease where the catalog has them.
pub(super) struct Node {
    shared: Arc<Shared>,
    beating: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    copy: Arc<NodeCopy>,
    name: String,
    leases: bool,
    length: Duration,
    /// Until when the copy may be believed.
    until: Mutex<Option<Instant>>,
    /// One renewal at a time.
    renewing: Mutex<()>,
    stopped: AtomicBool,
}

impl Node {
    /// A node on `copy`; with leases it holds one when this returns.
    pub fn start(copy: Arc<NodeCopy>, length: Duration) -> Result<Self> {
        let leases = copy.catalog().leases();
        let shared = Arc::new(Shared {
            copy,
            name: fresh_key()?,
            leases,
            length,
            until: Mutex::new(None),
            renewing: Mutex::new(()),
            stopped: AtomicBool::new(false),
        });
        let node = Node { shared, beating: Mutex::new(None) };
        if leases {
            node.shared.renew()?;
            node.beat()?;
        }
        Ok(node)
    }

    /// What tells it from the others.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    fn beat(&self) -> Result<()> {
        let shared = self.shared.clone();
        let thread = std::thread::Builder::new()
            .name("safelight-lease".to_owned())
            .spawn(move || shared.keep_beating())
            .map_err(|error| {
                Error::new(Kind::Internal, "no thread could be started")
                    .with_context(error.to_string())
            })?;
        *self.beating.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(())
    }

    /// Makes sure that the copy knows what was acknowledged before this call.
    pub fn refresh(&self) -> Result<()> {
        match self.shared.leases {
            true => self.shared.hold(),
            false => self.shared.copy.catch_up().map(|_| ()),
        }
    }

    /// Waits until no node can answer without knowing `seq`.
    pub fn settle(&self, seq: u64) -> Result<()> {
        let shared = &self.shared;
        if shared.copy.seen() < seq {
            shared.copy.catch_up()?;
        }
        match shared.leases {
            true => shared.wait_for_others(seq),
            false => Ok(()),
        }
    }

    /// Ends the lease and its thread.
    pub fn stop(&self) {
        if self.shared.stopped.swap(true, Ordering::AcqRel) {
            return;
        }
        let thread = self.beating.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
        if self.shared.leases {
            // Best effort: the lease ends by itself.
            let _ = self.shared.copy.catalog().leave(&self.shared.name);
        }
    }
}

impl Shared {
    fn until(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_held(&self) -> bool {
        // Nobody waits for a node that has left.
        let stopped = self.stopped.load(Ordering::Acquire);
        !stopped && self.until().is_some_and(|until| Instant::now() < until)
    }

    /// Holds a lease, if it has to be taken first.
    fn hold(&self) -> Result<()> {
        if self.is_held() {
            return Ok(());
        }
        let _one = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        match self.is_held() {
            true => Ok(()),
            false => self.take(),
        }
    }

    fn renew(&self) -> Result<()> {
        let _one = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        self.take()
    }

    fn take(&self) -> Result<()> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(Error::new(Kind::Busy, "the service is closed"));
        }
        for _ in 0..BEATS {
            let told = self.copy.catch_up()?;
            let before = Instant::now();
            self.copy.catalog().beat(&self.name, told, self.length)?;
            let seen = self.copy.catch_up()?;
            *self.until() = before.checked_add(self.length - self.length / MARGIN);
            // Writers wait until they are told; where there is always more, the next beat does it.
            if seen == told {
                break;
            }
        }
        Ok(())
    }

    fn keep_beating(&self) {
        while !self.stopped.load(Ordering::Acquire) {
            // Where it fails the lease ends, and requests say why.
            let _ = self.renew();
            self.copy.catalog().wait(self.length / 4);
        }
    }

    fn wait_for_others(&self, seq: u64) -> Result<()> {
        let start = Instant::now();
        let mut pause = PAUSE;
        loop {
            let behind = self.copy.catalog().behind(seq);
            if let Ok(nodes) = &behind {
                if nodes.iter().all(|node| *node == self.name) {
                    return Ok(());
                }
            }
            if start.elapsed() > PATIENCE.max(self.length * 4) {
                behind?;
                let message = "the change is made, but not every node has confirmed it";
                return Err(Error::new(Kind::Timeout, message));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE * 10);
        }
    }
}
