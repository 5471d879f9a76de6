//! This node's copy of the catalog's documents, as of a number of the log.
//!
//! `seen` only ever says less than the copy knows: documents are read, and purges applied, before
//! it moves on. A node that was away for longer than the log remembers reads everything again.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use super::accounts::Accounts;
use super::documents::{self, KINDS};
use super::keys::SigningKey;
use super::purge;
use super::settings::Settings;
use super::tokens::Token;
use super::variants::Variant;
use super::vary::VaryRules;
use crate::storage::catalog::{Document, Logged};
use crate::storage::{failed, Catalog, Results, Selector};
use crate::Result;

/// Entries that are read at once.
const BATCH: usize = 500;

/// Everything that is small.
#[derive(Default)]
pub(super) struct Held {
    pub accounts: Accounts,
    /// Account by host.
    pub domains: HashMap<String, String>,
    /// Tokens by the public half of their text.
    pub tokens: HashMap<String, Token>,
    /// Variants by account and name.
    pub variants: HashMap<String, std::collections::BTreeMap<String, Arc<Variant>>>,
    /// Keys by account, in the order they were made.
    pub keys: HashMap<String, Arc<Vec<SigningKey>>>,
    /// Settings by account; one that never changed them has none.
    pub settings: HashMap<String, Arc<Settings>>,
    /// Vary rules by zone.
    pub vary: HashMap<String, Arc<VaryRules>>,
    /// Bodies of the service's own documents, by name.
    pub service: HashMap<String, String>,
}

/// The copy, and what it is a copy of.
pub(super) struct NodeCopy {
    catalog: Arc<dyn Catalog>,
    results: Option<Arc<dyn Results>>,
    held: RwLock<Held>,
    seen: AtomicU64,
    catching_up: Mutex<()>,
}

impl NodeCopy {
    /// Reads everything. Results of an earlier life lose what was purged since.
    pub fn open(catalog: Arc<dyn Catalog>, results: Option<Arc<dyn Results>>) -> Result<Self> {
        let copy = NodeCopy {
            catalog,
            results,
            held: RwLock::default(),
            seen: AtomicU64::new(0),
            catching_up: Mutex::new(()),
        };
        let newest = copy.catalog.newest()?;
        copy.replay(newest)?;
        copy.read_all()?;
        copy.seen.store(newest, Ordering::Release);
        Ok(copy)
    }

    pub fn catalog(&self) -> &dyn Catalog {
        &*self.catalog
    }

    /// The number of the log that the copy knows for sure.
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::Acquire)
    }

    pub fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the log to its end; gives the number that is seen then.
    pub fn catch_up(&self) -> Result<u64> {
        if self.catalog.newest()? <= self.seen() {
            return Ok(self.seen());
        }
        let _one = self.catching_up.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let (seen, newest) = (self.seen(), self.catalog.newest()?);
            if newest <= seen {
                return Ok(seen);
            }
            let entries = self.catalog.log(seen, BATCH)?;
            let next = match follows(&entries, seen) {
                true => self.apply(&entries)?,
                false => self.start_again(newest)?,
            };
            self.seen.store(next, Ordering::Release);
        }
    }

    /// Makes the copy and the results know `entries`; gives the number of the last.
    fn apply(&self, entries: &[Logged]) -> Result<u64> {
        let changed: BTreeSet<(&str, &str, &str)> = entries
            .iter()
            .map(|logged| &logged.entry)
            .filter(|entry| KINDS.contains(&entry.kind.as_str()))
            .map(|entry| (entry.kind.as_str(), entry.account.as_str(), entry.subject.as_str()))
            .collect();
        for (kind, account, name) in changed {
            let document = self.catalog.document(kind, account, name)?;
            let body = document.as_ref().map(|document| document.body.as_str());
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            documents::put(&mut held, kind, account, name, body)?;
        }
        entries.iter().for_each(|logged| self.purge(logged));
        Ok(entries.last().map_or(0, |logged| logged.seq))
    }

    fn purge(&self, logged: &Logged) {
        let Some(results) = self.results.as_ref().filter(|_| logged.entry.kind == purge::KIND)
        else {
            return;
        };
        // What a newer version wrote and this one cannot read may be about anything.
        let selector = purge::read(&logged.entry.subject).unwrap_or(Selector::All);
        results.purge(&selector, logged.seq);
    }

    /// The log does not go back to what was seen: everything is read anew.
    fn start_again(&self, newest: u64) -> Result<u64> {
        self.replay(newest)?;
        self.read_all()?;
        Ok(newest)
    }

    fn read_all(&self) -> Result<()> {
        let mut fresh = Held::default();
        for kind in KINDS {
            for Document { account, name, body, .. } in self.catalog.documents(kind, None)? {
                documents::put(&mut fresh, kind, &account, &name, Some(&body))?;
            }
        }
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Applies every purge that the log remembers, up to `newest`, and drops results from before
    /// what it remembers.
    fn replay(&self, newest: u64) -> Result<()> {
        let Some(results) = &self.results else { return Ok(()) };
        let (mut at, mut whole_from) = (0, 0);
        loop {
            let entries = self.catalog.log(at, BATCH)?;
            let Some(last) = entries.last() else { break };
            for logged in &entries {
                if logged.seq != at + 1 {
                    whole_from = logged.seq - 1;
                }
                at = logged.seq;
                self.purge(logged);
            }
            if last.seq >= newest {
                break;
            }
        }
        results.forget_before(whole_from.max(if at < newest { newest } else { 0 }));
        Ok(())
    }

    /// Tells the results that purges up to `oldest` are no longer in the log.
    pub fn forget_before(&self, oldest: u64) {
        if let Some(results) = &self.results {
            results.forget_before(oldest.saturating_sub(1));
        }
    }
}

/// Whether `entries` go on where `seen` ended, without a gap. An empty list does not: there is
/// something newer, or nobody would have asked.
fn follows(entries: &[Logged], seen: u64) -> bool {
    let numbers = entries.iter().map(|logged| logged.seq);
    !entries.is_empty() && numbers.eq(seen + 1..=seen + entries.len() as u64)
}

/// A document that cannot be read stops the node: answering without it could show what must not
/// be shown.
pub(super) fn unreadable(kind: &str, error: impl std::fmt::Display) -> crate::Error {
    failed("reading the catalog", format!("{kind}: {error}"))
}
