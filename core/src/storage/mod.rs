//! Where a service keeps what it must not lose, and what it may make again.
//!
//! | store | holds | trait |
//! |---|---|---|
//! | originals | the bytes that were uploaded, under keys that are never used twice | [`Originals`] |
//! | catalog | images, variants, keys, tokens, and the log of changes | [`Catalog`] |
//! | results | what was rendered, within a bound on its bytes | [`Results`] |
//!
//! Verbs block and may be called from many threads. What was acknowledged is durable. A backend
//! is right when it passes the suite of its trait in [`contract`].
//!
//! An upload writes a note of the key into the catalog, then the bytes, then one transaction that
//! makes the image and takes the note away; whatever a crash leaves behind has a note, and
//! [`sweep`] removes it.

mod blob;
#[cfg(feature = "bucket")]
mod bucket;
pub mod catalog;
pub mod contract;
mod disk;
mod files;
mod hold;
mod memory;
pub mod results;

pub(crate) use blob::discard;
pub use blob::{load, load_within, store, store_within, sweep, Blob};
#[cfg(feature = "bucket")]
pub use bucket::{Bucket, BucketOriginals};
#[cfg(feature = "postgres")]
pub use catalog::PostgresCatalog;
pub use catalog::{Catalog, SqliteCatalog};
pub use disk::{Disk, Found, RealDisk};
pub use files::FileOriginals;
pub use hold::Hold;
pub use memory::MemoryOriginals;
#[cfg(feature = "bucket")]
pub use results::BucketResults;
pub use results::{LocalResults, Results, Selector};

use crate::{Error, Job, Kind, Result};

/// Bytes under keys. A key is 32 lower-case hex digits and is written once.
pub trait Originals: Send + Sync {
    /// Keeps `bytes` under `key`; they are durable when this returns. After an error nothing can
    /// be read under `key`, or exactly these bytes.
    fn put(&self, key: &str, bytes: &[u8]) -> Result<()>;

    /// The bytes under `key`: `NotFound` when there are none, `TooLarge` when there are more than
    /// `most`.
    fn get(&self, key: &str, most: u64) -> Result<Vec<u8>>;

    /// [`Originals::put`] within a job: a store across a network stops trying when the job ends.
    fn put_within(&self, key: &str, bytes: &[u8], job: &Job) -> Result<()> {
        job.check()?;
        self.put(key, bytes)
    }

    /// [`Originals::get`] within a job.
    fn get_within(&self, key: &str, most: u64, job: &Job) -> Result<Vec<u8>> {
        job.check()?;
        self.get(key, most)
    }

    /// Removes `key`, durably. A key that is not there is no error.
    fn delete(&self, key: &str) -> Result<()>;

    /// Every key, in no order: for audits, not for requests.
    fn keys(&self) -> Result<Vec<String>>;
}

/// Refuses what is no key, so that none can lead out of a folder.
pub(crate) fn check_key(key: &str) -> Result<()> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match key.len() == 32 && key.bytes().all(hex) {
        true => Ok(()),
        false => Err(Error::internal("a store was asked for something that is no key")),
    }
}

/// A store failed; what it said is for the log.
pub(crate) fn failed(what: &str, error: impl std::fmt::Display) -> Error {
    Error::new(Kind::Storage, format!("{what} failed")).with_context(error.to_string())
}

/// A fresh key: 128 random bits.
pub(crate) fn fresh_key() -> Result<String> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    Ok(crate::sign::escape::hex(&bytes))
}

/// Fills `bytes` from the system's source of randomness.
pub(crate) fn random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| failed("the system's randomness", error))
}

#[cfg(test)]
pub(crate) mod tests;
