//! The example server: a [`Service`] on a port. Hosted images with their REST API and delivery,
//! transforms of a folder of pictures by URL, the Images binding of a Worker, and a start page.
//!
//! | path | answer |
//! |---|---|
//! | `/client/v4/…` | the REST API |
//! | `/<hash>/<id>/<variant>` | a hosted picture |
//! | `/cdn-cgi/image/<options>/<path>` | the picture at `<path>`, transformed |
//! | `/<path>` | the picture as it is, or as a Worker's `cf.image` object says |
//! | `/info`, `/transform` | what a Worker's Images binding asks |
//! | `/` | a page to try options at |
//! | `/api/samples`, `/api/explain/<options>/<path>`, `/api/version` | what the page reads |
//!
//! All but the page and its three helpers is answered by the library; paths reach it as they were
//! sent. State lies in one folder, or in a database and a bucket.

mod api;
mod app;
mod listen;
mod mount;
mod page;
mod reply;
mod samples;
mod start;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

pub use app::router;
pub use listen::listen;
pub use samples::make as make_samples;
pub use start::{open, set_quota, Opened};

/// What is served, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// The service: its stores, its folder of pictures, its limits.
    pub service: safelight::Config,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether an empty or missing folder of pictures is filled with samples.
    pub samples: bool,
    /// How long a client may take to send a request line and headers.
    pub head_time: Duration,
    /// Images that the account may have, where it is not as it was: 100,000 at first.
    pub quota: Option<u64>,
}

impl Config {
    /// Serves the pictures of `root` on `listen` and keeps all state in `state`, everything else
    /// at its default.
    pub fn new(root: impl AsRef<Path>, state: impl AsRef<Path>, listen: SocketAddr) -> Self {
        let mut service = safelight::Config::in_folder(state);
        service.sources.folder = Some(root.as_ref().to_owned());
        let head_time = Duration::from_secs(10);
        Config { service, listen, samples: false, head_time, quota: None }
    }
}

/// Serves until the process is asked to stop; running requests are finished first.
pub fn serve(config: &Config) -> Result<(), String> {
    // Stores may have runtimes of their own, which neither begin nor end inside of another.
    let opened = open(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let served = runtime.block_on(run(config, &opened));
    drop(runtime);
    opened.service.close();
    served
}

async fn run(config: &Config, opened: &Opened) -> Result<(), String> {
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    opened.tell(config, address);
    let router = router(opened.service.clone(), config.service.sources.folder.clone());
    let served = listen(listener, router, config.head_time, stop_signal()).await;
    served.map_err(|error| error.to_string())
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a signal to wait for, the server runs until it is killed.
    if interrupt.await.is_err() {
        std::future::pending::<()>().await;
    }
}
