//! The journal of imports: jobs, the objects that each has found, and what was imported before.
//!
//! It is written through [`Catalog::commit`](super::Catalog::commit) like everything else, so an
//! image and the line that says that it was imported are there together or not at all. Objects
//! are claimed before they are worked on; a claim begins with the name of its node, and what was
//! claimed by a node that lives no more is freed by [`Journal::free`].

pub(super) mod changes;
pub(super) mod select;

use crate::Result;

/// Letters of a node's name, with which a claim begins.
pub const NODE: usize = 32;

/// What is read of imports.
pub trait Journal: Send + Sync {
    /// One job.
    fn job(&self, account: &str, id: &str) -> Result<Option<ImportJob>>;

    /// Jobs, newest first: of one account or of all, in one status or in any.
    fn jobs(&self, account: Option<&str>, status: Option<&str>) -> Result<Vec<ImportJob>>;

    /// Objects of a job that wait under a claim, by key.
    fn claimed(&self, job: &str, claim: &str) -> Result<Vec<ImportItem>>;

    /// Objects of a job that are dealt with, by key, those behind `after`, at most `most`.
    fn dealt(&self, job: &str, after: &str, most: usize) -> Result<Vec<ImportItem>>;

    /// Whether any object of a job is not dealt with yet, claimed or not.
    fn is_waiting(&self, job: &str) -> Result<bool>;

    /// What was imported from a source under an image's id: `(bytes, etag)`.
    fn imported(&self, account: &str, source: &str, image: &str) -> Result<Option<(u64, String)>>;

    /// Frees objects that were claimed by nodes that live no more: where nodes hold leases those
    /// whose lease has ended, elsewhere all but `node`.
    fn free(&self, node: &str) -> Result<()>;
}

/// One job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportJob {
    /// Whose.
    pub account: String,
    /// Its id, unique in the service.
    pub id: String,
    /// The source's id.
    pub source: String,
    /// What becomes of it: a word of its owner's.
    pub status: String,
    /// Why it has that status; empty where that says it all.
    pub reason: String,
    /// What it shall do, as JSON.
    pub spec: String,
    /// Where listing goes on.
    pub cursor: String,
    /// Whether the listing has come to its end.
    pub listed: bool,
    /// When it was made, in Unix milliseconds.
    pub created: u64,
    /// When it was started last.
    pub started: u64,
    /// When it came to its end; 0 before.
    pub ended: u64,
    /// Objects that were dealt with when it was started last.
    pub base: u64,
    /// The bytes of those.
    pub base_bytes: u64,
    /// How far it is.
    pub counts: ImportCounts,
}

/// How far a job is, in objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Found so far, without those that the patterns leave out.
    pub found: u64,
    /// Imported.
    pub imported: u64,
    /// Left as they are: known already.
    pub skipped: u64,
    /// Not usable, or not to be had.
    pub failed: u64,
    /// Left out by the patterns.
    pub excluded: u64,
    /// Bytes of those that were imported.
    pub bytes: u64,
}

impl ImportCounts {
    /// Objects that are dealt with.
    pub fn done(&self) -> u64 {
        self.imported + self.skipped + self.failed
    }
}

/// What became of an object. Numbers are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ItemState {
    /// Nothing yet.
    #[default]
    Waiting = 0,
    /// There is an image of it.
    Imported = 1,
    /// It was left as it is.
    Skipped = 2,
    /// It could not be imported.
    Failed = 3,
}

impl ItemState {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            ItemState::Waiting => "waiting",
            ItemState::Imported => "imported",
            ItemState::Skipped => "skipped",
            ItemState::Failed => "failed",
        }
    }

    fn read(number: u64) -> Self {
        match number {
            1 => ItemState::Imported,
            2 => ItemState::Skipped,
            3 => ItemState::Failed,
            _ => ItemState::Waiting,
        }
    }
}

/// One object of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportItem {
    /// Its key in the source, unique in the job.
    pub key: String,
    /// Bytes, where the source says so.
    pub bytes: u64,
    /// What changes with its bytes; empty where the source has no such thing.
    pub etag: String,
    /// What the source says besides, as JSON; empty for nothing.
    pub extra: String,
    /// What became of it.
    pub state: ItemState,
    /// Why.
    pub reason: String,
    /// The image's id.
    pub image: String,
    /// When it was dealt with, in Unix milliseconds.
    pub at: u64,
}

/// A change of the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportChange {
    /// Adds a job.
    Add(Box<ImportJob>),
    /// Gives a job another status, if its status is one of `from`.
    Turn {
        /// Whose.
        account: String,
        /// Which.
        id: String,
        /// The statuses that it may have.
        from: &'static [&'static str],
        /// The status that it gets.
        to: &'static str,
        /// Why.
        reason: String,
        /// When: a start where `starts`, else an end where `ends`.
        now: u64,
        /// Whether it starts again.
        starts: bool,
        /// Whether it comes to its end.
        ends: bool,
    },
    /// Adds what a page of the listing has, if listing is still at `was` and the job `running`.
    Found {
        /// Whose.
        account: String,
        /// Which job.
        id: String,
        /// Where the listing was.
        was: String,
        /// Where it goes on.
        cursor: String,
        /// Whether that was the end.
        listed: bool,
        /// Objects that the patterns leave out.
        excluded: u64,
        /// Objects, waiting or dealt with; those that the job has already are left out.
        items: Vec<ImportItem>,
    },
    /// Claims waiting objects that nobody has, in the order of their keys.
    Claim {
        /// Which job.
        job: String,
        /// The claim: the node's name and something of its own.
        claim: String,
        /// How many at most.
        most: usize,
    },
    /// Frees what is still waiting under claims of a node.
    Free {
        /// Which job.
        job: String,
        /// The node's name.
        node: String,
    },
    /// Deals with objects that wait under a claim, if all of them still do and the job still runs.
    Dealt {
        /// Whose.
        account: String,
        /// Which job.
        id: String,
        /// The claim.
        claim: String,
        /// What became of them.
        items: Vec<ImportItem>,
    },
    /// Remembers that an object of a source was imported.
    Remember {
        /// Whose.
        account: String,
        /// The source.
        source: String,
        /// The image's id.
        image: String,
        /// The object's bytes.
        bytes: u64,
        /// Its tag.
        etag: String,
    },
    /// Removes a job and its objects, if its status is one of `from`.
    Drop {
        /// Whose.
        account: String,
        /// Which.
        id: String,
        /// The statuses that it may have.
        from: &'static [&'static str],
    },
    /// Forgets what was imported from a source.
    Forget {
        /// Whose.
        account: String,
        /// The source.
        source: String,
    },
}
