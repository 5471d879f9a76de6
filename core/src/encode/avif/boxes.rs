//! Boxes, and those that a still picture and a sequence share.

use super::Coded;
use crate::{Error, Result};

pub(super) const ALPHA_URN: &[u8] = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";
/// Primaries, transfer, matrix, full range.
const SRGB_BT601: [u8; 7] = [0, 1, 0, 13, 0, 6, 0x80];

/// A number of four bytes.
pub(super) fn number(value: usize) -> Result<[u8; 4]> {
    let value = u32::try_from(value);
    value.map(u32::to_be_bytes).map_err(|_| Error::too_large("avif bytes", u32::MAX, "more"))
}

/// A box of `kind` around `parts`.
pub(super) fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    // Only heads are boxed here: some bytes for every frame.
    let mut out = (length as u32).to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// `colr`: sRGB, BT.601, full range.
pub(super) fn colors() -> Vec<u8> {
    boxed(b"colr", &[b"nclx", &SRGB_BT601])
}

/// `av1C`, from the sequence header that the stream starts with.
pub(super) fn config(coded: &Coded) -> Result<Vec<u8>> {
    let odd = || Error::internal("avif: the encoder wrote no sequence header");
    let Some((&[unit, size], header)) = coded.data.split_first_chunk() else { return Err(odd()) };
    // A sequence header unit without extension, with a size of one byte.
    if unit != 0x0a || size & 0x80 != 0 {
        return Err(odd());
    }
    let mut bits = Bits { data: header, at: 0 };
    let (profile, reduced) = (bits.take(3), bits.take(2) & 1 == 1);
    // Else: no timing, no display delay, one operating point for every layer.
    if !reduced && (bits.take(2), bits.take(5)) != (0, 0) {
        return Err(odd());
    }
    if !reduced {
        bits.take(12);
    }
    let level = bits.take(5);
    let tier = if !reduced && level > 7 { bits.take(1) } else { 0 };
    if bits.at > 8 * header.len() {
        return Err(odd());
    }
    let deep = u8::from(coded.bits > 8) << 6;
    let shape = u8::from(coded.monochrome) << 4 | if coded.halved { 0x0c } else { 0 };
    let flags = tier << 7 | deep | shape;
    Ok(boxed(b"av1C", &[&[0x81, profile << 5 | level, flags, 0]]))
}

/// Bits from the highest; behind the end they are 0.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next `count` bits, of which the last eight are kept.
    fn take(&mut self, count: usize) -> u8 {
        (0..count).fold(0, |value, _| {
            let byte = self.data.get(self.at / 8).copied().unwrap_or(0);
            let bit = byte >> (7 - self.at % 8) & 1;
            self.at += 1;
            value << 1 | bit
        })
    }
}
