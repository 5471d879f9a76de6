//! The catalog: rows of images, small documents, counters and the log of changes.
//!
//! Everything is written through [`Catalog::commit`]: a list of changes that happen all or not at
//! all, with their entries of the log. A row carries a version that grows with each change, and a
//! change names the version it was made for, so that two writers cannot undo each other. Numbers
//! of the log have no gaps and are in the order of the commits: whoever has read up to `seq` has
//! missed nothing before it.

mod changes;
mod filter;
mod journal;
mod pages;
#[cfg(feature = "postgres")]
mod postgres;
mod rows;
mod schema;
mod select;
mod sqlite;
mod terms;

pub use filter::{Filter, Operand, Operator};
pub use journal::{ImportChange, ImportCounts, ImportItem, ImportJob, ItemState, Journal, NODE};
#[cfg(feature = "postgres")]
pub use postgres::PostgresCatalog;
pub use sqlite::SqliteCatalog;

use std::time::Duration;

use super::Blob;
use crate::Result;

/// Rows, documents and the log. Verbs block.
pub trait Catalog: Send + Sync {
    /// The image `id` of `account`.
    fn image(&self, account: &str, id: &str) -> Result<Option<Image>>;

    /// Images that are no drafts, in the order of their upload and, at the same time, their id.
    fn images(&self, wanted: &Page<'_>) -> Result<Vec<Image>>;

    /// Drafts that ended before `time`, at most `most`.
    fn ended_drafts(&self, time: u64, most: usize) -> Result<Vec<Image>>;

    /// How many images `account` has, without drafts.
    fn count(&self, account: &str) -> Result<u64>;

    /// One document.
    fn document(&self, kind: &str, account: &str, name: &str) -> Result<Option<Document>>;

    /// The documents of a kind, by account and name; of one account, or of all.
    fn documents(&self, kind: &str, account: Option<&str>) -> Result<Vec<Document>>;

    /// Keys of blobs noted before `before`, at most `most`.
    fn notes(&self, before: u64, most: usize) -> Result<Vec<String>>;

    /// What is known of imports.
    fn journal(&self) -> &dyn Journal;

    /// Makes all changes, or none.
    fn commit(&self, changes: &[Change]) -> Result<Outcome>;

    /// The number of the newest entry of the log; 0 for an empty one.
    fn newest(&self) -> Result<u64>;

    /// Entries after `seq`, in order, at most `most`.
    fn log(&self, seq: u64, most: usize) -> Result<Vec<Logged>>;

    /// Forgets entries older than `time`; gives the number of the oldest that is left, or of the
    /// next one.
    fn trim_log(&self, time: u64) -> Result<u64>;

    /// Whether nodes hold leases here: then the catalog is shared by processes that answer from
    /// copies of their own, and a writer waits until no live node is behind it. Without leases a
    /// node asks [`Catalog::newest`] before each answer, and the verbs below do nothing.
    fn leases(&self) -> bool {
        false
    }

    /// Says that `node` has read the log up to `seen`, and that it lives for `lease` from now by
    /// the catalog's own clock.
    fn beat(&self, node: &str, seen: u64, lease: Duration) -> Result<()> {
        let _ = (node, seen, lease);
        Ok(())
    }

    /// Nodes whose lease has not ended and that have not read the log up to `seq`, by name.
    fn behind(&self, seq: u64) -> Result<Vec<String>> {
        let _ = seq;
        Ok(Vec::new())
    }

    /// Ends the lease of `node` at once. One that has none is no error.
    fn leave(&self, node: &str) -> Result<()> {
        let _ = node;
        Ok(())
    }

    /// Blocks until somebody has written to the log, or until `timeout` is over. It may return
    /// early for no reason: it wakes, and says nothing of what was written.
    fn wait(&self, timeout: Duration) {
        std::thread::sleep(timeout);
    }
}

/// One hosted image.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Image {
    /// Whose it is.
    pub account: String,
    /// Its id, unique within the account.
    pub id: String,
    /// Grows with each change; the catalog sets it.
    pub version: u64,
    /// The name it was uploaded under.
    pub filename: String,
    /// Who made it, in the account's own words.
    pub creator: Option<String>,
    /// A JSON object of the account's own.
    pub meta: String,
    /// Whether it is shown by signed URLs only.
    pub private: bool,
    /// When it was uploaded, in Unix milliseconds.
    pub uploaded: u64,
    /// For a draft: when it ends, and the digest of the ticket that may fill it.
    pub draft: Option<Draft>,
    /// The bytes; none for a draft.
    pub blob: Option<Blob>,
    /// Media type of the bytes.
    pub mime: String,
    /// Width and height as seen.
    pub size: (u32, u32),
}

