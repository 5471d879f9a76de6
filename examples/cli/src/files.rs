//! Reading and writing without surprises: bounded reads, whole files or none, never the source.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use safelight::Limits;

use crate::report::Failure;

/// Whether `path` means standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a picture: a file, or standard input for `-`.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    let read = || -> io::Result<Vec<u8>> {
        // One byte over the limit is enough for the library to refuse it by name.
        let most = limits.source_bytes.saturating_add(1);
        let mut data = Vec::new();
        if is_standard(path) {
            io::stdin().lock().take(most).read_to_end(&mut data)?;
        } else {
            File::open(path)?.take(most).read_to_end(&mut data)?;
        }
        Ok(data)
    };
    read().map_err(|error| Failure::of(path, plain(&error)))
}

/// Writes a whole file or none: a temporary file beside it is renamed into place. What is not an
/// ordinary file (a pipe, a device) is written to as it is.
pub(crate) fn write(path: &Path, data: &[u8]) -> Result<(), Failure> {
    write_whole(path, data).map_err(|error| Failure::of(path, plain(&error)))
}

fn write_whole(path: &Path, data: &[u8]) -> io::Result<()> {
    let target = match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            return OpenOptions::new().write(true).open(path)?.write_all(data)
        }
        // A link is written through, not replaced.
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_owned(),
    };
    let temporary = temporary_beside(&target);
    let outcome = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary)
        .and_then(|mut file| file.write_all(data))
        .and_then(|()| fs::rename(&temporary, &target));
    if outcome.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    outcome
}

fn temporary_beside(target: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    target.with_file_name(name)
}

/// Whether two paths are one file, by whatever names.
pub(crate) fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(a), Ok(b)) => a.is_file() && same_node(&a, &b) || same_path(one, other),
        _ => false,
    }
}

fn same_path(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(unix)]
fn same_node(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn same_node(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    false
}

/// The system's words without its error number.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string().to_lowercase();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
