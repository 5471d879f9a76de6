//! The line for requests: an HTTP request goes in as plain data, a response comes out.
//!
//! ```text
//! parse ─► verify ─► resolve ─► negotiate ─► look up ─► fetch ─► render ─► keep ─► respond
//! ```
//!
//! A [`Service`] lives on its stores alone: it opens no port, and asks the web for nothing but
//! sources that its configuration allows. A request is worked on by the thread that brings it;
//! at most `workers` of them work on pixels at once, at most `queue` more wait, and whoever asks
//! for what is being made already waits for that one.

mod ahead;
mod asked;
mod background;
mod binding;
mod claim;
mod config;
mod deliver;
mod door;
mod facts;
mod files;
mod flight;
mod overlays;
mod pool;
mod remote;
mod respond;
mod route;
mod sources;
mod stores;
#[cfg(test)]
mod tests;
mod told;
mod transform;
mod upgrade;
mod wants;
mod work;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::api::{self, Called};
use crate::fetch::Fetcher;
use crate::guard::guard;
use crate::hooks::Hooks;
use crate::hosted::{Account, Hosted, Setup};
use crate::import::{self, Imports, SecretsKey};
use crate::storage::Hold;
use crate::{Engine, Error, Job, Request, Response, Result};
use background::Background;
use claim::Claims;
use door::Door;
use flight::Flights;
use pool::Pool;
use sources::Sources;
use stores::Shelves;
use work::Landed;

pub use config::{AccountConfig, Config, ImportsConfig, ResultsConfig, SourcesConfig};
pub use pool::Load;

/// An image CDN: hosted images, transforms, their REST API. Clones share one.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

/// What every request needs.
struct Inner {
    config: Config,
    engine: Engine,
    pool: Pool,
    shelves: Arc<Shelves>,
    hosted: Arc<Hosted>,
    imports: Imports,
    flights: Flights<Landed>,
    sources: Sources,
    background: Arc<Background>,
    /// Where nodes share their results.
    claims: Option<Claims>,
    transforms: AtomicU64,
    /// Nanoseconds that AVIF takes for a pixel.
    avif_rate: AtomicU64,
    /// The last to go: whoever is waiting for the stores has them then.
    door: Door,
}

impl Service {
    /// Opens a service on the stores that `config` names, making what is missing.
    ///
    /// State on SQLite belongs to one service at a time, from its opening until it is closed or
    /// its last clone is gone. What a killed process left unfinished there is cleared away.
    ///
    /// `Invalid` for a configuration that cannot be meant, `Storage` when a store does not open,
    /// `Busy` when another service, here or in another process, has the SQLite catalog open and
    /// does not close it within two seconds.
    pub fn open(config: &Config) -> Result<Service> {
        Service::open_with(config, Hooks::NONE)
    }

    /// [`Service::open`] with what the host does for the engine.
    pub fn open_with(config: &Config, hooks: Hooks) -> Result<Service> {
        Service::open_on(config, hooks, Fetcher::new(config.sources.rules()?))
    }

    /// [`Service::open_with`] on another network.
    pub(crate) fn open_on(config: &Config, hooks: Hooks, fetcher: Fetcher) -> Result<Service> {
        config.check()?;
        let engine = Engine::new(config.limits.clone()).with_hooks(hooks);
        // Whoever is refused here has touched nothing.
        let (stores, hold) = stores::open(config)?;
        let shelves = Arc::new(Shelves::open(config)?);
        let background = Arc::new(Background::new());
        let setup = setup(config, &shelves, &background);
        let hosted = Arc::new(Hosted::open(stores.clone(), engine.clone(), setup)?);
        if config.require_signature && hosted.keys(&hosted.home().id)?.is_empty() {
            return Err(Error::invalid("require_signature", "a signing key", "none"));
        }
        if hold.as_ref().is_some_and(Hold::is_alone) {
            // Nobody works on what has a note. A store that fails now is swept in the background.
            let _ = hosted.recover();
        }
        let inner = Arc::new(Inner {
            config: config.clone(),
            engine,
            pool: Pool::new(config.workers, config.queue),
            sources: Sources::open(config, fetcher, shelves.clone())?,
            shelves,
            imports: Imports::open(hosted.clone(), imports(config)?)?,
            hosted,
            flights: Flights::new(),
            background,
            claims: config.results.bucket.as_ref().map(|_| Claims::new(stores.catalog.clone())),
            transforms: AtomicU64::new(0),
            avif_rate: AtomicU64::new(upgrade::FIRST_RATE),
            door: Door::new(hold),
        });
        inner.background.start(&inner)?;
        Ok(Service(inner))
    }

