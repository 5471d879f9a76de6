//! Who has a folder of state: an advisory lock of the system on a file, which ends with its
//! process, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, Instant};

use super::failed;
use crate::{Error, Kind, Result};

/// How long to wait for somebody who is just closing.
const PATIENCE: Duration = Duration::from_secs(2);
/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Hold {
    /// The lock goes when the file is closed.
    _file: File,
    alone: bool,
}

impl Hold {
    /// Takes the lock of the file `path` for oneself, making the file where it is missing. `Busy`
    /// when somebody else has it, in this process or another, and keeps it for two seconds.
    pub fn alone(path: &Path) -> Result<Self> {
        let file = open(path)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Hold { _file: file, alone: true }),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => return Err(taken(path)),
                Err(TryLockError::Error(error)) if has_none(&error) => {
                    return Ok(Hold { _file: file, alone: false });
                }
                Err(TryLockError::Error(error)) => return Err(failed("locking the state", error)),
            }
        }
    }

    /// Shares the lock of the file `path`. Whoever finds nobody there runs `first` before anybody
    /// else gets in; so does everybody where the file system has no locks.
    pub fn shared(path: &Path, first: impl FnOnce() -> Result<()>) -> Result<Self> {
        let told = |error| failed("locking the state", error);
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => {
                first()?;
                file.unlock().map_err(told)?;
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) if has_none(&error) => {
                first()?;
                return Ok(Hold { _file: file, alone: false });
            }
            Err(TryLockError::Error(error)) => return Err(told(error)),
        }
        // Somebody else may be first by now; what they clear away is not ours yet.
        while let Err(error) = file.lock_shared() {
            if error.kind() != ErrorKind::Interrupted {
                return Err(told(error));
            }
        }
        Ok(Hold { _file: file, alone: false })
    }

    /// Whether it is certain that nobody else has it. Where the file system has no locks, nobody
    /// knows.
    pub fn is_alone(&self) -> bool {
        self.alone
    }
}

fn open(path: &Path) -> Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    file.map_err(|error| failed("opening the state", error))
}

fn has_none(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Unsupported
}

fn taken(path: &Path) -> Error {
    let message = "the state is open already, in another process or in a service that is not \
         closed: a SQLite catalog is for one at a time, PostgreSQL for many";
    Error::new(Kind::Busy, message).with_context(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::tests::Folder;

    #[test]
    fn one_is_alone_and_the_next_waits_for_one_that_closes() {
        let folder = Folder::new();
        let path = folder.0.join("lock");
        let first = Hold::alone(&path).unwrap();
        assert!(first.is_alone());
        let refused = Hold::alone(&path).unwrap_err();
        assert_eq!(refused.kind(), Kind::Busy);
        assert!(!refused.message().contains("lock"), "{refused}");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Hold::alone(&path));
            std::thread::sleep(PAUSE * 5);
            drop(first);
            assert!(second.join().unwrap().unwrap().is_alone());
        });
        assert!(Hold::alone(&folder.0.join("none/lock")).is_err());
    }

    #[test]
    fn only_who_finds_nobody_is_first() {
        let folder = Folder::new();
        let path = folder.0.join("lock");
        let share = || {
            let mut first = false;
            let hold = Hold::shared(&path, || {
                first = true;
                Ok(())
            });
            (hold.unwrap(), first)
        };
        let (one, first) = share();
        assert!(first && !one.is_alone());
        let (two, first) = share();
        assert!(!first);
        drop(one);
        let (three, first) = share();
        assert!(!first);
        drop((two, three));
        assert!(share().1);
    }

    #[test]
    fn a_first_one_that_fails_holds_nobody_up() {
        let folder = Folder::new();
        let path = folder.0.join("lock");
        let fails = || Err(Error::internal("no"));
        assert!(Hold::shared(&path, fails).is_err());
        assert!(Hold::alone(&path).unwrap().is_alone());
    }
}