/// An image that waits for its bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// When it ends, in Unix milliseconds.
    pub expires: u64,
    /// Digest of the ticket.
    pub ticket: String,
}

/// A small thing with a name: a variant, a key, a token.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// What it is.
    pub kind: String,
    /// Whose it is; empty for the whole service.
    pub account: String,
    /// Its name, unique within kind and account.
    pub name: String,
    /// Grows with each change; the catalog sets it.
    pub version: u64,
    /// JSON.
    pub body: String,
}

/// Which images are listed.
#[derive(Debug, Clone, Default)]
pub struct Page<'a> {
    /// Whose.
    pub account: &'a str,
    /// Only those of this creator; the empty text means those without one.
    pub creator: Option<&'a str>,
    /// Only those whose metadata pass all of these.
    pub filters: &'a [Filter],
    /// Newest first.
    pub newest_first: bool,
    /// Only those behind this time and id.
    pub after: Option<(u64, &'a str)>,
    /// How many are left out at the start.
    pub skip: u64,
    /// How many at most.
    pub most: usize,
}

/// One change of a commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds an image, if the id is free and the account then has at most `quota`.
    AddImage {
        /// The image; its version is ignored.
        image: Box<Image>,
        /// Images without drafts.
        quota: u64,
    },
    /// Changes an image, if its version is still this one.
    SetImage {
        /// The image as it shall be, with the version it had.
        image: Box<Image>,
        /// Images without drafts.
        quota: u64,
    },
    /// Removes an image, if its version is still this one.
    DropImage {
        /// Whose.
        account: String,
        /// Which.
        id: String,
        /// The version it had.
        version: u64,
    },
    /// Adds a document, if the name is free and there are then at most `most` of them.
    AddDocument {
        /// The document; its version is ignored.
        document: Document,
        /// Documents of the kind in the account.
        most: u64,
    },
    /// Changes a document, if its version is still this one.
    SetDocument(Document),
    /// Removes a document, if its version is still this one.
    DropDocument {
        /// What it is.
        kind: String,
        /// Whose.
        account: String,
        /// Its name.
        name: String,
        /// The version it had.
        version: u64,
    },
    /// Notes that a blob is, or shall be, without an image.
    AddNote {
        /// Its key.
        key: String,
        /// The time now, in Unix milliseconds.
        since: u64,
    },
    /// Takes a note away.
    DropNote {
        /// The blob's key.
        key: String,
    },
    /// Changes the journal of imports.
    Import(ImportChange),
    /// Appends to the log.
    Log(Entry),
}

/// What nodes have to know of a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// What was changed.
    pub kind: String,
    /// Whose; empty for the whole service.
    pub account: String,
    /// Which one.
    pub subject: String,
    /// When, in Unix milliseconds.
    pub at: u64,
}

/// An entry of the log with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its number.
    pub seq: u64,
    /// What it says.
    pub entry: Entry,
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All changes are made and durable; the newest entry of the log has this number.
    Done(u64),
    /// None is made: what should be added is there already.
    Exists,
    /// None is made: what should be changed is gone or another one by now.
    Changed,
    /// None is made: there would be too many.
    Full,
}
