//! One job on this node: a thread that lists, threads that read and keep, and the one that claims
//! objects and commits what became of them.

use std::collections::VecDeque;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{sync_channel, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::jobs::{self, COMPLETED, PAUSED, RUNNING};
use super::pace::{Flight, Pace};
use super::spec::{Patterns, Spec};
use super::stores::Store;
use super::take::Taken;
use super::Shared;
use crate::storage::catalog::{Change, ImportChange, ImportItem, ImportJob, Outcome, NODE};
use crate::storage::fresh_key;
use crate::{CancelToken, Error, Job, Kind, Limits, Result};

/// Objects of one claim, and of one commit, at most.
const BATCH: usize = 64;
/// How long results are waited for before others are looked after.
const TURN: Duration = Duration::from_millis(100);
/// How often it is asked whether the job still runs, and whether nodes have died.
const LOOK: Duration = Duration::from_millis(500);

/// What the threads of a job share.
pub(super) struct Work<'a> {
    pub shared: &'a Shared,
    pub account: &'a str,
    pub id: &'a str,
    pub source: &'a str,
    pub spec: Spec,
    pub patterns: Patterns,
    pub store: Arc<dyn Store>,
    pub pace: Pace,
    pub flight: Flight,
    /// Ends every thread of this run.
    pub stop: CancelToken,
    /// What nobody has begun yet.
    queue: Mutex<VecDeque<Claimed>>,
    queued: Condvar,
    /// Objects in a row that the source owes.
    pub silent: AtomicUsize,
    /// Why the run ended early.
    ended: Mutex<Option<Error>>,
}

/// An object that this node has claimed.
pub(super) struct Claimed {
    pub item: ImportItem,
    pub claim: Arc<Claim>,
    /// A key that was noted for its bytes.
    pub key: String,
}

/// What objects that were claimed together share.
pub(super) struct Claim {
    pub name: String,
    /// When their keys were noted, in Unix milliseconds.
    pub since: u64,
}

/// Works on a job until it is done, is told to stop, or cannot go on.
pub(super) fn run(shared: &Shared, row: &ImportJob, stop: &CancelToken) -> Result<()> {
    let spec = jobs::read(&row.spec)?;
    let patterns = Patterns::read(&spec)?;
    let store = match shared.store(&row.account, &row.source, &spec.path) {
        Ok(store) => store,
        Err(error) if error.kind() == Kind::Storage => return Err(error),
        Err(error) => {
            let name = (row.account.as_str(), row.id.as_str());
            return shared.turn(name, &[RUNNING], PAUSED, error.message()).map(drop);
        }
    };
    let work = Work {
        shared,
        account: &row.account,
        id: &row.id,
        source: &row.source,
        pace: Pace::new(spec.max_objects_per_second, spec.max_bytes_per_second),
        flight: Flight::default(),
        spec,
        patterns,
        store,
        stop: stop.clone(),
        queue: Mutex::default(),
        queued: Condvar::new(),
        silent: AtomicUsize::new(0),
        ended: Mutex::default(),
    };
    work.free()?;
    let done = work.threads();
    // Best effort: another run frees what stays.
    let _ = work.free();
    done
}

