//! WOFF 1.0 (W3C): tables packed one by one with zlib.

use std::io::Read;

use super::sfnt::{self, broken, too_large, Reader, MAX_FONT};
use crate::Result;

/// The plain font file.
pub(super) fn unpack(file: &[u8]) -> Result<Vec<u8>> {
    let mut reader = Reader(file);
    reader.take(4)?;
    let flavor = reader.u32()?;
    reader.take(4)?;
    let count = reader.u16()?;
    reader.take(44 - 14)?;
    let mut tables = Vec::new();
    let mut total = 0;
    for _ in 0..count {
        let tag = reader.tag()?;
        let (offset, packed, plain) = (reader.size()?, reader.size()?, reader.size()?);
        reader.take(4)?;
        total += plain;
        if total > MAX_FONT {
            return Err(too_large(total));
        }
        let bytes = file.get(offset..).and_then(|rest| rest.get(..packed));
        let bytes = bytes.ok_or_else(|| broken("a table lies outside the file"))?;
        tables.push((tag, table(bytes, plain)?));
    }
    sfnt::write(flavor, tables)
}

/// A table that packing would not have made smaller is stored as it is.
fn table(bytes: &[u8], plain: usize) -> Result<Vec<u8>> {
    if bytes.len() == plain {
        return Ok(bytes.to_vec());
    }
    let mut table = Vec::new();
    let read = flate2::read::ZlibDecoder::new(bytes).take(plain as u64 + 1).read_to_end(&mut table);
    match read {
        Ok(length) if length == plain => Ok(table),
        _ => Err(broken("a packed table is damaged")),
    }
}
