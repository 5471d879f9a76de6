//! Originals in a bucket: `<prefix>/<key>`.

use super::{patient, Bucket};
use crate::storage::{check_key, Originals};
use crate::{Job, Result};

/// Originals in a bucket. Many nodes may share it.
pub struct BucketOriginals(Bucket);

impl BucketOriginals {
    /// Originals in the bucket of a URL; see [`Bucket::open`].
    pub fn open(url: &str) -> Result<Self> {
        Bucket::open(url).map(BucketOriginals)
    }
}

impl Originals for BucketOriginals {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.put_within(key, bytes, &patient())
    }

    fn get(&self, key: &str, most: u64) -> Result<Vec<u8>> {
        self.get_within(key, most, &patient())
    }

    fn put_within(&self, key: &str, bytes: &[u8], job: &Job) -> Result<()> {
        check_key(key)?;
        self.0.put(key, bytes, job)
    }

    fn get_within(&self, key: &str, most: u64, job: &Job) -> Result<Vec<u8>> {
        check_key(key)?;
        self.0.get(key, most, job)
    }

    fn delete(&self, key: &str) -> Result<()> {
        check_key(key)?;
        self.0.delete(key, &patient())
    }

    fn keys(&self) -> Result<Vec<String>> {
        let names = self.0.list(&patient())?.into_iter().map(|object| object.name);
        Ok(names.filter(|name| check_key(name).is_ok()).collect())
    }
}
