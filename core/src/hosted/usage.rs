//! Counts of what an account did, by day: counted in memory, and added to the catalog by
//! [`Hosted::flush_usage`]. Each node has rows of its own, so none waits for another. A crash
//! loses what was not flushed yet, and a commit of which nothing is known may count twice: good for
//! a chart, not for a bill.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::documents::body;
use super::Hosted;
use crate::storage::catalog::{Change, Document, Outcome};
use crate::storage::fresh_key;
use crate::Result;

/// The kind of these documents.
const USAGE: &str = "usage";
const DAY: u64 = 24 * 3_600_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// A picture was sent, with its bytes.
    Delivered(u64),
    /// A picture was rendered.
    Transformed,
    /// A file was uploaded, with its bytes.
    Uploaded(u64),
}

/// Counts of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Pictures that were sent.
    pub delivered: u64,
    /// Their bytes.
    pub delivered_bytes: u64,
    /// Pictures that were rendered.
    pub transformed: u64,
    /// Files that were uploaded.
    pub uploaded: u64,
    /// Their bytes.
    pub uploaded_bytes: u64,
}

impl Usage {
    fn count(&mut self, counted: Counted) {
        match counted {
            Counted::Delivered(bytes) => {
                self.delivered += 1;
                self.delivered_bytes = self.delivered_bytes.saturating_add(bytes);
            }
            Counted::Transformed => self.transformed += 1,
            Counted::Uploaded(bytes) => {
                self.uploaded += 1;
                self.uploaded_bytes = self.uploaded_bytes.saturating_add(bytes);
            }
        }
    }

    fn add(&mut self, other: Usage) {
        self.delivered = self.delivered.saturating_add(other.delivered);
        self.delivered_bytes = self.delivered_bytes.saturating_add(other.delivered_bytes);
        self.transformed = self.transformed.saturating_add(other.transformed);
        self.uploaded = self.uploaded.saturating_add(other.uploaded);
        self.uploaded_bytes = self.uploaded_bytes.saturating_add(other.uploaded_bytes);
    }
}

/// Counts that are not flushed yet, by account and day.
#[derive(Debug, Default)]
pub(super) struct Counters {
    counts: Mutex<BTreeMap<(String, u64), Usage>>,
    /// What tells this node's rows from another's; made at the first flush.
    node: Mutex<Option<String>>,
}

impl Hosted {
    /// Counts one thing for an account.
    pub fn count(&self, account: &str, counted: Counted) {
        let day = self.now() / DAY;
        let mut counts = self.usage.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.entry((account.to_owned(), day)).or_default().count(counted);
    }

    /// Adds what was counted to the catalog. After an error the counts are kept for the next time.
    pub fn flush_usage(&self) -> Result<()> {
        let node = self.usage_node()?;
        loop {
            let taken =
                self.usage.counts.lock().unwrap_or_else(PoisonError::into_inner).pop_first();
            let Some(((account, day), usage)) = taken else { return Ok(()) };
            if let Err(error) = self.add_usage(&account, &row_name(day, &node), usage) {
                let mut counts = self.usage.counts.lock().unwrap_or_else(PoisonError::into_inner);
                counts.entry((account, day)).or_default().add(usage);
                return Err(error);
            }
        }
    }

    /// The counts of an account by day (days since 1970-01-01, UTC), from the first day to the
    /// last, of all nodes, as far as they are flushed.
    pub fn usage(&self, account: &str, first: u64, last: u64) -> Result<BTreeMap<u64, Usage>> {
        let mut days: BTreeMap<u64, Usage> = BTreeMap::new();
        for document in self.stores.catalog.documents(USAGE, Some(account))? {
            if let Some(day) = day_of(&document).filter(|day| (first..=last).contains(day)) {
                days.entry(day).or_default().add(counts(&document));
            }
        }
        Ok(days)
    }

    /// Makes one row of the rows that nodes have for a day that is over.
    pub(super) fn merge_usage(&self, now: u64) -> Result<()> {
        let mut days: BTreeMap<(String, u64), Vec<Document>> = BTreeMap::new();
        for document in self.stores.catalog.documents(USAGE, None)? {
            if let Some(day) = day_of(&document).filter(|day| day + 1 < now / DAY) {
                days.entry((document.account.clone(), day)).or_default().push(document);
            }
        }
        for rows in days.into_values().filter(|rows| rows.len() > 1) {
            let mut sum = Usage::default();
            rows.iter().for_each(|row| sum.add(counts(row)));
            let mut changes = Vec::new();
            for (at, row) in rows.into_iter().enumerate() {
                let Document { kind, account, name, version, .. } = row;
                changes.push(match at {
                    0 => {
                        let body = body(&sum)?;
                        Change::SetDocument(Document { kind, account, name, version, body })
                    }
                    _ => Change::DropDocument { kind, account, name, version },
                });
            }
            // Where a row changed meanwhile, nothing is done, and the next time tries again.
            self.stores.catalog.commit(&changes)?;
        }
        Ok(())
    }

    fn usage_node(&self) -> Result<String> {
        let mut node = self.usage.node.lock().unwrap_or_else(PoisonError::into_inner);
        match &*node {
            Some(name) => Ok(name.clone()),
            None => Ok(node.insert(fresh_key()?[..8].to_owned()).clone()),
        }
    }

    fn add_usage(&self, account: &str, name: &str, more: Usage) -> Result<()> {
        loop {
            let old = self.stores.catalog.document(USAGE, account, name)?;
            let mut usage = old.as_ref().map(counts).unwrap_or_default();
            usage.add(more);
            let change = match old {
                Some(old) => Change::SetDocument(Document { body: body(&usage)?, ..old }),
                None => {
                    let (kind, account) = (USAGE.to_owned(), account.to_owned());
                    let (name, body) = (name.to_owned(), body(&usage)?);
                    let document = Document { kind, account, name, version: 0, body };
                    Change::AddDocument { document, most: u64::MAX }
                }
            };
            if let Outcome::Done(_) = self.stores.catalog.commit(&[change])? {
                return Ok(());
            }
        }
    }
}

fn day_of(document: &Document) -> Option<u64> {
    document.name.split(' ').next()?.parse().ok()
}

fn counts(document: &Document) -> Usage {
    serde_json::from_str(&document.body).unwrap_or_default()
}

/// Days sort as text.
fn row_name(day: u64, node: &str) -> String {
    format!("{day:08} {node}")
}
