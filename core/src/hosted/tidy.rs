//! What is cleared away in the background: a service calls [`Hosted::tidy`] now and then, on any
//! node; doing it twice at once does no harm.

use super::images::{dropping, NOTE_LIFE};
use super::Hosted;
use crate::storage;
use crate::Result;

/// How long the log remembers, in milliseconds: a node that was away for longer reads all anew.
const LOG_LIFE: u64 = 7 * 24 * 3_600_000;
/// Drafts that are removed at once.
const BATCH: usize = 100;

/// What was cleared away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Drafts that nobody filled in time.
    pub drafts: usize,
    /// Bytes that no image has, by file.
    pub blobs: usize,
}

impl Hosted {
    /// Clears away drafts that have ended, bytes that no image has, and old entries of the log,
    /// and adds up the usage of days that are over.
    pub fn tidy(&self) -> Result<Tidied> {
        let now = self.now();
        let drafts = self.drop_ended(now)?;
        let (originals, catalog) = (&*self.stores.originals, &*self.stores.catalog);
        let blobs = storage::sweep(originals, catalog, now.saturating_sub(NOTE_LIFE))?;
        self.merge_usage(now)?;
        self.refresh()?;
        let oldest = catalog.trim_log(now.saturating_sub(LOG_LIFE))?;
        self.copy.forget_before(oldest);
        Ok(Tidied { drafts, blobs })
    }

    /// Clears away all bytes that no image has, also those that were noted just now: for the
    /// opening of stores that nobody else has open. Gives how many files there were.
    pub fn recover(&self) -> Result<usize> {
        storage::sweep(&*self.stores.originals, &*self.stores.catalog, u64::MAX)
    }

    fn drop_ended(&self, now: u64) -> Result<usize> {
        let mut dropped = 0;
        loop {
            let ended = self.stores.catalog.ended_drafts(now, BATCH)?;
            if ended.is_empty() {
                return Ok(dropped);
            }
            dropped += ended.len();
            for draft in ended {
                // One that was filled or removed meanwhile is another's.
                self.stores.catalog.commit(&[dropping(&draft)])?;
            }
        }
    }
}
