//! What requests share, and which handler answers which path.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::Router;
use safelight::url::{self, SourceRef};
use safelight::{Engine, Service};
use tokio::sync::Semaphore;

use crate::{api, mount, page};

/// KiB of bodies that are held at once; who comes when there is no room waits a little.
const BODIES: usize = 512 << 10;

/// What every request needs.
#[derive(Debug)]
pub(crate) struct App {
    pub service: Service,
    /// For the start page, which looks at headers and plans only.
    pub engine: Engine,
    /// The folder of pictures, as the service serves it.
    pub root: Option<PathBuf>,
    /// Room for bodies that are being received or worked on, in KiB.
    pub bodies: Semaphore,
    cancelled: AtomicUsize,
}

pub(crate) type Shared = State<Arc<App>>;

impl App {
    /// Counts a request that ended early because its client was gone.
    pub(crate) fn count_cancelled(&self) {
        self.cancelled.fetch_add(1, Ordering::Relaxed);
    }

    /// A font of the folder, which the service reads but does not give away. The path of a URL,
    /// whatever its host, says where. Nothing outside of the folder counts, nor by a link.
    pub(crate) fn font(&self, source: &SourceRef) -> Option<Vec<u8>> {
        let path = match source {
            SourceRef::Path(path) => path.as_str(),
            SourceRef::Remote { url, .. } => path_of(url),
        };
        let names = url::local_path(path).ok()?;
        if names.iter().any(|name| name.starts_with('.') || name.contains(['/', '\\', '\0'])) {
            return None;
        }
        let root = self.root.as_ref()?.canonicalize().ok()?;
        let file = root.join(names.iter().collect::<PathBuf>()).canonicalize().ok()?;
        let size = file.metadata().ok().filter(fs::Metadata::is_file)?.len();
        let fits = file.starts_with(&root) && size <= self.engine.limits().source_bytes;
        fits.then(|| fs::read(file).ok()).flatten()
    }

    /// How many there were.
    pub(crate) fn cancelled(&self) -> usize {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// The routes: the start page's own, and the service for everything else. `root` is the folder
/// that the service has for its sources.
pub fn router(service: Service, root: Option<PathBuf>) -> Router {
    let app = App {
        engine: Engine::new(service.limits().clone()),
        service,
        root,
        bodies: Semaphore::new(BODIES),
        cancelled: AtomicUsize::new(0),
    };
    Router::new()
        .route("/", get(page::index))
        .route("/page/style.css", get(page::style))
        .route("/page/app.js", get(page::script))
        .route("/api/version", get(api::version))
        .route("/api/samples", get(api::samples))
        .route("/api/explain/{*rest}", get(api::explain))
        .fallback(mount::handle)
        .with_state(Arc::new(app))
}

/// The path of an absolute URL.
fn path_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url[authority..].find('/').map_or("/", |at| &url[authority + at..])
}
