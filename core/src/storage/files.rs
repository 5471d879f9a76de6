//! Originals as files: `<root>/<first two digits>/<key>`.
//!
//! Bytes are written and synced under `incoming/`, then renamed, then the folder is synced. What
//! lies in `incoming/` when a store is opened and nobody else has it was never acknowledged and is
//! removed. The file `lock` says whether somebody has it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{check_key, failed, Disk, Hold, Originals};
use crate::{Error, Kind, Result};

const INCOMING: &str = "incoming";
const LOCK: &str = "lock";

/// Originals in a folder of this machine.
pub struct FileOriginals {
    root: PathBuf,
    disk: Arc<dyn Disk>,
    _hold: Hold,
}

impl FileOriginals {
    /// Opens `root`, making it where it is missing. Nodes of a cluster may share one, where the
    /// file system that they share has locks.
    pub fn open(root: &Path, disk: Arc<dyn Disk>) -> Result<Self> {
        let incoming = root.join(INCOMING);
        let told = |error| failed("opening the originals", error);
        disk.make_folder(&incoming).map_err(told)?;
        disk.sync_folder(root).map_err(told)?;
        let clear = || -> Result<()> {
            for left in disk.list(&incoming).map_err(told)? {
                disk.remove(&incoming.join(left.name)).map_err(told)?;
            }
            Ok(())
        };
        let hold = Hold::shared(&root.join(LOCK), clear)?;
        Ok(FileOriginals { root: root.to_owned(), disk, _hold: hold })
    }

    fn folder(&self, key: &str) -> PathBuf {
        self.root.join(&key[..2])
    }

    fn write(&self, key: &str, bytes: &[u8]) -> std::io::Result<()> {
        let (incoming, folder) = (self.root.join(INCOMING).join(key), self.folder(key));
        let place = folder.join(key);
        let written = self
            .disk
            .write(&incoming, &[bytes])
            .and_then(|()| self.disk.sync(&incoming))
            .and_then(|()| self.disk.make_folder(&folder))
            .and_then(|()| self.disk.sync_folder(&self.root))
            .and_then(|()| self.disk.rename(&incoming, &place));
        if written.is_err() {
            // Best effort: opening the store removes it as well.
            let _ = self.disk.remove(&incoming);
            return written;
        }
        // Where this fails the file may or may not survive: its caller must not count on it.
        self.disk.sync_folder(&folder)
    }
}

impl Originals for FileOriginals {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        check_key(key)?;
        self.write(key, bytes).map_err(|error| failed("keeping the original", error))
    }

    fn get(&self, key: &str, most: u64) -> Result<Vec<u8>> {
        check_key(key)?;
        let path = self.folder(key).join(key);
        match self.disk.read(&path, most.saturating_add(1)) {
            Ok(bytes) if bytes.len() as u64 > most => {
                Err(Error::too_large("source bytes", most, "more"))
            }
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Error::new(Kind::NotFound, "there is no such original"))
            }
            Err(error) => Err(failed("reading the original", error)),
        }
    }

    fn delete(&self, key: &str) -> Result<()> {
        check_key(key)?;
        let folder = self.folder(key);
        match self.disk.remove(&folder.join(key)) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed("removing the original", error)),
        }
        self.disk.sync_folder(&folder).map_err(|error| failed("removing the original", error))
    }

    fn keys(&self) -> Result<Vec<String>> {
        let list = |path: &Path| {
            self.disk.list(path).map_err(|error| failed("listing the originals", error))
        };
        let mut keys = Vec::new();
        for folder in list(&self.root)?.into_iter().filter(|found| found.folder) {
            keys.extend(list(&self.root.join(folder.name))?.into_iter().map(|found| found.name));
        }
        Ok(keys)
    }
}
