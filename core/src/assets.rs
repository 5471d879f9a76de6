//! What a job needs besides its source: overlay pictures and fonts, given by the host.
//!
//! Core opens no socket and no file: options name an asset, and the host supplies its bytes under
//! that name before the job starts.

use std::collections::BTreeMap;
use std::sync::Arc;

#[cfg(feature = "codecs")]
use crate::{Error, Kind, Result};

/// Bytes by name. Clones share the bytes.
#[derive(Debug, Clone, Default)]
pub struct Assets(BTreeMap<String, Arc<[u8]>>);

impl Assets {
    /// No assets.
    pub const fn new() -> Self {
        Assets(BTreeMap::new())
    }

    /// Gives `bytes` the name that options call them by: a URL or any other text.
    pub fn insert(&mut self, name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.0.insert(name.into(), bytes.into());
    }

    /// The bytes called `name`.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(AsRef::as_ref)
    }

    /// The bytes called `name`, or `NotFound` with the name.
    #[cfg(feature = "codecs")]
    pub(crate) fn require(&self, name: &str) -> Result<&[u8]> {
        let shown: String = name.chars().take(200).flat_map(char::escape_default).collect();
        let missing = || Error::new(Kind::NotFound, format!("asset \"{shown}\" was not given"));
        self.get(name).ok_or_else(missing)
    }
}
