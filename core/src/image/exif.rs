//! EXIF blocks: what `metadata` lets through. A block is a TIFF file of hostile origin; every
//! offset is checked, and a block that makes no sense is dropped as a whole.

const ORIENTATION: u16 = 0x0112;
const COPYRIGHT: u16 = 0x8298;
const THUMBNAIL_OFFSET: u16 = 0x0201;
const THUMBNAIL_LENGTH: u16 = 0x0202;
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const ENTRY: usize = 12;

/// Largest TIFF file that fits into one JPEG segment, after the two length bytes and the
/// six of the `Exif` name.
const SEGMENT: usize = 65_533 - 6;

/// A new block with nothing but the copyright of `block`, if it has one.
pub fn copyright_only(block: &[u8]) -> Option<Vec<u8>> {
    let tiff = Tiff::new(block)?;
    let entry = tiff.find(tiff.first_directory()?, COPYRIGHT)?;
    let text = tiff.text(&entry)?;
    if text.iter().all(|byte| matches!(byte, 0 | b' ')) {
        return None;
    }
    let mut out = Vec::with_capacity(26 + text.len());
    out.extend_from_slice(b"II*\0\x08\0\0\0\x01\0");
    out.extend_from_slice(&COPYRIGHT.to_le_bytes());
    out.extend_from_slice(&ASCII.to_le_bytes());
    out.extend_from_slice(&u32::try_from(text.len()).ok()?.to_le_bytes());
    if text.len() <= 4 {
        let mut inline = [0; 4];
        inline[..text.len()].copy_from_slice(text);
        out.extend_from_slice(&inline);
        out.extend_from_slice(&[0; 4]);
    } else {
        out.extend_from_slice(&26u32.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(text);
    }
    (out.len() <= SEGMENT).then_some(out)
}

/// `block` with orientation 1, as the pixels have been turned, and without its thumbnail, which
/// would still show what was cut off.
pub fn upright(block: &[u8]) -> Option<Vec<u8>> {
    let tiff = Tiff::new(block)?;
    let first = tiff.first_directory()?;
    let mut out = block.to_vec();
    if let Some(entry) = tiff.find(first, ORIENTATION) {
        if entry.kind == SHORT && entry.count == 1 {
            let one = if tiff.big_endian { [0, 1] } else { [1, 0] };
            out.get_mut(entry.at + 8..entry.at + 10)?.copy_from_slice(&one);
        }
    }
    let link = tiff.end_of(first)?;
    let second = tiff.u32(link)? as usize;
    out.get_mut(link..link + 4)?.fill(0);
    if second != 0 {
        remove_thumbnail(&tiff, second, &mut out);
    }
    (out.len() <= SEGMENT).then_some(out)
}

fn remove_thumbnail(tiff: &Tiff<'_>, directory: usize, out: &mut Vec<u8>) {
    let value = |tag| tiff.find(directory, tag).and_then(|entry| tiff.u32(entry.at + 8));
    let (Some(offset), Some(length)) = (value(THUMBNAIL_OFFSET), value(THUMBNAIL_LENGTH)) else {
        return;
    };
    let start = offset as usize;
    let end = start.saturating_add(length as usize).min(out.len());
    // The header and the first directory are never part of a thumbnail.
    let least = tiff.first_directory().and_then(|first| tiff.end_of(first)).unwrap_or(usize::MAX);
    if start <= least || start >= end {
        return;
    }
    if end == out.len() {
        out.truncate(start);
    } else {
        out[start..end].fill(0);
    }
}

struct Entry {
    /// Where it stands in the block.
    at: usize,
    kind: u16,
    count: u32,
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Tiff { bytes, big_endian })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let raw = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(raw) } else { u16::from_le_bytes(raw) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let raw = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) })
    }

    fn first_directory(&self) -> Option<usize> {
        self.u32(4).map(|at| at as usize)
    }

    /// Where the link to the next directory stands.
    fn end_of(&self, directory: usize) -> Option<usize> {
        let count = usize::from(self.u16(directory)?);
        directory.checked_add(2)?.checked_add(count * ENTRY)
    }

    fn find(&self, directory: usize, tag: u16) -> Option<Entry> {
        let end = self.end_of(directory)?;
        (directory + 2..end).step_by(ENTRY).find_map(|at| {
            (self.u16(at)? == tag)
                .then(|| Some(Entry { at, kind: self.u16(at + 2)?, count: self.u32(at + 4)? }))?
        })
    }

    fn text(&self, entry: &Entry) -> Option<&'a [u8]> {
        let length = entry.count as usize;
        let start = if length <= 4 { entry.at + 8 } else { self.u32(entry.at + 8)? as usize };
        (entry.kind == ASCII).then_some(self.bytes.get(start..start.checked_add(length)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A big-endian block: orientation 6, copyright, and a thumbnail of four bytes at the end.
    fn block() -> Vec<u8> {
        let mut out = b"MM\0*\0\0\0\x08\0\x02".to_vec();
        out.extend_from_slice(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        out.extend_from_slice(b"\x82\x98\0\x02\0\0\0\x06\0\0\0\x26");
        out.extend_from_slice(&44u32.to_be_bytes());
        out.extend_from_slice(b"Alice\0");
        out.extend_from_slice(b"\0\x02");
        out.extend_from_slice(b"\x02\x01\0\x04\0\0\0\x01\0\0\0\x4a");
        out.extend_from_slice(b"\x02\x02\0\x04\0\0\0\x01\0\0\0\x04");
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(b"JPEG");
        out
    }

    #[test]
    fn only_the_copyright_survives() {
        let small = copyright_only(&block()).unwrap();
        let tiff = Tiff::new(&small).unwrap();
        let first = tiff.first_directory().unwrap();
        let entry = tiff.find(first, COPYRIGHT).unwrap();
        assert_eq!(tiff.text(&entry), Some(&b"Alice\0"[..]));
        assert!(tiff.find(first, ORIENTATION).is_none());
    }

    #[test]
    fn a_kept_block_is_upright_and_has_no_thumbnail() {
        let kept = upright(&block()).unwrap();
        let tiff = Tiff::new(&kept).unwrap();
        let first = tiff.first_directory().unwrap();
        let entry = tiff.find(first, ORIENTATION).unwrap();
        assert_eq!(tiff.u16(entry.at + 8), Some(1));
        assert_eq!(tiff.u32(tiff.end_of(first).unwrap()), Some(0));
        assert!(!kept.windows(4).any(|part| part == b"JPEG"));
        assert!(kept.windows(5).any(|part| part == b"Alice"));
    }

    #[test]
    fn damaged_blocks_are_dropped_without_a_panic() {
        let whole = block();
        for length in 0..whole.len() {
            let _ = (copyright_only(&whole[..length]), upright(&whole[..length]));
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = 0xff;
            let _ = (copyright_only(&damaged), upright(&damaged));
        }
        assert_eq!(upright(b"no TIFF file"), None);
    }
}
