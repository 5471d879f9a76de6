//! What requests share, and which handler answers which path.

use std::io;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{header, Method};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use axum::Router;
use safelight::Engine;
use tokio::sync::Semaphore;

use crate::files::Root;
use crate::kept::Kept;
use crate::pool::Pool;
use crate::reply::{self, Failure};
use crate::{api, binding, page, transform, Config};

/// Longest path and query that is looked at, in bytes.
const URL_BYTES: usize = 8192;

/// What every request needs.
#[derive(Debug)]
pub(crate) struct App {
    pub root: Root,
    pub engine: Engine,
    pub pool: Pool,
    /// Places for forms that are being received.
    pub forms: Semaphore,
    /// Results that were just made.
    pub kept: Kept,
}

pub(crate) type Shared = State<Arc<App>>;

/// The routes, ready to be mounted; fails when the root folder cannot be opened.
pub fn router(config: &Config) -> io::Result<Router> {
    let app = App {
        root: Root::open(&config.root)?,
        engine: Engine::new(config.limits.clone()),
        pool: Pool::new(config.workers, config.queue),
        forms: Semaphore::new(config.workers + 4),
        kept: Kept::new(config.kept_bytes),
    };
    Ok(Router::new()
        .route("/", get(page::index))
        .route("/page/style.css", get(page::style))
        .route("/page/app.js", get(page::script))
        .route("/api/version", get(api::version))
        .route("/api/samples", get(api::samples))
        .route("/api/explain/{*rest}", get(api::explain))
        .route("/info", post(binding::info).get(transform::handle))
        .route("/transform", post(binding::transform).get(transform::handle))
        .fallback(transform::handle)
        .layer(middleware::from_fn(screen))
        .with_state(Arc::new(app)))
}

/// Where forms are posted to.
const FORMS: [&str; 2] = ["/info", "/transform"];

/// Refuses what no handler should see: other methods and endless URLs.
async fn screen(request: Request, next: Next) -> Response {
    let form = FORMS.contains(&request.uri().path()) && *request.method() == Method::POST;
    if !form && !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = Failure::coded(9424, 405, "method: expected GET or HEAD").response();
        response.headers_mut().insert(header::ALLOW, reply::value("GET, HEAD"));
        return response;
    }
    let length = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    if length > URL_BYTES {
        let text = format!("url bytes: limit {URL_BYTES}, got {length}");
        return Failure::coded(9424, 414, &text).response();
    }
    next.run(request).await
}
