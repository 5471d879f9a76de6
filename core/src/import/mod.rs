//! Bulk import: fills an account from where its pictures lie now.
//!
//! ```text
//! source ─► list, page by page ─► journal ─► claim ─► get ─► check the bytes ─► keep ─► one commit
//! ```
//!
//! A job lists its source into the journal of the catalog and works that off, on every node that
//! has the catalog open. An object is claimed before it is worked on, and its image appears in the
//! commit that says so in the journal: whatever is killed, nothing is lost and nothing comes
//! twice. Memory does not grow with the number of objects.
//!
//! | file | what it owns |
//! |---|---|
//! | `source`, `secrets` | where pictures lie, and the credentials for it, sealed |
//! | `stores` | one adapter a kind of source: list and get, by the very keys |
//! | `spec`, `jobs` | what a job shall do; made, paused, resumed, aborted, told of |
//! | `log` | what became of each object, as JSON lines or CSV |
//! | `run` | which jobs this node works on |
//! | `work`, `list`, `take`, `settle` | one job: its threads, its pages, one object, its commits |
//! | `pace` | rates and bytes in flight |

mod jobs;
mod list;
mod log;
mod pace;
mod run;
mod secrets;
mod settle;
mod source;
mod spec;
mod stores;
mod take;
#[cfg(test)]
mod tests;
mod work;

pub use jobs::{JobInfo, Progress};
pub(crate) use log::line;
pub use log::{LogFormat, LogPage};
pub use secrets::SecretsKey;
pub use source::{Credentials, SourceFields, SourceInfo, KINDS};
pub use spec::Spec;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::fetch::{Client, Fetcher, Rules};
use crate::hosted::Hosted;
use crate::Result;
use run::Runner;

/// How long one file of a list of addresses, or one picture of it, may take.
const WHOLE: std::time::Duration = std::time::Duration::from_secs(60);

/// What imports may do on this node.
#[derive(Clone)]
pub struct Setup {
    /// Which servers may be asked.
    pub rules: Rules,
    /// What credentials are sealed with; without it none are taken.
    pub secrets_key: Option<SecretsKey>,
    /// Folders that sources of kind `folder` may lie in, or be.
    pub folders: Vec<PathBuf>,
    /// Objects of one job that this node works on at once, at most; 0 works on none.
    pub workers: usize,
}

/// The imports of a service, as one node sees them.
pub struct Imports {
    shared: Arc<Shared>,
    runner: Runner,
}

/// What verbs and jobs need.
struct Shared {
    hosted: Arc<Hosted>,
    setup: Setup,
    /// Made when it is needed first: it reads the machine's certificates.
    client: OnceLock<Arc<Client>>,
    fetcher: Arc<Fetcher>,
}

impl Shared {
    fn client(&self) -> Arc<Client> {
        let rules = || Rules { whole: WHOLE, ..self.setup.rules.clone() };
        let make = || Arc::new(Client::new(rules(), self.setup.workers.max(1) * 2));
        self.client.get_or_init(make).clone()
    }
}

impl Imports {
    /// Opens the imports of `hosted`, and begins to work on the jobs that run.
    pub fn open(hosted: Arc<Hosted>, setup: Setup) -> Result<Self> {
        let rules = Rules { whole: WHOLE, ..setup.rules.clone() };
        let fetcher = Arc::new(Fetcher::new(rules));
        let shared = Arc::new(Shared { hosted, setup, client: OnceLock::new(), fetcher });
        let runner = Runner::start(shared.clone())?;
        Ok(Imports { shared, runner })
    }

    /// Stops the work on this node and waits for it to end. Jobs go on elsewhere, or here when
    /// the service is opened again.
    pub fn stop(&self) {
        self.runner.stop();
    }
}

impl Drop for Imports {
    fn drop(&mut self) {
        self.stop();
    }
}
