//! The few things that stores ask of a file system, one by one, so that a test can let any of
//! them fail.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Bytes, for a file.
    pub size: u64,
    /// Whether it is a folder.
    pub folder: bool,
}

/// A file system.
pub trait Disk: Send + Sync {
    /// Makes a folder and those above it; one that is there is fine.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Writes a whole file.
    fn write(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()>;
    /// Makes a file's bytes survive a loss of power.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder's entries survive a loss of power.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name, in place of what has that name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Reads the first `most` bytes of a file.
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>>;
    /// The entries of a folder, in no order.
    fn list(&self, path: &Path) -> io::Result<Vec<Found>>;
}

/// The file system of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn write(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        let mut file = File::create(path)?;
        parts.iter().try_for_each(|part| file.write_all(part))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        // Windows flushes only what is open for writing.
        fs::OpenOptions::new().write(true).open(path)?.sync_all()
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        File::open(path)?.sync_all()?;
        // Elsewhere a folder cannot be opened as a file, and renames are journalled.
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        let size = file.metadata()?.len().min(most);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Found>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // What is removed meanwhile is not there.
            let Ok(facts) = entry.metadata() else { continue };
            found.push(Found { name, size: facts.len(), folder: facts.is_dir() });
        }
        Ok(found)
    }
}
