//! What an EXIF block says about the picture around it.

use ::exif::{In, Reader, Tag};

/// EXIF orientation, 1 to 8, of a TIFF block; 1 when it says nothing sensible.
///
/// The reader decodes a field only when it is asked for, so a block of fields that all point at
/// the same bytes costs no more than its directory.
pub(super) fn orientation(tiff: &[u8]) -> u8 {
    let read = || {
        let mut reader = Reader::new();
        let exif = reader
            .continue_on_error(true)
            .read_raw(tiff.to_vec())
            .or_else(|error| error.distill_partial_result(|_| {}))
            .ok()?;
        let value = exif.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0)?;
        u8::try_from(value).ok()
    };
    read().filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

/// A TIFF block with nothing but `orientation`, for tests.
#[cfg(test)]
pub(super) fn block_for_tests(orientation: u8) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orientation_is_read_and_nonsense_is_upright() {
        for value in 1..=8 {
            assert_eq!(orientation(&block_for_tests(value)), value);
        }
        assert_eq!(orientation(&block_for_tests(0)), 1);
        assert_eq!(orientation(&block_for_tests(9)), 1);
        assert_eq!(orientation(b"not a tiff block"), 1);
        assert_eq!(orientation(&[]), 1);
    }

    #[test]
    fn a_block_cut_anywhere_is_read_without_a_panic() {
        let block = block_for_tests(6);
        for end in 0..block.len() {
            assert!(matches!(orientation(&block[..end]), 1 | 6));
        }
    }
}
