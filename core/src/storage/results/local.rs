//! Results in memory and, below that, in files of one folder.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::shelf::Shelf;
use super::{file, Kept, Label, Results, Selector, Usage};
use crate::storage::{failed, fresh_key, Disk};
use crate::Result;

/// Purges that are remembered for results that are being made.
const MOST_PURGES: usize = 1024;
const PART: &str = ".part";

/// Results of this machine.
pub struct LocalResults {
    held: Mutex<Held>,
    files: Option<Files>,
}

struct Files {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
}

struct Held {
    memory: Shelf<Arc<Kept>>,
    files: Shelf<Filed>,
    purges: VecDeque<(u64, Selector)>,
    /// Purges up to this number are no longer remembered.
    forgotten: u64,
}

struct Filed {
    path: PathBuf,
    label: Label,
}

impl LocalResults {
    /// Keeps at most `memory` bytes in memory and nothing on disk.
    pub fn in_memory(memory: u64) -> Self {
        let held = Held {
            memory: Shelf::new(memory),
            files: Shelf::new(0),
            purges: VecDeque::new(),
            forgotten: 0,
        };
        LocalResults { held: Mutex::new(held), files: None }
    }

    /// Keeps at most `most` bytes of files in `folder` as well, and finds those that are there.
    pub fn open(memory: u64, folder: &Path, most: u64, disk: Arc<dyn Disk>) -> Result<Self> {
        let mut results = Self::in_memory(memory);
        results.held().files = Shelf::new(most);
        let told = |error| failed("opening the results", error);
        disk.make_folder(folder).map_err(told)?;
        for found in disk.list(folder).map_err(told)?.into_iter().filter(|found| !found.folder) {
            let path = folder.join(&found.name);
            let whole = disk
                .read(&path, 8 + file::MOST_HEAD)
                .ok()
                .and_then(|start| file::open(&start))
                .filter(|opened| opened.length == found.size && !found.name.ends_with(PART));
            let gone = match whole {
                Some(opened) => {
                    let filed = Filed { path, label: opened.label };
                    results.held().files.put(&opened.key, filed, found.size)
                }
                None => vec![Filed { path, label: Label::default() }],
            };
            for filed in gone {
                disk.remove(&filed.path).map_err(told)?;
            }
        }
        results.files = Some(Files { folder: folder.to_owned(), disk });
        Ok(results)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The result in the file of `key`. A file that is not what was written is removed.
    fn read_file(&self, key: &str) -> Option<Kept> {
        let files = self.files.as_ref()?;
        let path = self.held().files.get(key)?.path.clone();
        let read = files.disk.read(&path, u64::MAX).ok().and_then(|bytes| file::read(key, bytes));
        if read.is_none() {
            let gone = self.held().files.remove(key);
            files.remove(gone);
        }
        read
    }

    fn to_file(&self, key: &str, kept: &Kept) {
        let Some(files) = &self.files else { return };
        let Some([start, end]) = file::write(key, kept) else { return };
        let bytes = (start.len() + kept.body.len() + end.len()) as u64;
        let Ok(name) = fresh_key() else { return };
        if !self.held().files.fits(bytes) {
            return;
        }
        let (part, path) = (files.folder.join(format!("{name}{PART}")), files.folder.join(&name));
        if files.disk.write(&part, &[&start, &kept.body, &end]).is_err() {
            let _ = files.disk.remove(&part);
            return;
        }
        let mut held = self.held();
        if !held.admits(&kept.label) || files.disk.rename(&part, &path).is_err() {
            let _ = files.disk.remove(&part);
            return;
        }
        let filed = Filed { path, label: kept.label.clone() };
        let gone = held.files.put(key, filed, bytes);
        files.remove(gone);
    }
}

impl Files {
    /// A file that stays although it should not is found by no key, and goes when the folder is
    /// opened next.
    fn remove(&self, gone: impl IntoIterator<Item = Filed>) -> usize {
        let each = gone.into_iter().map(|filed| {
            let _ = self.disk.remove(&filed.path);
        });
        each.count()
    }
}

impl Held {
    /// Whether no purge is about a result with this label.
    fn admits(&self, label: &Label) -> bool {
        let purged =
            |(seq, selector): &(u64, Selector)| label.born < *seq && selector.is_about(label);
        label.born >= self.forgotten && !self.purges.iter().any(purged)
    }

    fn remember(&mut self, selector: &Selector, seq: u64) {
        self.purges.push_back((seq, selector.clone()));
        if self.purges.len() > MOST_PURGES {
            if let Some((seq, _)) = self.purges.pop_front() {
                self.forgotten = self.forgotten.max(seq);
            }
        }
    }
}

impl Results for LocalResults {
    fn get(&self, key: &str) -> Option<Arc<Kept>> {
        if let Some(kept) = self.held().memory.get(key) {
            return Some(kept.clone());
        }
        let kept = Arc::new(self.read_file(key)?);
        let mut held = self.held();
        if !held.admits(&kept.label) {
            return None;
        }
        let bytes = kept.bytes() + key.len() as u64;
        if held.memory.fits(bytes) {
            held.memory.put(key, kept.clone(), bytes);
        }
        Some(kept)
    }

    fn put(&self, key: &str, kept: Arc<Kept>) {
        let bytes = kept.bytes() + key.len() as u64;
        let mut held = self.held();
        if !held.admits(&kept.label) {
            return;
        }
        if held.memory.fits(bytes) {
            held.memory.put(key, kept.clone(), bytes);
        }
        drop(held);
        self.to_file(key, &kept);
    }

    fn purge(&self, selector: &Selector, seq: u64) -> usize {
        let mut held = self.held();
        held.remember(selector, seq);
        let meant = |label: &Label| label.born < seq && selector.is_about(label);
        let gone = held.memory.take(|kept| meant(&kept.label)).len();
        let filed = held.files.take(|filed| meant(&filed.label));
        drop(held);
        let count = filed.len();
        if let Some(files) = &self.files {
            files.remove(filed);
        }
        gone.max(count)
    }

    fn forget_before(&self, seq: u64) {
        self.purge(&Selector::All, seq);
        let mut held = self.held();
        held.forgotten = held.forgotten.max(seq);
    }

    fn usage(&self) -> Usage {
        let held = self.held();
        Usage {
            memory_entries: held.memory.len(),
            memory_bytes: held.memory.bytes(),
            disk_entries: held.files.len(),
            disk_bytes: held.files.bytes(),
        }
    }
}
