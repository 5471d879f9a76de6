//! The stores that a configuration names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::{Config, ResultsConfig};
use crate::hosted::Stores;
use crate::storage::results::{Kept, Selector, Usage};
use crate::storage::{
    Catalog, FileOriginals, Hold, LocalResults, Originals, RealDisk, Results, SqliteCatalog,
};
use crate::{Error, Kind, Result};

/// Bytes of memory for what is known of images.
const FACTS: u64 = 16 << 20;

/// Opens catalog and originals, making what is missing. A catalog for one process comes with its
/// lock.
pub(super) fn open(config: &Config) -> Result<(Stores, Option<Hold>)> {
    if let Some(folder) = &config.folder {
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::new(Kind::Storage, "the folder of state cannot be made")
                .with_context(format!("{}: {error}", folder.display()))
        })?;
    }
    let (catalog, hold) = catalog(config)?;
    Ok((Stores { catalog, originals: originals(config)? }, hold))
}

fn catalog(config: &Config) -> Result<(Arc<dyn Catalog>, Option<Hold>)> {
    let place = match config.catalog.as_deref().map(split) {
        None => config.below("catalog.db"),
        Some(("sqlite", path)) => Some(PathBuf::from(path)),
        #[cfg(feature = "postgres")]
        Some(("postgres" | "postgresql", _)) => {
            let url = config.catalog.as_deref().unwrap_or_default();
            return Ok((Arc::new(crate::storage::PostgresCatalog::open(url)?), None));
        }
        Some((scheme, _)) => {
            return Err(Error::invalid("catalog", "sqlite:PATH or postgres://…", scheme));
        }
    };
    let place = place.ok_or_else(|| Error::invalid("catalog", "a place", "none"))?;
    let hold = Hold::alone(&lock_of(&place))?;
    Ok((Arc::new(SqliteCatalog::open(&place)?), Some(hold)))
}

/// A file of its own: SQLite has locks on those it makes, which end when anybody closes them.
fn lock_of(catalog: &Path) -> PathBuf {
    let mut name = catalog.as_os_str().to_owned();
    name.push("-lock");
    name.into()
}

fn originals(config: &Config) -> Result<Arc<dyn Originals>> {
    let place = match config.originals.as_deref().map(split) {
        None => config.below("originals"),
        Some(("file", path)) => Some(PathBuf::from(path)),
        #[cfg(feature = "bucket")]
        Some(("s3" | "gs" | "az", _)) => {
            let url = config.originals.as_deref().unwrap_or_default();
            return Ok(Arc::new(crate::storage::BucketOriginals::open(url)?));
        }
        Some((scheme, _)) => {
            let expected = "file:PATH, s3://…, gs://… or az://…";
            return Err(Error::invalid("originals", expected, scheme));
        }
    };
    let place = place.ok_or_else(|| Error::invalid("originals", "a place", "none"))?;
    Ok(Arc::new(FileOriginals::open(&place, Arc::new(RealDisk))?))
}

/// Scheme and the rest of a location.
fn split(location: &str) -> (&str, &str) {
    let (scheme, rest) = location.split_once(':').unwrap_or((location, ""));
    match scheme {
        "sqlite" | "file" => (scheme, rest.strip_prefix("//").unwrap_or(rest)),
        _ => (scheme, rest),
    }
}

/// Results of renders, and what is known of images: purged together.
pub(super) struct Shelves {
    /// Facts of images by account and id, in memory alone.
    pub facts: LocalResults,
    /// Results and sources.
    results: Box<dyn Results>,
}

impl Shelves {
    pub(super) fn open(config: &Config) -> Result<Self> {
        let kept = &config.results;
        let facts = LocalResults::in_memory(FACTS);
        if let Some(url) = &kept.bucket {
            return Ok(Shelves { facts, results: bucket(url, kept)? });
        }
        let results = match config.below("results").filter(|_| kept.disk > 0) {
            Some(folder) => {
                LocalResults::open(kept.memory, &folder, kept.disk, Arc::new(RealDisk))?
            }
            None => LocalResults::in_memory(kept.memory),
        };
        Ok(Shelves { facts, results: Box::new(results) })
    }
}

/// Results in a bucket, of which about as many bytes are kept as there may be on a disk.
#[cfg(feature = "bucket")]
fn bucket(url: &str, kept: &ResultsConfig) -> Result<Box<dyn Results>> {
    let results = crate::storage::BucketResults::open(url, kept.memory, kept.disk)?;
    Ok(Box::new(results))
}

#[cfg(not(feature = "bucket"))]
fn bucket(_: &str, _: &ResultsConfig) -> Result<Box<dyn Results>> {
    Err(Error::unsupported("results.bucket: not available in this build"))
}

impl Results for Shelves {
    fn get(&self, key: &str) -> Option<Arc<Kept>> {
        self.results.get(key)
    }

    fn put(&self, key: &str, kept: Arc<Kept>) {
        self.results.put(key, kept);
    }

    fn settle(&self, key: &str) {
        self.results.settle(key);
    }

    fn purge(&self, selector: &Selector, seq: u64) -> usize {
        self.facts.purge(selector, seq);
        self.results.purge(selector, seq)
    }

    fn forget_before(&self, seq: u64) {
        self.facts.forget_before(seq);
        self.results.forget_before(seq);
    }

    fn usage(&self) -> Usage {
        self.results.usage()
    }
}
