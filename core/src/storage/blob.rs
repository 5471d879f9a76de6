//! An original with its hash: written, read back and checked, and cleared away.

use super::catalog::{Catalog, Change};
use super::{failed, fresh_key, Originals};
use crate::{Job, Result};

/// Where an original lies, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its key in the store.
    pub key: String,
    /// BLAKE3 of its bytes, in hex.
    pub hash: String,
    /// How many bytes it has.
    pub size: u64,
}

/// Writes `bytes` under a fresh key. A note with the time `now` stands in the catalog until an
/// image takes the blob over: the caller's transaction drops it with [`Change::DropNote`].
pub fn store(
    originals: &dyn Originals,
    catalog: &dyn Catalog,
    bytes: &[u8],
    now: u64,
) -> Result<Blob> {
    store_within(originals, catalog, bytes, now, &Job::default())
}

/// [`store`] within a job.
pub fn store_within(
    originals: &dyn Originals,
    catalog: &dyn Catalog,
    bytes: &[u8],
    now: u64,
    job: &Job,
) -> Result<Blob> {
    let key = fresh_key()?;
    catalog.commit(&[Change::AddNote { key: key.clone(), since: now }])?;
    originals.put_within(&key, bytes, job)?;
    let hash = blake3::hash(bytes).to_hex().to_string();
    Ok(Blob { key, hash, size: bytes.len() as u64 })
}

/// Reads a blob; one that is not what was written is a `Storage` error, never an answer.
pub fn load(originals: &dyn Originals, blob: &Blob) -> Result<Vec<u8>> {
    load_within(originals, blob, &Job::default())
}

/// [`load`] within a job.
pub fn load_within(originals: &dyn Originals, blob: &Blob, job: &Job) -> Result<Vec<u8>> {
    let bytes = originals.get_within(&blob.key, blob.size, job)?;
    match blake3::hash(&bytes).to_hex().as_str() == blob.hash {
        true => Ok(bytes),
        false => Err(failed("reading the original", format!("{}: another hash", blob.key))),
    }
}

/// Removes blobs that no image has, as far as their notes are older than `before`; gives how many.
pub fn sweep(originals: &dyn Originals, catalog: &dyn Catalog, before: u64) -> Result<usize> {
    let mut swept = 0;
    loop {
        let notes = catalog.notes(before, 100)?;
        if notes.is_empty() {
            return Ok(swept);
        }
        swept += notes.len();
        for key in notes {
            discard(originals, catalog, &key)?;
        }
    }
}

/// Removes one blob that has a note, and then the note.
pub(crate) fn discard(originals: &dyn Originals, catalog: &dyn Catalog, key: &str) -> Result<()> {
    originals.delete(key)?;
    catalog.commit(&[Change::DropNote { key: key.to_owned() }])?;
    Ok(())
}