    /// Answers a request. Never fails and never panics: what goes wrong is an HTTP answer.
    ///
    /// `job` bounds how long the answer may take, waiting included, and lets the host cancel it
    /// when its client is gone.
    pub fn handle(&self, request: &Request<'_>, job: &Job) -> Response {
        let answer = || {
            let _inside = self.0.door.enter()?;
            Ok(self.0.route(request, job))
        };
        guard(answer).unwrap_or_else(|error| route::broken(&error))
    }

    /// A hosted verb by its name, such as `images.upload`: arguments and result are JSON in the
    /// shapes of the REST API, bytes go beside them.
    pub fn call(&self, verb: &str, arguments: &Value, body: &[u8], job: &Job) -> Result<Called> {
        let request = Request::new("GET", "/");
        guard(|| {
            let _inside = self.0.door.enter()?;
            self.0.with_api(&request, |api| api::call(api, verb, arguments, body, job))
        })
    }

    /// Stops background work and waits for it to end. Requests that are still running finish, and
    /// then the folder of state is free for others; later ones are refused as `Busy`, with 503.
    pub fn close(&self) {
        self.0.background.stop();
        self.0.background.join();
        self.0.imports.stop();
        self.0.hosted.close();
        self.0.door.close();
    }

    /// The account that exists from the start.
    pub fn account(&self) -> &Account {
        self.0.hosted.home()
    }

    /// Calls `tell` with the progress of an import of an account (the one that exists from the
    /// start where none is named): at once, and then each time that `every` has passed and
    /// something has changed, until the job no longer runs or `tell` says no. Gives the last.
    pub fn follow_import(
        &self,
        account: Option<&str>,
        id: &str,
        every: Duration,
        job: &Job,
        tell: impl FnMut(&import::Progress) -> bool,
    ) -> Result<import::Progress> {
        let account = account.unwrap_or(&self.0.hosted.home().id);
        guard(|| {
            // It may take hours and changes nothing: whoever closes does not wait for it.
            self.0.door.enter()?;
            self.0.imports.follow(account, id, every, job, tell)
        })
    }

    /// How busy it is.
    pub fn load(&self) -> Load {
        self.0.pool.load()
    }

    /// What the engine of this service may spend on a job.
    pub fn limits(&self) -> &crate::Limits {
        self.0.engine.limits()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    /// A service that is not closed ends its work when its last clone goes.
    fn drop(&mut self) {
        self.background.stop();
        self.background.join();
    }
}

impl Inner {
    fn count_transform(&self) {
        self.transforms.fetch_add(1, Ordering::Relaxed);
    }
}

fn imports(config: &Config) -> Result<import::Setup> {
    let key = config.imports.secrets_key.as_deref();
    Ok(import::Setup {
        rules: config.sources.rules()?,
        secrets_key: key.map(SecretsKey::read).transpose()?,
        folders: config.imports.folders.clone(),
        workers: config.imports.workers,
    })
}

fn setup(config: &Config, shelves: &Arc<Shelves>, background: &Arc<Background>) -> Setup {
    Setup {
        account: config.account.id.clone(),
        hash: config.account.hash.clone(),
        admin_token: config.admin_token.clone(),
        results: Some(shelves.clone()),
        sink: background.clone(),
        lease: Duration::from_millis(config.lease_ms),
        ..Setup::default()
    }
}
