//! The chunks of a PNG file.

use crate::{Error, Result};

/// What every file starts with.
pub(in crate::encode) const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// Appends a chunk.
pub(in crate::encode) fn push(file: &mut Vec<u8>, kind: &[u8; 4], parts: &[&[u8]]) -> Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let said = u32::try_from(length).ok().filter(|length| length >> 31 == 0);
    let said = said.ok_or_else(|| Error::too_large("png chunk bytes", 1u32 << 31, length))?;
    file.try_reserve(length + 12)
        .map_err(|_| Error::too_large("memory", "what the system gives", length))?;
    file.extend_from_slice(&said.to_be_bytes());
    let start = file.len();
    file.extend_from_slice(kind);
    parts.iter().for_each(|part| file.extend_from_slice(part));
    let sum = checksum(&file[start..]);
    file.extend_from_slice(&sum.to_be_bytes());
    Ok(())
}

/// Puts other data into the chunk that starts at `start`.
pub(super) fn replace(file: &mut [u8], start: usize, data: &[u8]) {
    let end = start + 8 + data.len();
    file[start + 8..end].copy_from_slice(data);
    let sum = checksum(&file[start + 4..end]);
    file[end..end + 4].copy_from_slice(&sum.to_be_bytes());
}

/// The data of all `IDAT` chunks of a whole file that we have just made.
pub(super) fn picture(file: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = file.strip_prefix(SIGNATURE).unwrap_or(&[]);
    while let Some((&[a, b, c, d], behind)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let (Some(kind), Some(data)) = (behind.get(..4), behind.get(4..4 + length)) else { break };
        if kind == b"IDAT" {
            found.extend_from_slice(data);
        }
        rest = behind.get(length + 8..).unwrap_or(&[]);
    }
    found
}

/// CRC-32 of `bytes`, four bits at a time.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = !0;
    for byte in bytes {
        sum ^= u32::from(*byte);
        sum = sum >> 4 ^ TABLE[(sum & 15) as usize];
        sum = sum >> 4 ^ TABLE[(sum & 15) as usize];
    }
    !sum
}

const TABLE: [u32; 16] = {
    let mut table = [0; 16];
    let mut at = 0;
    while at < 16 {
        let mut sum = at as u32;
        let mut bit = 0;
        while bit < 4 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
            bit += 1;
        }
        table[at] = sum;
        at += 1;
    }
    table
};
