//! The example server: a folder of pictures, transformed by URL.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use safelight::Limits;

/// What is served, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder of pictures.
    pub root: PathBuf,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// What one picture may cost.
    pub limits: Limits,
    /// Whether an empty or missing folder is filled with sample pictures.
    pub samples: bool,
}

impl Config {
    /// Serves `root` on `listen`, everything else at its default.
    pub fn new(root: impl AsRef<Path>, listen: SocketAddr) -> Self {
        let root = root.as_ref().to_owned();
        Config { root, listen, limits: Limits::default(), samples: false }
    }
}

/// Serves until the process is asked to stop.
pub fn serve(_config: Config) -> Result<(), String> {
    Err("the server is not in this build".into())
}
