//! Finds one entry in the first directory of a file.

/// Tag of what the samples mean.
const PHOTOMETRIC: u16 = 262;
/// Its value for a palette, and that for grey whose 0 is black.
const PALETTE: u16 = 3;
const GREY: u16 = 1;

/// Where the file says that its first page has a palette, and what it would say of grey.
pub(super) fn palette_mark(source: &[u8]) -> Option<(u64, [u8; 2])> {
    let little = source.starts_with(b"II");
    let numbers = Numbers { source, little };
    let big = numbers.number(2, 2)? == 43;
    let (first, count, entry, value) =
        if big { (numbers.number(8, 8)?, 8, 20, 12) } else { (numbers.number(4, 4)?, 2, 12, 8) };
    let first = usize::try_from(first).ok()?;
    let entries = usize::try_from(numbers.number(first, count)?).ok()?.min(65_535);
    for index in 0..entries {
        let at = first.checked_add(count + index * entry)?;
        if numbers.number(at, 2)? != u64::from(PHOTOMETRIC) {
            continue;
        }
        let short = numbers.number(at + 2, 2)? == 3;
        let palette = numbers.number(at + value, 2)? == u64::from(PALETTE);
        let grey = if little { GREY.to_le_bytes() } else { GREY.to_be_bytes() };
        return (short && palette).then_some(((at + value) as u64, grey));
    }
    None
}

struct Numbers<'a> {
    source: &'a [u8],
    little: bool,
}

impl Numbers<'_> {
    fn number(&self, at: usize, bytes: usize) -> Option<u64> {
        let bytes = self.source.get(at..at.checked_add(bytes)?)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(value: u8) -> Vec<u8> {
        let mut file = b"II*\0\x08\0\0\0\x01\0\x06\x01\x03\0\x01\0\0\0".to_vec();
        file.extend_from_slice(&[value, 0, 0, 0, 0, 0, 0, 0]);
        file
    }

    #[test]
    fn only_a_palette_is_marked() {
        assert_eq!(palette_mark(&file(3)), Some((18, [1, 0])));
        assert_eq!(palette_mark(&file(2)), None);
    }

    #[test]
    fn a_directory_cut_anywhere_is_no_palette() {
        let file = file(3);
        for end in 0..20 {
            assert_eq!(palette_mark(&file[..end]), None);
        }
    }
}
