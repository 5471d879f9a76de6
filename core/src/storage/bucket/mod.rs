//! Stores in buckets: S3 and what speaks it, Google Cloud Storage, Azure Blob Storage.
//!
//! Each verb is tried again where the other side failed, until it succeeds, the tries are used up
//! or the job's time is over. What a URL does not say is taken from the environment in each
//! vendor's own words, down to the credentials of a machine or a pod.

mod carrier;
mod originals;
mod place;

pub use originals::BucketOriginals;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};

use super::{failed, random};
use crate::{CancelToken, Error, Job, Kind, Limits, Result};

/// Tries of one verb.
const TRIES: u32 = 8;
/// Pause before the second try; it doubles up to the longest one.
const PAUSE: Duration = Duration::from_millis(40);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long a verb may take where its job sets no nearer time.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest time between two looks at a job's cancel flag.
const TURN: Duration = Duration::from_millis(20);

/// A bucket, or what lies in it below a prefix.
pub struct Bucket {
    store: Box<dyn ObjectStore>,
    prefix: Path,
}

/// Background work and audits have no job of their own, and as much time as they need.
pub(super) fn patient() -> Job {
    Job::new(&Limits { time_ms: 0, ..Limits::default() }, CancelToken::new())
}

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// When it was written, in Unix seconds of the bucket's clock.
    pub(super) written: i64,
}

impl Bucket {
    /// The bucket of a URL, which is not asked for anything yet:
    ///
    /// | URL | settings |
    /// |---|---|
    /// | `s3://bucket/prefix` | `region`, `endpoint`, `access_key_id`, `secret_access_key`, … |
    /// | `gs://bucket/prefix` | `service_account`, `service_account_key`, `endpoint`, … |
    /// | `az://container/prefix` | `account`, `access_key`, `sas_token`, `endpoint`, … |
    ///
    /// Settings are the query of the URL, percent-encoded. An endpoint that is `http://` is asked
    /// without TLS.
    pub fn open(url: &str) -> Result<Self> {
        let (store, prefix) = place::open(url)?;
        Ok(Bucket { store, prefix })
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8], job: &Job) -> Result<()> {
        let (path, payload) = (self.path(name), PutPayload::from(bytes.to_vec()));
        self.again("writing to the bucket", job, || {
            run(async { self.store.put(&path, payload.clone()).await.map(|_| ()) })
        })
    }

    /// The bytes of an object: `NotFound` when there are none, `TooLarge` for more than `most`.
    pub(super) fn get(&self, name: &str, most: u64, job: &Job) -> Result<Vec<u8>> {
        let path = self.path(name);
        let found = self.again("reading from the bucket", job, || {
            run(async {
                let found = self.store.get(&path).await?;
                let size = found.meta.size;
                match size > most {
                    true => Ok(Err(size)),
                    false => found.bytes().await.map(Ok),
                }
            })
        })?;
        // A body that is longer than was announced is not taken on trust.
        match found.and_then(|bytes| match bytes.len() as u64 > most {
            true => Err(bytes.len() as u64),
            false => Ok(bytes),
        }) {
            Ok(bytes) => Ok(bytes.into()),
            Err(size) => Err(Error::too_large("source bytes", most, size)),
        }
    }

    pub(super) fn delete(&self, name: &str, job: &Job) -> Result<()> {
        let path = self.path(name);
        self.again("removing from the bucket", job, || {
            match run(async { self.store.delete(&path).await }) {
                Err(object_store::Error::NotFound { .. }) => Ok(()),
                done => done,
            }
        })
    }

    /// Every object below the prefix, in no order.
    pub(super) fn list(&self, job: &Job) -> Result<Vec<Object>> {
        let prefix = Some(&self.prefix).filter(|prefix| !prefix.as_ref().is_empty());
        let found = RefCell::new(Vec::<ObjectMeta>::new());
        let more = || {
            let last = found.borrow().last().map(|meta| meta.location.clone());
            let known = found.borrow().len();
            let listed = match last {
                Some(last) => self.store.list_with_offset(prefix, &last),
                None => self.store.list(prefix),
            };
            let add = |meta| {
                found.borrow_mut().push(meta);
                std::future::ready(Ok(()))
            };
            match run(listed.try_for_each(add)) {
                Ok(()) => Ok(true),
                // A long listing goes on where it broke off.
                Err(_) if found.borrow().len() > known => Ok(false),
                Err(error) => Err(error),
            }
        };
        while !self.again("listing the bucket", job, more)? {}
        let object = |meta: ObjectMeta| {
            let mut parts = meta.location.prefix_match(&self.prefix)?;
            let name = parts.next()?.as_ref().to_owned();
            let whole = parts.next().is_none();
            let (bytes, written) = (meta.size, meta.last_modified.timestamp());
            whole.then_some(Object { name, bytes, written })
        };
        Ok(found.into_inner().into_iter().filter_map(object).collect())
    }

    fn path(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }

    /// Tries `work` until it is done or there is no point in it any more.
    fn again<T>(
        &self,
        what: &str,
        job: &Job,
        work: impl Fn() -> object_store::Result<T>,
    ) -> Result<T> {
        let until = Instant::now() + PATIENCE;
        let until = job.deadline().map_or(until, |deadline| deadline.min(until));
        let mut tried = 0;
        loop {
            job.check()?;
            let (done, status) = carrier::within(until, &work);
            let error = match done {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            tried += 1;
            if tried == TRIES || !is_passing(&error, status) || Instant::now() >= until {
                job.check()?;
                return Err(told(what, &error));
            }
            pause(tried, until, job)?;
        }
    }
}

/// Runs one request to its end. Nothing but the clock of `object_store` needs a runtime; the
/// requests themselves block.
fn run<T>(
    work: impl std::future::Future<Output = object_store::Result<T>>,
) -> object_store::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let failed = |error| object_store::Error::Generic { store: "runtime", source: Box::new(error) };
    runtime.map_err(failed)?.block_on(work)
}

/// Whether the same may succeed later: not where the other side answered that it will not.
fn is_passing(error: &object_store::Error, status: u16) -> bool {
    let refused = (400..500).contains(&status) && !matches!(status, 408 | 409 | 425 | 429);
    matches!(error, object_store::Error::Generic { .. }) && !refused
}

fn told(what: &str, error: &object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => {
            Error::new(Kind::NotFound, "there is no such object").with_context(error.to_string())
        }
        _ => failed(what, error),
    }
}

/// Waits before the next try, a random part of the time longer, so that nodes that failed
/// together do not come back together.
fn pause(tried: u32, until: Instant, job: &Job) -> Result<()> {
    let mut byte = [0];
    random(&mut byte)?;
    let whole = (PAUSE * (1 << tried.min(10))).min(LONGEST_PAUSE);
    let end = (Instant::now() + whole.mul_f32(0.5 + f32::from(byte[0]) / 510.0)).min(until);
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|it| !it.is_zero()) {
        job.check()?;
        std::thread::sleep(left.min(TURN));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
