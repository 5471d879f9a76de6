//! Parts of a JPEG that are recognised and not carried over: gain maps and Content Credentials.

use super::header::{Segment, Segments};
use crate::image::{exif, xmp};

/// Names an XMP packet in its APP1 segment.
pub(super) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Names the gain map data of ISO 21496-1 in its APP2 segment.
const ISO_GAIN_MAP: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";
/// Names the index of further pictures in its APP2 segment.
const MPF: &[u8] = b"MPF\0";
/// The list of pictures in that index; bytes of an entry.
const MP_ENTRIES: u16 = 0xb002;
const MP_ENTRY: usize = 16;
/// Most further pictures, and most segments of each, that are looked at.
const MAX_PICTURES: usize = 16;
const MAX_SEGMENTS: usize = 64;
/// How far into a box of Content Credentials their name stands.
const NAME_WITHIN: usize = 256;

/// Whether `segment` of the main picture tells of a gain map: by itself, or because it leads to
/// a further picture that is one.
pub(super) fn has_gain_map(source: &[u8], segment: &Segment<'_>) -> bool {
    if says_gain_map(segment) {
        return true;
    }
    match segment.body.strip_prefix(MPF) {
        Some(index) if segment.marker == 0xe2 => {
            let start = segment.at + 4 + MPF.len();
            further_pictures(index).into_iter().any(|offset| {
                start.checked_add(offset).is_some_and(|at| picture_is_gain_map(source, at))
            })
        }
        _ => false,
    }
}

fn says_gain_map(segment: &Segment<'_>) -> bool {
    match segment.marker {
        0xe1 => segment.body.strip_prefix(XMP).is_some_and(xmp::has_gain_map),
        0xe2 => segment.body.starts_with(ISO_GAIN_MAP),
        _ => false,
    }
}

/// Where further pictures begin, counted from the index.
fn further_pictures(index: &[u8]) -> Vec<usize> {
    let Some((entries, big_endian)) = exif::raw(index, MP_ENTRIES) else {
        return Vec::new();
    };
    let offset = |entry: &[u8]| {
        let raw = [entry[8], entry[9], entry[10], entry[11]];
        let offset = if big_endian { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) };
        offset as usize
    };
    // The main picture's own entry has the offset 0.
    let offsets = entries.chunks_exact(MP_ENTRY).take(MAX_PICTURES).map(offset);
    offsets.filter(|offset| *offset > 0).collect()
}

fn picture_is_gain_map(source: &[u8], at: usize) -> bool {
    if source.get(at..at.saturating_add(2)) != Some(&[0xff, 0xd8]) {
        return false;
    }
    let segments = Segments { source, at: at + 2 }.take(MAX_SEGMENTS);
    let mut header = segments.take_while(|segment| !matches!(segment.marker, 0xd9 | 0xda));
    header.any(|segment| says_gain_map(&segment))
}

/// Whether an APP11 segment begins a JUMBF box of C2PA.
pub(super) fn has_credentials(body: &[u8]) -> bool {
    let head = &body[..body.len().min(NAME_WITHIN)];
    head.starts_with(b"JP") && head.windows(4).any(|part| part == b"c2pa")
}
