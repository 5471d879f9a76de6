//! IPTC datasets (IIM): what `metadata` lets through, and the Photoshop block that carries them in
//! a JPEG. All of it is of hostile origin: reading stops where a length makes no sense.

/// Names the block in its APP13 segment.
pub const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
/// Number of the image resource that holds the datasets.
const IIM: u16 = 0x0404;
/// Starts every dataset.
const TAG: u8 = 0x1c;

const CHARACTER_SET: (u8, u8) = (1, 90);
const CREDIT: (u8, u8) = (2, 110);
const COPYRIGHT: (u8, u8) = (2, 116);
/// Previews of the picture, which would still show what was cut off.
const PREVIEWS: std::ops::RangeInclusive<u8> = 200..=202;

/// The datasets in the image resources of `block`, which stands behind [`PHOTOSHOP`].
pub fn from_photoshop(block: &[u8]) -> Option<&[u8]> {
    let mut rest = block;
    while let Some((head, behind)) = rest.split_first_chunk::<7>() {
        let [_, _, _, _, high, low, name] = *head;
        if !matches!(&head[..4], b"8BIM" | b"AgHg" | b"DCSR" | b"MeSa" | b"PHUT") {
            return None;
        }
        // The name has an even length with the byte that counts it.
        let behind = behind.get(usize::from(name | 1)..)?;
        let (size, behind) = behind.split_first_chunk::<4>()?;
        let size = u32::from_be_bytes(*size) as usize;
        let data = behind.get(..size)?;
        if u16::from_be_bytes([high, low]) == IIM {
            return (!data.is_empty()).then_some(data);
        }
        rest = behind.get(size.checked_add(size & 1)?..)?;
    }
    None
}

/// A Photoshop block of nothing but `datasets`, with its name.
pub fn to_photoshop(datasets: &[u8]) -> Option<Vec<u8>> {
    let mut out = [PHOTOSHOP, b"8BIM\x04\x04\0\0"].concat();
    out.extend_from_slice(&u32::try_from(datasets.len()).ok()?.to_be_bytes());
    out.extend_from_slice(datasets);
    out.resize(out.len() + (datasets.len() & 1), 0);
    Some(out)
}

/// Only the copyright notice (2:116) and the credit line (2:110) of `datasets`, and which
/// characters they are written in.
pub fn rights_only(datasets: &[u8]) -> Option<Vec<u8>> {
    let rights = |set: &Dataset| matches!(set.number, COPYRIGHT | CREDIT) && !set.value.is_empty();
    let kept = filtered(datasets, |set| rights(set) || set.number == CHARACTER_SET);
    Datasets { rest: &kept }.any(|set| rights(&set)).then_some(kept)
}

/// `datasets` without previews and without records that go with the coded picture.
pub fn without_previews(datasets: &[u8]) -> Option<Vec<u8>> {
    let kept = filtered(datasets, |set| {
        let (record, dataset) = set.number;
        record == 1 || record == 2 && !PREVIEWS.contains(&dataset)
    });
    (!kept.is_empty()).then_some(kept)
}

fn filtered(datasets: &[u8], wanted: impl Fn(&Dataset) -> bool) -> Vec<u8> {
    let kept = Datasets { rest: datasets }.filter(wanted);
    kept.flat_map(|set| set.whole.iter().copied()).collect()
}

struct Dataset<'a> {
    /// Record and dataset.
    number: (u8, u8),
    value: &'a [u8],
    whole: &'a [u8],
}

struct Datasets<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Datasets<'a> {
    type Item = Dataset<'a>;

    fn next(&mut self) -> Option<Dataset<'a>> {
        let &[TAG, record, dataset, high, low] = self.rest.first_chunk::<5>()? else {
            return None;
        };
        let short = usize::from(u16::from_be_bytes([high, low]));
        // With the top bit set the number says how many bytes the length has.
        let (start, length) = match short.checked_sub(0x8000) {
            None => (5, short),
            Some(count @ 1..=4) => {
                let bytes = self.rest.get(5..5 + count)?;
                (5 + count, bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
            }
            Some(_) => return None,
        };
        let end = start.checked_add(length)?;
        let whole = self.rest.get(..end)?;
        self.rest = &self.rest[end..];
        Some(Dataset { number: (record, dataset), value: &whole[start..], whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(record: u8, dataset: u8, value: &[u8]) -> Vec<u8> {
        let length = (value.len() as u16).to_be_bytes();
        [&[TAG, record, dataset][..], &length, value].concat()
    }

    fn sample() -> Vec<u8> {
        [
            set(1, 90, b"\x1b%G"),
            set(2, 5, b"Title"),
            set(2, 110, b"Agency"),
            set(2, 116, b"(c) Alice"),
            set(2, 202, b"preview"),
            set(8, 10, b"object"),
        ]
        .concat()
    }

    #[test]
    fn only_notice_and_credit_survive() {
        let wanted =
            [set(1, 90, b"\x1b%G"), set(2, 110, b"Agency"), set(2, 116, b"(c) Alice")].concat();
        assert_eq!(rights_only(&sample()), Some(wanted));
        assert_eq!(rights_only(&set(2, 5, b"Title")), None);
        assert_eq!(rights_only(&set(2, 116, b"")), None);
    }

    #[test]
    fn what_is_kept_has_no_preview() {
        let kept = without_previews(&sample()).unwrap();
        let has = |text: &[u8]| kept.windows(text.len()).any(|part| part == text);
        assert!(has(b"Title") && has(b"Agency") && !has(b"preview") && !has(b"object"));
    }

    #[test]
    fn a_photoshop_block_gives_back_its_datasets() {
        for datasets in [sample(), set(2, 116, b"odd")] {
            let block = to_photoshop(&datasets).unwrap();
            let behind = block.strip_prefix(PHOTOSHOP).unwrap();
            assert_eq!(from_photoshop(behind), Some(&datasets[..]));
            let named = [b"8BIM\x04\x0c\x03abc\0\0\0\x01x\0", behind].concat();
            assert_eq!(from_photoshop(&named), Some(&datasets[..]));
        }
    }

    #[test]
    fn a_long_length_is_read_and_a_senseless_one_ends_the_list() {
        let long = [&[TAG, 2, 116, 0x80, 2, 0, 3][..], b"Bob"].concat();
        assert_eq!(rights_only(&long), Some(long.clone()));
        assert_eq!(rights_only(&[TAG, 2, 116, 0xff, 0xff, 0]), None);
    }

    #[test]
    fn damaged_blocks_are_dropped_without_a_panic() {
        let whole = to_photoshop(&sample()).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = 0xff;
            for block in [&whole[..at], &damaged] {
                let _ = from_photoshop(block.strip_prefix(PHOTOSHOP).unwrap_or(block));
                let _ = (rights_only(block), without_previews(block));
            }
        }
    }
}
