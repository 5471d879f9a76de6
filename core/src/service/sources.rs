//! Where the pictures of transform URLs come from, and which version of each there is now.

use std::sync::Arc;
use std::time::SystemTime;

use super::config::Config;
use super::files::{LocalFile, Root};
use super::remote::{Remote, Wanted};
use super::respond::Failure;
use super::stores::Shelves;
use crate::delivery::{Situation, Stage};
use crate::fetch::{Fetcher, Origins, Target};
use crate::url::{self, SourceRef};
use crate::{Error, Job, Kind, Result};

/// The sources that may be read.
pub(super) struct Sources {
    root: Option<Root>,
    remote: Remote,
    /// What the configuration allows; `None` for anything.
    origins: Option<Vec<String>>,
    /// Whether sources may come without TLS.
    http: bool,
    /// Host and port of our own: its paths lead to the folder.
    own: Option<String>,
    most: u64,
}

/// A source that may be read, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// Names of folders and file below the root.
    Local(Vec<String>),
    /// A URL, and what its server is to be told.
    Remote { url: String, address: String, headers: Vec<(String, String)> },
}

/// A source as it is now.
#[derive(Clone, Default)]
pub(super) struct Found {
    /// Changes whenever the bytes do.
    pub version: String,
    /// Its `ETag`, where its server gave one.
    pub etag: Option<String>,
    /// When it was changed last.
    pub modified: Option<SystemTime>,
    /// Its `Cache-Control`, where it has one.
    pub cache_control: Option<String>,
    /// By what results made from it can be purged.
    pub tags: Vec<String>,
    /// Whether it, and what is made from it, may be kept.
    pub keep: bool,
    /// The bytes, where they came along.
    pub bytes: Option<Arc<Vec<u8>>>,
}

/// Who reads a source.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// Hosts that the account allows besides those of the configuration.
    pub allowed: &'a [String],
    /// The newest number of the log that was seen.
    pub born: u64,
    pub job: &'a Job,
}

/// Why there are no bytes.
pub(super) enum Unread {
    /// There is another version by now.
    Changed,
    /// It cannot be read.
    Failed(Failure),
}

type Read<T> = std::result::Result<T, Failure>;

impl Sources {
    pub(super) fn open(config: &Config, fetcher: Fetcher, shelves: Arc<Shelves>) -> Result<Self> {
        let sources = &config.sources;
        let base = config.base_url.as_deref().and_then(|base| base.split_once("://"));
        let list = sources.allowed_origins.clone();
        // What cannot be read is told at the start.
        Origins::read(list.iter().map(String::as_str))?;
        Ok(Sources {
            root: sources.folder.as_deref().map(Root::open).transpose()?,
            remote: Remote::new(fetcher, shelves),
            origins: (!sources.any).then_some(list),
            http: sources.http,
            own: base.map(|(_, host)| host.to_ascii_lowercase()),
            most: config.limits.source_bytes,
        })
    }

    /// Whether there is a folder that paths lead to.
    pub(super) fn has_folder(&self) -> bool {
        self.root.is_some()
    }

    /// The fetcher, for what is no source.
    pub(super) fn fetcher(&self) -> &Fetcher {
        self.remote.fetcher()
    }

    /// Where a source lies. `any_host` takes the path of any URL; `headers` are for its server.
    pub(super) fn place(
        &self,
        source: &SourceRef,
        any_host: bool,
        headers: Vec<(String, String)>,
    ) -> Read<Place> {
        let path = match source {
            SourceRef::Path(path) => path.as_str(),
            SourceRef::Remote { url, .. } if any_host => path_of(url),
            SourceRef::Remote { url, .. } => {
                if self.root.is_none() || self.own.as_deref() != host_of(url).as_deref() {
                    return self.remote_place(url, headers);
                }
                path_of(url)
            }
        };
        let segments = url::local_path(path).map_err(|error| Failure::new(&error, Stage::Url))?;
        Ok(Place::Local(segments))
    }

    fn remote_place(&self, url: &str, headers: Vec<(String, String)>) -> Read<Place> {
        let target = Target::read(url).map_err(Failure::situation)?;
        if !target.https && !self.http {
            return Err(Failure::situation(Situation::UrlNotFetchable));
        }
        let url = target.url();
        let address = url.split_once("://").map_or("", |(_, rest)| rest).to_owned();
        Ok(Place::Remote { url, address, headers })
    }

