//! Segments behind the header of a JPEG. EXIF stands there already.

use super::{odd, Load};
use crate::image::iptc;
use crate::Result;

/// What a segment holds behind its length.
const SEGMENT: usize = 65_533;
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";

/// Puts XMP, profile and IPTC behind JFIF and EXIF.
pub(super) fn load(file: &[u8], load: &Load<'_>) -> Result<Vec<u8>> {
    let start = head(file).ok_or_else(|| odd("jpeg"))?;
    let mut out = file[..start].to_vec();
    if let Some(xmp) = &load.metadata.xmp {
        push(0xe1, &[XMP, xmp], &mut out);
    }
    if let Some(icc) = load.icc {
        let pieces = icc.chunks(SEGMENT - ICC.len() - 2);
        // The limit on profiles is far below what 255 pieces can hold; the check is for callers
        // who raised it.
        let count = u8::try_from(pieces.len()).unwrap_or(0);
        for (number, piece) in (1..=count).zip(pieces) {
            push(0xe2, &[ICC, &[number, count], piece], &mut out);
        }
    }
    if let Some(block) = load.metadata.iptc.as_deref().and_then(iptc::to_photoshop) {
        push(0xed, &[&block], &mut out);
    }
    out.extend_from_slice(&file[start..]);
    Ok(out)
}

/// Where the segments of JFIF and EXIF end.
fn head(file: &[u8]) -> Option<usize> {
    let mut at = 2;
    while let &[0xff, 0xe0 | 0xe1, high, low] = file.get(at..at + 4)? {
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    (at <= file.len()).then_some(at)
}

/// Adds a segment; one that is too long is left out.
fn push(marker: u8, parts: &[&[u8]], out: &mut Vec<u8>) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if length <= SEGMENT {
        out.extend_from_slice(&[0xff, marker]);
        out.extend_from_slice(&((length + 2) as u16).to_be_bytes());
        parts.iter().for_each(|part| out.extend_from_slice(part));
    }
}
