//! A result as a file: four letters, the length of a head, the head as JSON, the body, and BLAKE3
//! of all that. A file that a crash cut short, or that a disk changed, is told by its hash.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::{Kept, Label};

const MAGIC: &[u8; 4] = b"SLR1";
const HASH: usize = 32;
/// Longest head, in bytes.
pub(super) const MOST_HEAD: u64 = 64 << 10;

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    key: String,
    head: String,
    tags: Vec<String>,
    address: String,
    born: u64,
    bytes: u64,
}

/// What the start of a file says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Opened {
    pub key: String,
    pub label: Label,
    /// How long the whole file must be.
    pub length: u64,
}

/// The pieces of a file; `None` for a head that is too long.
pub(super) fn write(key: &str, kept: &Kept) -> Option<[Vec<u8>; 2]> {
    let Label { tags, address, born } = kept.label.clone();
    let bytes = kept.body.len() as u64;
    let head = Head { key: key.to_owned(), head: kept.head.clone(), tags, address, born, bytes };
    let json = serde_json::to_vec(&head).ok().filter(|json| json.len() as u64 <= MOST_HEAD)?;
    let mut start = Vec::with_capacity(8 + json.len());
    start.extend(MAGIC);
    start.extend((json.len() as u32).to_le_bytes());
    start.extend(json);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&start).update(&kept.body);
    Some([start, hasher.finalize().as_bytes().to_vec()])
}

fn read_head(start: &[u8]) -> Option<(Head, usize)> {
    let length = start.strip_prefix(MAGIC)?.first_chunk::<4>()?;
    let end = 8 + u32::from_le_bytes(*length) as usize;
    Some((serde_json::from_slice(start.get(8..end)?).ok()?, end))
}

/// Reads the first bytes of a file.
pub(super) fn open(start: &[u8]) -> Option<Opened> {
    let (head, end) = read_head(start)?;
    let length = (end + HASH) as u64 + head.bytes;
    let label = Label { tags: head.tags, address: head.address, born: head.born };
    Some(Opened { key: head.key, label, length })
}

/// Reads a whole file; `None` unless it is exactly what was written under `key`.
pub(super) fn read(key: &str, mut file: Vec<u8>) -> Option<Kept> {
    let (head, start) = read_head(&file)?;
    let end = file.len().checked_sub(HASH).filter(|end| *end >= start)?;
    let same = blake3::hash(&file[..end]).as_bytes()[..] == file[end..];
    if !same || head.key != key {
        return None;
    }
    file.truncate(end);
    file.drain(..start);
    let label = Label { tags: head.tags, address: head.address, born: head.born };
    Some(Kept { head: head.head, body: Arc::new(file), label })
}