    /// The version that there is now.
    pub(super) fn find(&self, place: &Place, reader: Reader<'_>) -> Read<Found> {
        let file = match place {
            Place::Local(segments) => self.file(segments),
            Place::Remote { .. } => {
                let origins = self.origins(reader.allowed)?;
                self.check(place, origins.as_ref())?;
                let wanted = self.wanted(place, origins.as_ref(), reader.born);
                return self.remote.find(&wanted, reader.job);
            }
        };
        let file = file.map_err(|error| Failure::new(&error, Stage::Source))?;
        let (version, modified) = (file.tag(), file.modified());
        Ok(Found { version, modified, keep: true, ..Found::default() })
    }

    /// The bytes of `version`.
    pub(super) fn read(
        &self,
        place: &Place,
        version: &str,
        reader: Reader<'_>,
    ) -> std::result::Result<Arc<Vec<u8>>, Unread> {
        let failed = |error: Error| Unread::Failed(Failure::new(&error, Stage::Source));
        let segments = match place {
            Place::Local(segments) => segments,
            Place::Remote { .. } => {
                let origins = self.origins(reader.allowed).map_err(Unread::Failed)?;
                let wanted = self.wanted(place, origins.as_ref(), reader.born);
                return self.remote.read(&wanted, version, reader.job);
            }
        };
        let file = self.file(segments).map_err(failed)?;
        if file.tag() != version {
            return Err(Unread::Changed);
        }
        file.read(self.most).map(Arc::new).map_err(failed)
    }

    fn wanted<'a>(&self, place: &'a Place, origins: Option<&'a Origins>, born: u64) -> Wanted<'a> {
        let most = self.most;
        match place {
            Place::Local(_) => Wanted { url: "", address: "", origins, headers: &[], born, most },
            Place::Remote { url, address, headers } => {
                Wanted { url, address, origins, headers, born, most }
            }
        }
    }

    /// Everything that may be fetched from; `None` for anything.
    fn origins(&self, more: &[String]) -> Read<Option<Origins>> {
        let Some(list) = &self.origins else { return Ok(None) };
        let entries = list.iter().chain(more).map(String::as_str);
        let origins = Origins::read(entries.chain(self.own.as_deref()));
        origins.map(Some).map_err(|error| Failure::new(&error, Stage::Source))
    }

    /// What was kept before must still be allowed.
    fn check(&self, place: &Place, origins: Option<&Origins>) -> Read<()> {
        let Place::Remote { url, .. } = place else { return Ok(()) };
        let target = Target::read(url).map_err(Failure::situation)?;
        match origins.is_some_and(|origins| !origins.allow(&target)) {
            true => {
                let text = "transformation origin is not in allowed origins list";
                Err(Failure::told(Situation::OriginNotAllowed, text))
            }
            false => Ok(()),
        }
    }

    /// A file of the folder.
    pub(super) fn file(&self, segments: &[String]) -> Result<LocalFile> {
        let missing = || Error::new(Kind::NotFound, "there is no such picture");
        self.root.as_ref().ok_or_else(missing)?.find(segments)
    }
}

impl Place {
    /// What results are kept under, besides the version.
    pub(super) fn name(&self) -> String {
        match self {
            Place::Local(segments) => format!("file:{}", segments.join("/")),
            Place::Remote { url, .. } => url.clone(),
        }
    }

    /// Host and path, for purges. A folder stands for every host.
    pub(super) fn address(&self) -> String {
        match self {
            Place::Local(segments) => format!("/{}", segments.join("/")),
            Place::Remote { address, .. } => address.clone(),
        }
    }
}

impl Found {
    /// What clients recognise it by: the tag of its server, or what we know of the bytes.
    pub(super) fn tag(&self) -> &str {
        self.etag.as_deref().unwrap_or(&self.version)
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("version", &self.version).finish_non_exhaustive()
    }
}

/// The path of an absolute URL.
fn path_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url[authority..].find('/').map_or("/", |at| &url[authority + at..])
}

/// Host and port of an absolute URL, in lower case.
fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    Some(rest.split(['/', '?']).next()?.to_ascii_lowercase())
}
