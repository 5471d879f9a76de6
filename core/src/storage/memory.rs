//! Originals in memory, for tests and for services that may forget.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{check_key, Originals};
use crate::{Error, Kind, Result};

/// Originals that last as long as the process.
#[derive(Debug, Default)]
pub struct MemoryOriginals(Mutex<HashMap<String, Vec<u8>>>);

impl MemoryOriginals {
    fn held(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Originals for MemoryOriginals {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        check_key(key)?;
        self.held().insert(key.to_owned(), bytes.to_owned());
        Ok(())
    }

    fn get(&self, key: &str, most: u64) -> Result<Vec<u8>> {
        let held = self.held();
        let missing = || Error::new(Kind::NotFound, "there is no such original");
        let bytes = held.get(key).ok_or_else(missing)?;
        match bytes.len() as u64 > most {
            true => Err(Error::too_large("source bytes", most, bytes.len())),
            false => Ok(bytes.clone()),
        }
    }

    fn delete(&self, key: &str) -> Result<()> {
        self.held().remove(key);
        Ok(())
    }

    fn keys(&self) -> Result<Vec<String>> {
        Ok(self.held().keys().cloned().collect())
    }
}
