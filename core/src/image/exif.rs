//! EXIF blocks: what `metadata` lets through. A block is a TIFF file of hostile origin; every
//! offset is checked, and a block that makes no sense is dropped as a whole.

const ORIENTATION: u16 = 0x0112;
const COPYRIGHT: u16 = 0x8298;
/// The directory of what the camera did.
const CAMERA: u16 = 0x8769;
/// Width and height: of the first directory, and of the camera's.
const SIZE: [u16; 2] = [0x0100, 0x0101];
const PIXEL_SIZE: [u16; 2] = [0xa002, 0xa003];
/// Offset and length of a thumbnail: as JPEG, and as one strip of samples.
const THUMBNAILS: [[u16; 2]; 2] = [[0x0201, 0x0202], [0x0111, 0x0117]];
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const ENTRY: usize = 12;

/// Largest TIFF file that fits into one JPEG segment, after the two length bytes and the
/// six of the `Exif` name.
pub const SEGMENT: usize = 65_533 - 6;

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

/// A new block with nothing but an orientation, 1 to 8.
pub fn orientation_only(orientation: u8) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0\x01\0".to_vec();
    out.extend_from_slice(&ORIENTATION.to_le_bytes());
    out.extend_from_slice(&SHORT.to_le_bytes());
    out.extend_from_slice(&[1, 0, 0, 0, orientation, 0, 0, 0]);
    out.extend_from_slice(&[0; 4]);
    out
}

/// `block` for a picture of `width` by `height`: with orientation 1, as the pixels have been
/// turned, and without its thumbnail, which would still show what was cut off. Everything else
/// stays where it is, so that the offsets in a maker's own notes still lead somewhere.
pub fn untied(block: &[u8], (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let tiff = Tiff::new(block)?;
    let first = tiff.first_directory()?;
    let mut out = block.to_vec();
    tiff.set(first, ORIENTATION, 1, &mut out);
    let camera = tiff.find(first, CAMERA).and_then(|entry| tiff.u32(entry.at + 8));
    for (tags, directory) in [(SIZE, Some(first)), (PIXEL_SIZE, camera.map(|at| at as usize))] {
        for (tag, value) in tags.into_iter().zip([width, height]) {
            directory.into_iter().for_each(|at| tiff.set(at, tag, value, &mut out));
        }
    }
    let link = tiff.end_of(first)?;
    let second = tiff.u32(link)? as usize;
    out.get_mut(link..link + 4)?.fill(0);
    if second != 0 {
        for tags in THUMBNAILS {
            remove_thumbnail(&tiff, second, tags, &mut out);
        }
    }
    Some(out)
}

/// The bytes of `tag` in the first directory of any TIFF block, and whether its numbers are
/// big-endian.
pub fn raw(block: &[u8], tag: u16) -> Option<(&[u8], bool)> {
    let tiff = Tiff::new(block)?;
    let entry = tiff.find(tiff.first_directory()?, tag)?;
    let (start, length) = (tiff.u32(entry.at + 8)? as usize, entry.count as usize);
    Some((block.get(start..start.checked_add(length)?)?, tiff.big_endian))
}

fn remove_thumbnail(tiff: &Tiff<'_>, directory: usize, tags: [u16; 2], out: &mut Vec<u8>) {
    let value = |tag| tiff.find(directory, tag).and_then(|entry| tiff.u32(entry.at + 8));
    let [Some(offset), Some(length)] = tags.map(value) else {
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

    /// Writes a number over the one in `out` that `tag` has now, in its own width.
    fn set(&self, directory: usize, tag: u16, value: u32, out: &mut [u8]) {
        let Some(entry) = self.find(directory, tag).filter(|entry| entry.count == 1) else {
            return;
        };
        let big = self.big_endian;
        let bytes = match (entry.kind, u16::try_from(value)) {
            (SHORT, Ok(value)) if big => value.to_be_bytes().to_vec(),
            (SHORT, Ok(value)) => value.to_le_bytes().to_vec(),
            (LONG, _) if big => value.to_be_bytes().to_vec(),
            (LONG, _) => value.to_le_bytes().to_vec(),
            _ => return,
        };
        if let Some(place) = out.get_mut(entry.at + 8..entry.at + 8 + bytes.len()) {
            place.copy_from_slice(&bytes);
        }
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

    const SIZE_NOW: (u32, u32) = (70_000, 300);

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
        let kept = untied(&block(), SIZE_NOW).unwrap();
        let tiff = Tiff::new(&kept).unwrap();
        let first = tiff.first_directory().unwrap();
        let entry = tiff.find(first, ORIENTATION).unwrap();
        assert_eq!(tiff.u16(entry.at + 8), Some(1));
        assert_eq!(tiff.u32(tiff.end_of(first).unwrap()), Some(0));
        assert!(!kept.windows(4).any(|part| part == b"JPEG"));
        assert!(kept.windows(5).any(|part| part == b"Alice"));
    }

    /// A little-endian block: width of the camera's directory as a long, height as a short.
    fn camera_block() -> Vec<u8> {
        let mut out = b"II*\0\x08\0\0\0\x01\0".to_vec();
        out.extend_from_slice(b"\x69\x87\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0");
        out.extend_from_slice(b"\x02\0");
        out.extend_from_slice(b"\x02\xa0\x04\0\x01\0\0\0\x09\0\0\0");
        out.extend_from_slice(b"\x03\xa0\x03\0\x01\0\0\0\x09\0\0\0");
        out.extend_from_slice(&[0; 4]);
        out
    }

    #[test]
    fn a_kept_block_says_the_new_size() {
        let kept = untied(&camera_block(), SIZE_NOW).unwrap();
        let tiff = Tiff::new(&kept).unwrap();
        let camera = tiff.find(8, CAMERA).and_then(|entry| tiff.u32(entry.at + 8)).unwrap();
        let entry = |tag| tiff.find(camera as usize, tag).unwrap().at;
        assert_eq!(tiff.u32(entry(PIXEL_SIZE[0]) + 8), Some(70_000));
        assert_eq!(tiff.u16(entry(PIXEL_SIZE[1]) + 8), Some(300));
    }

    #[test]
    fn a_directory_that_leads_to_itself_ends() {
        let mut block = camera_block();
        block[18] = 8;
        block[22..26].copy_from_slice(&[8, 0, 0, 0]);
        assert_eq!(untied(&block, SIZE_NOW).map(|kept| kept.len()), Some(block.len()));
        assert_eq!(copyright_only(&block), None);
    }

    #[test]
    fn damaged_blocks_are_dropped_without_a_panic() {
        let whole = block();
        for length in 0..whole.len() {
            let _ = (copyright_only(&whole[..length]), untied(&whole[..length], SIZE_NOW));
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = 0xff;
            let _ = (copyright_only(&damaged), untied(&damaged, SIZE_NOW));
        }
        assert_eq!(untied(b"no TIFF file", SIZE_NOW), None);
    }
}
