//! A catalog that nodes share, each by a link of its own that can fail, and with leases.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex};
use std::time::Instant;

use super::*;
use crate::storage::catalog::{Catalog, Change, Document, Logged, Outcome, Page};

/// The catalog behind all links.
pub(super) struct Shared {
    pub inner: SqliteCatalog,
    pub leases: bool,
    rows: Mutex<HashMap<String, (u64, Instant)>>,
    written: Mutex<u64>,
    wake: Condvar,
    _folder: Folder,
}

impl Shared {
    pub fn new(leases: bool) -> Arc<Self> {
        let folder = Folder::new();
        Arc::new(Shared {
            inner: SqliteCatalog::open(&folder.0.join("catalog.db")).unwrap(),
            leases,
            rows: Mutex::default(),
            written: Mutex::default(),
            wake: Condvar::new(),
            _folder: folder,
        })
    }
}

type Gate = dyn Fn() -> Result<()> + Send + Sync;

/// One node's way to the catalog. The gate is asked before each call, and after each commit.
pub(super) struct Link {
    shared: Arc<Shared>,
    gate: Box<Gate>,
    /// Runs once, before the next beat arrives.
    pub before_beat: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Link {
    pub fn new(
        shared: &Arc<Shared>,
        gate: impl Fn() -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let (shared, gate) = (shared.clone(), Box::new(gate));
        Link { shared, gate, before_beat: Mutex::default() }
    }

    fn inner(&self) -> Result<&SqliteCatalog> {
        (self.gate)().map(|()| &self.shared.inner)
    }
}

impl Catalog for Link {
    fn image(&self, account: &str, id: &str) -> Result<Option<Image>> {
        self.inner()?.image(account, id)
    }
    fn images(&self, wanted: &Page<'_>) -> Result<Vec<Image>> {
        self.inner()?.images(wanted)
    }
    fn ended_drafts(&self, time: u64, most: usize) -> Result<Vec<Image>> {
        self.inner()?.ended_drafts(time, most)
    }
    fn count(&self, account: &str) -> Result<u64> {
        self.inner()?.count(account)
    }
    fn document(&self, kind: &str, account: &str, name: &str) -> Result<Option<Document>> {
        self.inner()?.document(kind, account, name)
    }
    fn documents(&self, kind: &str, account: Option<&str>) -> Result<Vec<Document>> {
        self.inner()?.documents(kind, account)
    }
    fn notes(&self, before: u64, most: usize) -> Result<Vec<String>> {
        self.inner()?.notes(before, most)
    }
    fn journal(&self) -> &dyn crate::storage::catalog::Journal {
        self.shared.inner.journal()
    }
    fn commit(&self, changes: &[Change]) -> Result<Outcome> {
        let outcome = self.inner()?.commit(changes)?;
        *self.shared.written.lock().unwrap() += 1;
        self.shared.wake.notify_all();
        (self.gate)()?;
        Ok(outcome)
    }
    fn newest(&self) -> Result<u64> {
        self.inner()?.newest()
    }
    fn log(&self, seq: u64, most: usize) -> Result<Vec<Logged>> {
        self.inner()?.log(seq, most)
    }
    fn trim_log(&self, time: u64) -> Result<u64> {
        self.inner()?.trim_log(time)
    }
    fn leases(&self) -> bool {
        self.shared.leases
    }
    fn beat(&self, node: &str, seen: u64, lease: Duration) -> Result<()> {
        self.inner()?;
        let before = self.before_beat.lock().unwrap().take();
        if let Some(before) = before {
            before();
        }
        let row = (seen, Instant::now() + lease);
        self.shared.rows.lock().unwrap().insert(node.to_owned(), row);
        Ok(())
    }
    fn behind(&self, seq: u64) -> Result<Vec<String>> {
        self.inner()?;
        let (rows, now) = (self.shared.rows.lock().unwrap(), Instant::now());
        let late = rows.iter().filter(|(_, (seen, until))| *seen < seq && *until > now);
        Ok(late.map(|(node, _)| node.clone()).collect())
    }
    fn leave(&self, node: &str) -> Result<()> {
        self.inner()?;
        self.shared.rows.lock().unwrap().remove(node);
        Ok(())
    }
    fn wait(&self, timeout: Duration) {
        let written = self.shared.written.lock().unwrap();
        let before = *written;
        drop(self.shared.wake.wait_timeout_while(written, timeout, |now| *now == before).unwrap());
    }
}
