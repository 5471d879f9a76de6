//! A folder of sources. Nothing outside of it is ever opened, whatever the path or a link says.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use crate::{Error, Kind, Result};

/// The folder.
#[derive(Debug)]
pub(super) struct Root {
    /// Canonical, so that it can be compared with canonical paths.
    folder: PathBuf,
}

/// An opened file. Time and size belong to the file that is open, even when another one takes its
/// place meanwhile.
#[derive(Debug)]
pub(super) struct LocalFile {
    file: File,
    size: u64,
    modified: Option<SystemTime>,
}

impl Root {
    /// Opens a folder that can be read.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let told = |error: io::Error| {
            let context = format!("{}: {error}", folder.display());
            Error::invalid("sources.folder", "a folder", "something else").with_context(context)
        };
        let real = fs::canonicalize(folder).map_err(told)?;
        // A clear error at the start is better than a 404 for everything.
        fs::read_dir(&real).map_err(told)?;
        Ok(Root { folder: real })
    }

    /// Opens the file whose path has these segments.
    pub(super) fn find(&self, segments: &[String]) -> Result<LocalFile> {
        let path = self.resolve(segments).ok_or_else(not_found)?;
        let opened = LocalFile::open(&path)
            .map_err(|error| not_found().with_context(format!("{}: {error}", path.display())))?;
        opened.ok_or_else(not_found)
    }

    /// The real path of a file, if it lies in the folder. A link that leads out does not count.
    fn resolve(&self, segments: &[String]) -> Option<PathBuf> {
        if segments.is_empty() || !segments.iter().all(|segment| is_plain_name(segment)) {
            return None;
        }
        let mut path = self.folder.clone();
        path.extend(segments);
        let real = fs::canonicalize(path).ok()?;
        real.starts_with(&self.folder).then_some(real)
    }
}

/// One name that the system takes as exactly that name, and that is not hidden.
fn is_plain_name(segment: &str) -> bool {
    let mut parts = Path::new(segment).components();
    let first = parts.next();
    let one = matches!(first, Some(Component::Normal(name)) if name == segment);
    one && parts.next().is_none() && !segment.starts_with('.') && !segment.contains(['\0', '\\'])
}

impl LocalFile {
    /// `None` when there is something else than a file: opening a pipe would wait for ever.
    fn open(path: &Path) -> io::Result<Option<Self>> {
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let file = File::open(path)?;
        let found: Metadata = file.metadata()?;
        let modified = found.modified().ok();
        Ok(found.is_file().then_some(LocalFile { file, size: found.len(), modified }))
    }

    /// When it was changed last.
    pub(super) fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// Reads at most `limit` bytes; more is an error.
    pub(super) fn read(self, limit: u64) -> Result<Vec<u8>> {
        if self.size > limit {
            return Err(Error::too_large("source bytes", limit, self.size));
        }
        let mut data = Vec::with_capacity(self.size as usize);
        self.file.take(limit.saturating_add(1)).read_to_end(&mut data).map_err(|error| {
            Error::new(Kind::Storage, "the source cannot be read").with_context(error.to_string())
        })?;
        match data.len() as u64 > limit {
            true => Err(Error::too_large("source bytes", limit, data.len())),
            false => Ok(data),
        }
    }

    /// Changes whenever the file does: size and time of the last change.
    pub(super) fn tag(&self) -> String {
        let since = self.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        format!("{:x}-{:x}", since.unwrap_or_default().as_nanos(), self.size)
    }
}

fn not_found() -> Error {
    Error::new(Kind::NotFound, "there is no such picture")
}
