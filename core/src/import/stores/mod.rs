//! One adapter a kind of source: pages of objects, and the bytes of one, by the very keys that the
//! source has, whatever is in them.

mod azure;
pub(super) mod folder;
mod gcs;
mod google;
mod http;
mod images;
mod s3;
mod sitemap;
mod wire;
mod xml;

use std::sync::Arc;

use serde_json::Value;

use super::source::{Credentials, SourceFields};
use super::Shared;
use crate::storage::catalog::ImportItem;
use crate::{Error, Job, Kind, Result};

/// A source that can be listed and read.
pub(super) trait Store: Send + Sync {
    /// The page of objects at `cursor`, which is empty for the first one.
    fn list(&self, cursor: &str, job: &Job) -> Tried<Listed>;

    /// The bytes of an object. `known` is its tag when it was imported before: where it has not
    /// changed since, the source may say so instead.
    fn get(&self, item: &ImportItem, known: &str, most: u64, job: &Job) -> Tried<Got>;

    /// The id of an object's image, before the prefix.
    fn id(&self, key: &str) -> String {
        key.to_owned()
    }

    /// Whether objects are images with ids, metadata and access of their own.
    fn moves(&self) -> bool {
        false
    }

    /// Variants that come along, by name, in the shapes of the REST API.
    fn variants(&self, job: &Job) -> Tried<Vec<(String, Value)>> {
        let _ = job;
        Ok(Vec::new())
    }
}

/// A page of objects.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub objects: Vec<Object>,
    /// Where the next page begins; `None` at the end.
    pub cursor: Option<String>,
}

/// An object of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Object {
    pub key: String,
    /// 0 where the listing does not say.
    pub bytes: u64,
    /// What changes with the bytes; empty where the listing does not say.
    pub etag: String,
    /// What the source says besides, as JSON.
    pub extra: String,
    /// Why it cannot be imported, where that is clear already.
    pub refused: Option<&'static str>,
}

/// What was got.
#[derive(Debug)]
pub(super) enum Got {
    /// Bytes, and their tag where the source says it.
    Bytes(Vec<u8>, Option<String>),
    /// The object is the one that was known.
    Same,
}

/// What came of a request to a source.
pub(super) type Tried<T> = std::result::Result<T, Trouble>;

/// Why nothing came.
#[derive(Debug)]
pub(super) enum Trouble {
    /// This object is not to be had; others may be.
    Object(String),
    /// The source does not answer as it should; it may do so later.
    Passing(Error),
    /// The source will not answer until somebody changes something.
    Lasting(Error),
    /// The job is over.
    Stopped(Error),
}

impl Trouble {
    /// An error of our side of the line.
    fn of(error: Error) -> Self {
        match error.kind() {
            Kind::Cancelled => Trouble::Stopped(error),
            Kind::Forbidden | Kind::Invalid | Kind::Unsupported => Trouble::Lasting(error),
            _ => Trouble::Passing(error),
        }
    }

    /// The same, for a caller who asks once.
    pub(super) fn error(self) -> Error {
        match self {
            Trouble::Object(reason) => Error::new(Kind::NotFound, reason),
            Trouble::Passing(error) | Trouble::Lasting(error) | Trouble::Stopped(error) => error,
        }
    }
}

/// The adapter of a source.
pub(super) fn open(
    fields: &SourceFields,
    credentials: Credentials,
    path: &str,
    shared: &Shared,
) -> Result<Arc<dyn Store>> {
    let client = || shared.client();
    Ok(match fields.kind.as_str() {
        "s3" => Arc::new(s3::S3::open(fields, credentials, path, client())?),
        "gcs" => Arc::new(gcs::Gcs::open(fields, credentials, path, client())?),
        "azure" => Arc::new(azure::Azure::open(fields, credentials, path, client())?),
        "http" => Arc::new(http::Web::open(fields, credentials, path, shared.fetcher.clone())?),
        "folder" => Arc::new(folder::Folder::open(fields, path, &shared.setup.folders)?),
        "images" => Arc::new(images::Images::open(fields, credentials, path, client())?),
        other => return Err(Error::invalid("kind", "a kind of source", other)),
    })
}

/// A field that its kind must have.
fn needed<'a>(name: &str, value: &'a Option<String>) -> Result<&'a str> {
    value.as_deref().ok_or_else(|| Error::invalid(name, "a value", "nothing"))
}
