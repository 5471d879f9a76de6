//! Where the pictures of transform URLs come from, and which version of each there is now.

use std::sync::Arc;
use std::time::SystemTime;

use super::config::SourcesConfig;
use super::files::{LocalFile, Root};
use super::respond::Failure;
use crate::delivery::{Situation, Stage};
use crate::url::{self, SourceRef};
use crate::{Error, Job, Result};

/// The sources that may be read.
pub(super) struct Sources {
    root: Option<Root>,
}

/// A source that may be read, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// Names of folders and file below the root.
    Local(Vec<String>),
}

/// A source as it is now, not read yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// Changes whenever the bytes do.
    pub version: String,
    /// When it was changed last.
    pub modified: Option<SystemTime>,
    /// Its `Cache-Control`, where it has one.
    pub cache_control: Option<String>,
    /// By what results made from it can be purged.
    pub tags: Vec<String>,
    /// Whether results made from it may be kept.
    pub keep: bool,
}

/// Why there are no bytes.
pub(super) enum Unread {
    /// There is another version by now.
    Changed,
    /// It cannot be read.
    Failed(Failure),
}

impl Sources {
    pub(super) fn open(config: &SourcesConfig) -> Result<Self> {
        let root = config.folder.as_deref().map(Root::open).transpose()?;
        Ok(Sources { root })
    }

    /// Whether there is a folder that paths lead to.
    pub(super) fn has_folder(&self) -> bool {
        self.root.is_some()
    }

    /// Where a source lies, if it may be read. `any_host` takes the path of any URL.
    pub(super) fn place(
        &self,
        source: &SourceRef,
        any_host: bool,
    ) -> std::result::Result<Place, Failure> {
        let path = match source {
            SourceRef::Path(path) => path.as_str(),
            SourceRef::Remote { url, .. } if any_host => path_of(url),
            SourceRef::Remote { .. } => {
                let text = "transformation origin is not in allowed origins list";
                return Err(Failure::told(Situation::OriginNotAllowed, text));
            }
        };
        let segments = url::local_path(path).map_err(|error| Failure::new(&error, Stage::Url))?;
        Ok(Place::Local(segments))
    }

    /// The version that there is now.
    pub(super) fn find(&self, place: &Place, _job: &Job) -> std::result::Result<Found, Failure> {
        let Place::Local(segments) = place;
        let file = self.file(segments).map_err(|error| Failure::new(&error, Stage::Source))?;
        Ok(Found {
            version: file.tag(),
            modified: file.modified(),
            cache_control: None,
            tags: Vec::new(),
            keep: true,
        })
    }

    /// The bytes of `version`, at most `limit`.
    pub(super) fn read(
        &self,
        place: &Place,
        version: &str,
        limit: u64,
        _job: &Job,
    ) -> std::result::Result<Arc<Vec<u8>>, Unread> {
        let Place::Local(segments) = place;
        let failed = |error: Error| Unread::Failed(Failure::new(&error, Stage::Source));
        let file = self.file(segments).map_err(failed)?;
        if file.tag() != version {
            return Err(Unread::Changed);
        }
        file.read(limit).map(Arc::new).map_err(failed)
    }

    /// A file of the folder.
    pub(super) fn file(&self, segments: &[String]) -> Result<LocalFile> {
        let missing = || Error::new(crate::Kind::NotFound, "there is no such picture");
        self.root.as_ref().ok_or_else(missing)?.find(segments)
    }
}

impl Place {
    /// What results are kept under, besides the version.
    pub(super) fn name(&self) -> String {
        let Place::Local(segments) = self;
        format!("file:{}", segments.join("/"))
    }

    /// Host and path, for purges. A folder stands for every host.
    pub(super) fn address(&self) -> String {
        let Place::Local(segments) = self;
        format!("/{}", segments.join("/"))
    }
}

/// The path of an absolute URL.
fn path_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url[authority..].find('/').map_or("/", |at| &url[authority + at..])
}