impl Work<'_> {
    /// A job for one step: it ends with the run.
    pub(super) fn job(&self) -> Job {
        Job::new(&Limits { time_ms: 0, ..Limits::default() }, self.stop.clone())
    }

    /// Whether the threads shall end.
    pub(super) fn is_over(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Ends the run because of an error of ours; it is begun again later.
    pub(super) fn fail(&self, error: Error) {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.end();
    }

    /// Ends the run.
    pub(super) fn end(&self) {
        self.stop.cancel();
        self.queued.notify_all();
    }

    /// Pauses the job, for somebody to look at `reason`, and ends the run.
    pub(super) fn pause(&self, reason: &str) {
        match self.shared.turn((self.account, self.id), &[RUNNING], PAUSED, reason) {
            Ok(_) => self.end(),
            Err(error) => self.fail(error),
        }
    }

    fn free(&self) -> Result<()> {
        let (job, node) = (self.id.to_owned(), self.node());
        let free = Change::Import(ImportChange::Free { job, node });
        self.shared.hosted.catalog().commit(&[free]).map(drop)
    }

    fn node(&self) -> String {
        self.shared.hosted.node().chars().take(NODE).collect()
    }

    fn threads(&self) -> Result<()> {
        let takers = self.spec.concurrency.min(self.shared.setup.workers).max(1);
        let (tell, told) = sync_channel(takers * 2);
        std::thread::scope(|scope| {
            let lister = scope.spawn(|| self.listing());
            for _ in 0..takers {
                let tell = tell.clone();
                scope.spawn(move || self.taking(&tell));
            }
            drop(tell);
            if let Err(error) = self.coordinate(&told, takers, &|| lister.is_finished()) {
                self.fail(error);
            }
            self.end();
            // Whoever still has something to say must not wait for somebody to listen.
            while told.recv().is_ok_and(|taken| {
                self.turn_away(taken);
                true
            }) {}
        });
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        ended.map_or(Ok(()), Err)
    }

    fn listing(&self) {
        if let Err(error) = crate::guard::guard(|| self.list()) {
            self.fail(error);
        }
    }

    /// Works on what is queued until the run ends.
    fn taking(&self, tell: &SyncSender<Taken>) {
        while let Some(claimed) = self.next() {
            let taken = crate::guard::guard(|| Ok(self.take(claimed)));
            match taken {
                Ok(taken) => {
                    if tell.send(taken).is_err() {
                        return;
                    }
                }
                // A panic: what was claimed is freed with the run, and tried again.
                Err(error) => return self.fail(error),
            }
        }
    }

    fn next(&self) -> Option<Claimed> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if self.is_over() {
                return None;
            }
            if let Some(claimed) = queue.pop_front() {
                return Some(claimed);
            }
            let waited = self.queued.wait_timeout(queue, TURN);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Claims objects while there is room for them, and commits what became of them.
    fn coordinate(
        &self,
        told: &Receiver<Taken>,
        takers: usize,
        listed: &dyn Fn() -> bool,
    ) -> Result<()> {
        let (mut out, mut looked, mut idle) = (0_usize, Instant::now(), None::<Instant>);
        while !self.is_over() {
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                if self.shared.row(self.account, self.id)?.status != RUNNING {
                    return Ok(());
                }
            }
            let rested = idle.is_none_or(|since| since.elapsed() >= LOOK);
            if out < takers * 2 && rested {
                let claimed = self.claim(BATCH.min(takers * 4))?;
                out += claimed;
                idle = (claimed == 0).then(Instant::now);
                if claimed == 0 && out == 0 && listed() {
                    if self.finish()? {
                        return Ok(());
                    }
                    // What was claimed here and not dealt with is nobody's now.
                    self.free()?;
                }
            }
            let taken = self.gather(told);
            out -= taken.len();
            self.settle(taken)?;
        }
        Ok(())
    }

    /// What came in, a batch at most.
    fn gather(&self, told: &Receiver<Taken>) -> Vec<Taken> {
        let mut taken = Vec::new();
        match told.recv_timeout(TURN) {
            Ok(one) => taken.push(one),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return taken,
        }
        while taken.len() < BATCH {
            let Ok(one) = told.try_recv() else { break };
            taken.push(one);
        }
        taken
    }

    /// Claims objects and notes keys for their bytes, in one commit; gives how many there are.
    fn claim(&self, most: usize) -> Result<usize> {
        let catalog = self.shared.hosted.catalog();
        if !catalog.journal().is_waiting(self.id)? {
            return Ok(0);
        }
        let name = format!("{}{}", self.node(), &fresh_key()?[..16]);
        let since = self.shared.hosted.now();
        let job = self.id.to_owned();
        let claim = ImportChange::Claim { job, claim: name.clone(), most };
        if !matches!(catalog.commit(&[Change::Import(claim)])?, Outcome::Done(_)) {
            return Ok(0);
        }
        let items = catalog.journal().claimed(self.id, &name)?;
        if items.is_empty() {
            catalog.journal().free(self.shared.hosted.node())?;
            return Ok(0);
        }
        let keys: Vec<String> = items.iter().map(|_| fresh_key()).collect::<Result<_>>()?;
        let note = |key: &String| Change::AddNote { key: key.clone(), since };
        catalog.commit(&keys.iter().map(note).collect::<Vec<_>>())?;
        let claim = Arc::new(Claim { name, since });
        let claimed = items.into_iter().zip(keys).map(|(item, key)| Claimed {
            item,
            claim: claim.clone(),
            key,
        });
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let before = queue.len();
        queue.extend(claimed);
        self.queued.notify_all();
        Ok(queue.len() - before)
    }

    /// Ends the job where all of it is dealt with, here and on other nodes.
    fn finish(&self) -> Result<bool> {
        let row = self.shared.row(self.account, self.id)?;
        if !row.listed || self.shared.hosted.catalog().journal().is_waiting(self.id)? {
            return Ok(false);
        }
        self.shared.turn((self.account, self.id), &[RUNNING], COMPLETED, "")?;
        Ok(true)
    }
}
