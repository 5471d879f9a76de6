//! Results that were made, kept within a bound on their bytes: losing one only costs work.
//!
//! An entry is *born* at the newest number of the log that its maker had seen before it looked at
//! the source. A purge has a number too, and takes every entry that it is about and that was born
//! before it, also those that are put later: so what was being made when a purge came is not kept.

#[cfg(feature = "bucket")]
mod bucket;
mod file;
mod local;
#[cfg(feature = "bucket")]
mod purges;
mod shelf;

#[cfg(feature = "bucket")]
pub use bucket::BucketResults;
pub use local::LocalResults;

use std::sync::Arc;

/// Results by key.
pub trait Results: Send + Sync {
    /// The result under `key`, whole and as it was put, or none.
    fn get(&self, key: &str) -> Option<Arc<Kept>>;

    /// Keeps a result, if there is room for it and no purge is about it.
    fn put(&self, key: &str, kept: Arc<Kept>);

    /// Waits, for a few seconds at most, until other nodes can see what was put under `key`, where
    /// they share these results.
    fn settle(&self, key: &str) {
        let _ = key;
    }

    /// Takes away what `selector` is about and was born before `seq`. When this returns, no `get`
    /// finds it. Gives how many there were.
    fn purge(&self, selector: &Selector, seq: u64) -> usize;

    /// Takes away what was born before `seq`: purges between are no longer known.
    fn forget_before(&self, seq: u64);

    /// How much there is.
    fn usage(&self) -> Usage;
}

/// One result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// What its maker wants to know of it later.
    pub head: String,
    /// The bytes.
    pub body: Arc<Vec<u8>>,
    /// By what it can be purged.
    pub label: Label,
}

/// By what a result can be purged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Label {
    /// Names.
    pub tags: Vec<String>,
    /// Host and path of the source or of the picture, without scheme.
    pub address: String,
    /// The newest number of the log that was seen before it was made.
    pub born: u64,
}

/// What a purge is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Results with this tag.
    Tag(String),
    /// Results of exactly this address.
    Address(String),
    /// Results whose address begins so.
    Prefix(String),
    /// Everything.
    All,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Results in memory.
    pub memory_entries: usize,
    /// Their bytes.
    pub memory_bytes: u64,
    /// Results on disk.
    pub disk_entries: usize,
    /// Their bytes.
    pub disk_bytes: u64,
}

impl Selector {
    /// Whether a result with this label is meant.
    pub fn is_about(&self, label: &Label) -> bool {
        match self {
            Selector::Tag(tag) => label.tags.contains(tag),
            Selector::Address(address) => label.address == *address,
            Selector::Prefix(prefix) => label.address.starts_with(prefix.as_str()),
            Selector::All => true,
        }
    }
}

impl Kept {
    /// Bytes that it takes, about.
    pub fn bytes(&self) -> u64 {
        let tags: usize = self.label.tags.iter().map(String::len).sum();
        (self.head.len() + self.body.len() + self.label.address.len() + tags) as u64
    }
}
