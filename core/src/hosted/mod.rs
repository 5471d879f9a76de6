//! Hosted images: accounts, images, variants, keys, tickets, tokens, settings, usage, purges.
//!
//! [`Hosted`] is the one door: verbs block, and an acknowledged one is durable and seen by every
//! node. What is small (accounts, domains, variants, keys, settings, tokens, vary rules) is
//! answered from this node's copy, which [`Hosted::refresh`] keeps as new as the catalog; images
//! are read from the catalog.
//!
//! | file | what it owns |
//! |---|---|
//! | `ids` | ids that carry the access flag, custom ids |
//! | `images`, `listing` | images and their lists |
//! | `tickets` | direct uploads |
//! | `letters` | what a webhook is told of them, until it has arrived |
//! | `variants`, `keys`, `settings`, `vary`, `accounts`, `tokens` | documents |
//! | `copy`, `lease` | this node's copy and how it stays fresh |
//! | `purge` | what nodes must forget, and the words it is written in |
//! | `arrivals` | images that a job brings, many in one commit |
//! | `tidy` | what is cleared away in the background |

mod accounts;
mod arrivals;
mod base64url;
mod copy;
mod documents;
mod ids;
mod images;
mod keys;
mod lease;
mod letters;
mod listing;
mod purge;
mod received;
mod settings;
mod sink;
#[cfg(test)]
mod tests;
mod tickets;
mod tidy;
mod tokens;
mod usage;
mod variants;
mod vary;

pub use accounts::Account;
pub(crate) use arrivals::{Arrival, Arrived};
pub use ids::access_of;
pub use images::{Stats, Update, Upload};
pub use keys::SigningKey;
pub use letters::Claimed;
pub use listing::{Listed, Listing};
pub use purge::{account_tag, image_tag, variant_tag};
pub use settings::{Polish, Settings, Transformations, Webhook};
pub use sink::{Ahead, Letter, Message, NoSink, Sink, Wish};
pub use tickets::{Ticket, TicketOrder};
pub use tidy::Tidied;
pub use tokens::{Grant, Scopes, TokenInfo};
pub use usage::{Counted, Usage};
pub use variants::{Variant, MOST_VARIANTS, PUBLIC};
pub use vary::VaryRules;

pub use crate::storage::catalog::{Filter, Image, Operand, Operator};
pub use crate::storage::results::Selector;

use std::sync::Arc;
use std::time::Duration;

use crate::storage::{Catalog, Originals, Results};
use crate::{Engine, Result};
use copy::NodeCopy;
use lease::Node;

/// Where hosted images live.
#[derive(Clone)]
pub struct Stores {
    /// Rows, documents and the log.
    pub catalog: Arc<dyn Catalog>,
    /// Bytes.
    pub originals: Arc<dyn Originals>,
}

/// How a node is opened.
#[derive(Clone)]
pub struct Setup {
    /// Id of the account that exists from the start; made up where it is missing.
    pub account: Option<String>,
    /// Its hash; made up where it is missing.
    pub hash: Option<String>,
    /// A secret that may do everything in every account.
    pub admin_token: Option<String>,
    /// This node's results: purges are applied to them.
    pub results: Option<Arc<dyn Results>>,
    /// What takes wishes and letters.
    pub sink: Arc<dyn Sink>,
    /// How long a node of a cluster may answer from its copy.
    pub lease: Duration,
    /// The time now, in Unix milliseconds.
    pub clock: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            account: None,
            hash: None,
            admin_token: None,
            results: None,
            sink: Arc::new(NoSink),
            lease: Duration::from_secs(1),
            clock: Arc::new(system_time),
        }
    }
}

/// Hosted images, as one node sees them.
pub struct Hosted {
    stores: Stores,
    engine: Engine,
    setup: Setup,
    copy: Arc<NodeCopy>,
    node: Node,
    home: Account,
    usage: usage::Counters,
}

impl Hosted {
    /// Opens a node: reads its copy, makes what a first opening needs, and in a cluster begins to
    /// hold a lease.
    pub fn open(stores: Stores, engine: Engine, setup: Setup) -> Result<Self> {
        let copy = Arc::new(NodeCopy::open(stores.catalog.clone(), setup.results.clone())?);
        let node = Node::start(copy.clone(), setup.lease)?;
        let home = Account { id: String::new(), hash: String::new() };
        let usage = usage::Counters::default();
        let mut hosted = Hosted { stores, engine, setup, copy, node, home, usage };
        hosted.home = hosted.first_account()?;
        Ok(hosted)
    }

    /// The account that exists from the start.
    pub fn home(&self) -> &Account {
        &self.home
    }

    /// Makes sure that this node knows every change that was acknowledged before the call. Verbs
    /// that answer from the copy do so by themselves.
    pub fn refresh(&self) -> Result<()> {
        self.node.refresh()
    }

    /// The number of the log that this node has seen, after a [`Hosted::refresh`]: what is made
    /// from what is read after this call is *born* at it.
    pub fn seen(&self) -> Result<u64> {
        self.node.refresh()?;
        Ok(self.copy.seen())
    }

    /// The engine that uploads are checked with.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ends background work and the lease; the node must not be used after it.
    pub fn close(&self) {
        // Best effort: counts of the last moments are the only loss.
        let _ = self.flush_usage();
        self.node.stop();
    }

    /// The time now, in Unix milliseconds.
    pub(crate) fn now(&self) -> u64 {
        (self.setup.clock)()
    }

    /// Rows, documents and the log.
    pub(crate) fn catalog(&self) -> &dyn Catalog {
        &*self.stores.catalog
    }

    /// What tells this node from the others: 32 hex digits, new with each opening.
    pub(crate) fn node(&self) -> &str {
        self.node.name()
    }

    /// Waits until every node knows what was committed as `seq`.
    fn settle(&self, seq: u64) -> Result<()> {
        self.node.settle(seq)
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        self.close();
    }
}

/// The system's time in Unix milliseconds; 0 for a clock before 1970.
fn system_time() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
