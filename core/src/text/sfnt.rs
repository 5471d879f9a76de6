//! Plain font files from packed ones, and bounded reading of either.

use crate::{Error, Result};

/// Bytes of a font file, packed or not.
pub(super) const MAX_FONT: usize = 20_000_000;

pub(super) type Tag = [u8; 4];

/// The error of everything that is wrong inside a font.
pub(super) fn broken(what: &str) -> Error {
    Error::malformed(format!("font: {what}"))
}

pub(super) fn too_large(bytes: usize) -> Error {
    Error::too_large("font bytes", MAX_FONT, bytes)
}

/// Reads big-endian numbers off the front of some bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count).ok_or_else(|| broken("cut short"))?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| broken("cut short"))
    }

    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn i16(&mut self) -> Result<i16> {
        self.array().map(i16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn size(&mut self) -> Result<usize> {
        Ok(self.u32()? as usize)
    }

    pub fn tag(&mut self) -> Result<Tag> {
        self.array()
    }
}

/// A font file of these tables. Checksums stay 0: no reader here looks at them.
pub(super) fn write(flavor: u32, mut tables: Vec<(Tag, Vec<u8>)>) -> Result<Vec<u8>> {
    tables.sort_by_key(|(tag, _)| *tag);
    let count = u16::try_from(tables.len()).map_err(|_| broken("too many tables"))?;
    let directory = 12 + 16 * tables.len();
    let padded = |table: &[u8]| table.len().next_multiple_of(4);
    let total = directory + tables.iter().map(|(_, table)| padded(table)).sum::<usize>();
    let mut file = Vec::with_capacity(total);
    file.extend(flavor.to_be_bytes());
    file.extend(count.to_be_bytes());
    file.extend([0; 6]);
    let mut offset = directory;
    for (tag, table) in &tables {
        file.extend(tag);
        for number in [0, offset, table.len()] {
            let number = u32::try_from(number).map_err(|_| too_large(total))?;
            file.extend(number.to_be_bytes());
        }
        offset += padded(table);
    }
    for (_, table) in &tables {
        file.extend(table);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    Ok(file)
}
