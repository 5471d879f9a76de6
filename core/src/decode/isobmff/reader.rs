//! Checked big-endian reading, and the boxes of one level.

use super::{too_many, FourCc, MAX_ENTRIES};
use crate::{Error, Result};

/// A cursor that never leaves its slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes }
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.bytes.split_at_checked(count).ok_or_else(cut)?;
        self.bytes = tail;
        Ok(head)
    }

    pub fn skip(&mut self, count: usize) -> Result<()> {
        self.take(count).map(|_| ())
    }

    /// Everything that is left.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, tail) = self.bytes.split_first_chunk().ok_or_else(cut)?;
        self.bytes = tail;
        Ok(*head)
    }

    pub fn u8(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// Two numbers, as most tables of a track have them.
    pub fn pair(&mut self) -> Result<(u32, u32)> {
        Ok((self.u32()?, self.u32()?))
    }

    /// A time of 32 bits, or of 64 when `wide`.
    pub fn time(&mut self, wide: bool) -> Result<u64> {
        if wide {
            self.u64()
        } else {
            self.u32().map(u64::from)
        }
    }

    pub fn four_cc(&mut self) -> Result<FourCc> {
        self.array()
    }

    /// An unsigned number of `size` bytes: 0, 4 or 8 as in `iloc`.
    pub fn sized(&mut self, size: u8) -> Result<u64> {
        match size {
            0 => Ok(0),
            4 => self.u32().map(u64::from),
            8 => self.u64(),
            _ => Err(Error::malformed("avif: field size is not 0, 4 or 8")),
        }
    }

    /// A 16-bit number, or a 32-bit one when `wide`.
    pub fn id(&mut self, wide: bool) -> Result<u32> {
        if wide {
            self.u32()
        } else {
            self.u16().map(u32::from)
        }
    }

    /// Version and flags of a full box.
    pub fn version(&mut self) -> Result<(u8, u32)> {
        let word = self.u32()?;
        Ok(((word >> 24) as u8, word & 0xff_ffff))
    }

    /// A count of entries, at most [`MAX_ENTRIES`].
    pub fn count(&mut self, wide: bool, what: &str) -> Result<usize> {
        let count = self.id(wide)? as usize;
        if count > MAX_ENTRIES {
            return Err(too_many(what, count));
        }
        Ok(count)
    }
}

fn cut() -> Error {
    Error::malformed("avif: a box ends early")
}

/// One box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Box<'a> {
    pub kind: FourCc,
    pub body: &'a [u8],
}

/// The boxes in `bytes`, which are one level. A box that runs to the end of the file (size 0)
/// is allowed only at the `top`.
pub(super) fn boxes(bytes: &[u8], top: bool) -> impl Iterator<Item = Result<Box<'_>>> {
    let mut left = Reader::new(bytes);
    let mut seen = 0;
    std::iter::from_fn(move || {
        if left.rest().is_empty() {
            return None;
        }
        seen += 1;
        if seen > MAX_ENTRIES {
            left = Reader::new(&[]);
            return Some(Err(too_many("boxes", seen)));
        }
        let found = next_box(&mut left, top);
        if found.is_err() {
            left = Reader::new(&[]);
        }
        Some(found)
    })
}

fn next_box<'a>(left: &mut Reader<'a>, top: bool) -> Result<Box<'a>> {
    let size = left.u32()?;
    let kind = left.four_cc()?;
    let body = match size {
        0 if top => left.rest().len() as u64,
        1 => left.u64()?.checked_sub(16).ok_or_else(bad_size)?,
        _ => u64::from(size).checked_sub(8).ok_or_else(bad_size)?,
    };
    let body = usize::try_from(body).map_err(|_| bad_size())?;
    Ok(Box { kind, body: left.take(body)? })
}

fn bad_size() -> Error {
    Error::malformed("avif: impossible box size")
}
