//! The example server: a folder of pictures, transformed by URL.
//!
//! | path | answer |
//! |---|---|
//! | `/cdn-cgi/image/<options>/<path>` | the picture at `<path>`, transformed |
//! | `/<path>` | the picture as it is, or as a Worker's `cf.image` object says |
//! | `/info`, `/transform` | what a Worker's Images binding asks |
//! | `/` | a page to try options at |
//! | `/api/samples`, `/api/explain/<options>/<path>`, `/api/version` | what the page reads |
//!
//! Paths are taken from the request line as they were sent and decoded once, by the library.
//! Everything that can be decided without pixels is decided before a job waits for a core.

mod api;
mod app;
mod asked;
mod binding;
mod files;
mod kept;
mod listen;
mod multipart;
mod page;
mod pool;
mod reply;
mod samples;
mod transform;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use safelight::Limits;

pub use app::router;
pub use listen::listen;
pub use samples::make as make_samples;

/// What is served, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder of pictures.
    pub root: PathBuf,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What one picture may cost.
    pub limits: Limits,
    /// Whether an empty or missing folder is filled with sample pictures.
    pub samples: bool,
    /// Jobs that run at once.
    pub workers: usize,
    /// Jobs that may wait; one more is refused as busy.
    pub queue: usize,
    /// Bytes of results that are kept in memory.
    pub kept_bytes: usize,
    /// How long a client may take to send a request line and headers.
    pub head_time: Duration,
}

impl Config {
    /// Serves `root` on `listen`, everything else at its default.
    pub fn new(root: impl AsRef<Path>, listen: SocketAddr) -> Self {
        Config {
            root: root.as_ref().to_owned(),
            listen,
            limits: Limits::default(),
            samples: false,
            workers: std::thread::available_parallelism().map_or(1, Into::into),
            queue: 64,
            kept_bytes: 64 << 20,
            head_time: Duration::from_secs(10),
        }
    }
}

/// Serves until the process is asked to stop; running jobs are finished first.
pub fn serve(config: Config) -> Result<(), String> {
    if config.samples {
        fill(&config.root)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(run(config))
}

async fn run(config: Config) -> Result<(), String> {
    let router = router(&config).map_err(|error| format!("{}: {error}", config.root.display()))?;
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("safelight {} serves {}", safelight::VERSION, config.root.display());
    println!("open http://{address}/");
    listen(listener, router, config.head_time, stop_signal())
        .await
        .map_err(|error| error.to_string())
}

/// Makes the sample pictures unless the folder has something in it.
fn fill(root: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", root.display());
    std::fs::create_dir_all(root).map_err(told)?;
    if std::fs::read_dir(root).map_err(told)?.next().is_some() {
        return Ok(());
    }
    println!("making sample pictures in {}", root.display());
    make_samples(root).map_err(|error| format!("{}: {error}", root.display()))
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
