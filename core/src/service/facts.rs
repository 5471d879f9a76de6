//! What delivery has to know of an image: read from the catalog once, then held in memory until a
//! purge is about it. A change of access, a removal and new bytes all purge.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Inner;
use crate::hosted::{account_tag, image_tag};
use crate::storage::results::{Kept, Label};
use crate::storage::Results;
use crate::{Error, Kind, Result};

/// What is known of an image.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ImageFacts {
    /// Whether it is shown by signed URLs only.
    pub private: bool,
    /// BLAKE3 of its bytes, in hex: which bytes these are.
    pub hash: String,
    /// When it was uploaded, in Unix milliseconds.
    pub uploaded: u64,
}

impl Inner {
    /// The facts of an image with bytes; `NotFound` for a draft as for none. `born` is the number
    /// of the log that was seen before.
    pub(super) fn facts(&self, account: &str, id: &str, born: u64) -> Result<ImageFacts> {
        let key = format!("{account}/{id}");
        if let Some(kept) = self.shelves.facts.get(&key) {
            if let Ok(facts) = serde_json::from_str(&kept.head) {
                return Ok(facts);
            }
        }
        let image = self.hosted.get(account, id)?;
        let missing = || Error::new(Kind::NotFound, "there is no such image");
        let blob = image.blob.filter(|_| image.draft.is_none()).ok_or_else(missing)?;
        let facts =
            ImageFacts { private: image.private, hash: blob.hash, uploaded: image.uploaded };
        let tags = vec![image_tag(account, id), account_tag(account)];
        let label = Label { tags, address: String::new(), born };
        let head = serde_json::to_string(&facts).unwrap_or_default();
        self.shelves.facts.put(&key, Arc::new(Kept { head, body: Arc::default(), label }));
        Ok(facts)
    }
}
