//! A folder of this machine, walked in the order of its paths. Nothing outside of it is opened,
//! and no link is followed.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use super::wire::too_large;
use super::{needed, Got, Listed, Object, Store, Tried, Trouble};
use crate::import::source::SourceFields;
use crate::storage::catalog::ImportItem;
use crate::{Error, Job, Kind, Result};

/// Files of one page.
const PAGE: usize = 4000;

pub(in crate::import) struct Folder {
    root: PathBuf,
    path: String,
}

/// The real path of a folder, if it is one of `folders` or lies in one.
pub(in crate::import) fn allowed(folder: &str, folders: &[PathBuf]) -> Result<PathBuf> {
    let refused = || Error::new(Kind::Forbidden, "folder: not one that imports.folders allows");
    let real = fs::canonicalize(folder).map_err(|_| refused())?;
    let within = |allowed: &PathBuf| fs::canonicalize(allowed).is_ok_and(|it| real.starts_with(it));
    match real.is_dir() && folders.iter().any(within) {
        true => Ok(real),
        false => Err(refused()),
    }
}

impl Folder {
    pub(super) fn open(fields: &SourceFields, path: &str, folders: &[PathBuf]) -> Result<Self> {
        let root = allowed(needed("folder", &fields.folder)?, folders)?;
        Ok(Folder { root, path: path.to_owned() })
    }

    /// Adds the files below `folder`, whose keys begin with `above`, that come after `after`.
    fn walk(
        &self,
        folder: &Path,
        above: &str,
        after: &str,
        found: &mut Vec<Object>,
    ) -> io::Result<()> {
        for entry in entries(folder)? {
            if found.len() > PAGE {
                return Ok(());
            }
            let key = format!("{above}{}", entry.name);
            if entry.folder {
                // Keys below sort behind the folder's own; whole folders are passed over.
                let below = format!("{key}/");
                let wanted = below.starts_with(&self.path) || self.path.starts_with(&below);
                if wanted && (*below > *after || after.starts_with(&below)) {
                    match self.walk(&entry.path, &below, after, found) {
                        // It went away, or is closed to us: its files are not there.
                        Err(error) if error.kind() != ErrorKind::NotFound => {
                            let refused = Some("the folder cannot be read");
                            found.push(Object { key: below, refused, ..Object::default() });
                        }
                        _ => {}
                    }
                }
            } else if *key > *after && key.starts_with(&self.path) {
                found.push(object(key, &entry));
            }
        }
        Ok(())
    }

    fn read(&self, key: &str, most: u64) -> io::Result<Option<(Vec<u8>, String)>> {
        let path = Path::new(key);
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let real = fs::canonicalize(self.root.join(path))?;
        if !plain || !real.starts_with(&self.root) || !fs::metadata(&real)?.is_file() {
            return Err(ErrorKind::NotFound.into());
        }
        let file = File::open(real)?;
        let facts = file.metadata()?;
        let mut bytes = Vec::with_capacity(facts.len().min(most) as usize);
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= most).then(|| (bytes, tag(&facts))))
    }
}

/// One entry of a folder.
struct Entry {
    name: String,
    path: PathBuf,
    folder: bool,
    refused: Option<&'static str>,
}

/// The entries of a folder, in the order that the keys below them have.
fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(kind) = entry.file_type() else { continue };
        let name = entry.file_name();
        let refused = match (name.to_str().is_some(), kind.is_symlink()) {
            (false, _) => Some("its name is no UTF-8"),
            (true, true) => Some("it is a link"),
            _ if !kind.is_dir() && !kind.is_file() => Some("it is no file"),
            _ => None,
        };
        let folder = kind.is_dir() && refused.is_none();
        let name = name.to_string_lossy().into_owned();
        entries.push(Entry { name, path: entry.path(), folder, refused });
    }
    let order = |entry: &Entry| entry.name.clone() + if entry.folder { "/" } else { "" };
    entries.sort_by_cached_key(order);
    Ok(entries)
}

fn object(key: String, entry: &Entry) -> Object {
    let facts = fs::symlink_metadata(&entry.path).ok().filter(|_| entry.refused.is_none());
    let (bytes, etag) = facts.map_or((0, String::new()), |facts| (facts.len(), tag(&facts)));
    Object { key, bytes, etag, refused: entry.refused, ..Object::default() }
}

/// Changes whenever the file does: its size, and when it was changed last.
fn tag(facts: &fs::Metadata) -> String {
    let since = facts.modified().ok();
    let since = since.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    format!("{:x}-{:x}", since.unwrap_or_default().as_nanos(), facts.len())
}

impl Store for Folder {
    fn list(&self, cursor: &str, job: &Job) -> Tried<Listed> {
        job.check().map_err(Trouble::Stopped)?;
        let mut objects = Vec::new();
        self.walk(&self.root, "", cursor, &mut objects).map_err(|error| {
            let told = Error::new(Kind::Storage, "the folder cannot be read");
            Trouble::Lasting(told.with_context(error.to_string()))
        })?;
        let more = objects.len() > PAGE;
        objects.truncate(PAGE);
        let cursor = objects.last().filter(|_| more).map(|last| last.key.clone());
        Ok(Listed { objects, cursor })
    }

    fn get(&self, item: &ImportItem, _: &str, most: u64, job: &Job) -> Tried<Got> {
        job.check().map_err(Trouble::Stopped)?;
        match self.read(&item.key, most) {
            Ok(Some((bytes, tag))) => Ok(Got::Bytes(bytes, Some(tag))),
            Ok(None) => Err(too_large(most)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Trouble::Object("it is not there any more".to_owned()))
            }
            Err(_) => Err(Trouble::Object("it cannot be read".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::fresh_key;

    #[test]
    fn files_are_found_in_order_once_and_nothing_outside_is_read() {
        let root = std::env::temp_dir().join(format!("safelight-{}", fresh_key().unwrap()));
        for name in ["b/x", "b.jpg", "a/é +%.png", "a/deep/er/1", "c"] {
            let path = root.join("in").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        fs::write(root.join("secret"), "hush").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("secret"), root.join("in/link")).unwrap();
        let inside = root.join("in").to_string_lossy().into_owned();
        assert!(allowed(&inside, &[]).is_err());
        assert!(allowed(&root.to_string_lossy(), &[root.join("in")]).is_err());
        let open = |path: &str| {
            let fields = SourceFields { folder: Some(inside.clone()), ..SourceFields::default() };
            Folder::open(&fields, path, std::slice::from_ref(&root)).unwrap()
        };
        let (job, store) = (Job::default(), open(""));
        let listed = store.list("", &job).unwrap();
        let keys: Vec<&str> = listed.objects.iter().map(|it| it.key.as_str()).collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        assert_eq!(keys, sorted);
        assert_eq!(keys.iter().filter(|key| **key != "link").count(), 5);
        for (at, key) in keys.iter().enumerate() {
            let rest = store.list(key, &job).unwrap().objects;
            assert_eq!(rest.len(), keys.len() - at - 1, "behind {key}");
        }
        let under = open("a/").list("", &job).unwrap().objects;
        assert_eq!(under.len(), 2);
        let get = |key: &str| {
            store.get(&ImportItem { key: key.into(), ..ImportItem::default() }, "", 100, &job)
        };
        assert!(
            matches!(get("a/é +%.png"), Ok(Got::Bytes(bytes, Some(_))) if bytes == "a/é +%.png".as_bytes())
        );
        for outside in ["../secret", "link", "a", "/etc/passwd", "a/../../secret"] {
            assert!(get(outside).is_err(), "{outside}");
        }
        fs::remove_dir_all(root).unwrap();
    }
}
