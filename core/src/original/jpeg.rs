//! JPEG: segments of metadata are left out, the coded picture is copied.

use super::keeps_all;
use crate::plan::Original;

const SOI: [u8; 2] = [0xff, 0xd8];
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;
const COMMENT: u8 = 0xfe;

/// `source` with nothing of its metadata but colours, unless all of it may stay, and with `exif`
/// in place of its own.
pub(super) fn cut(source: &[u8], original: Original, exif: Option<&[u8]>) -> Option<Vec<u8>> {
    let mut rest = source.strip_prefix(&SOI)?;
    let mut out = SOI.to_vec();
    let mut exif = exif.filter(|exif| exif.len() <= 65_527);
    loop {
        let (marker, segment, behind) = next(rest)?;
        // The EXIF segment stands first, or behind the JFIF one.
        if marker != APP0 {
            if let Some(exif) = exif.take() {
                put_exif(&mut out, exif);
            }
        }
        match marker {
            EOI => {
                out.extend([0xff, EOI]);
                return Some(out);
            }
            SOS => {
                let scan = scan_length(behind);
                out.extend(&rest[..rest.len() - behind.len() + scan]);
                rest = &behind[scan..];
                continue;
            }
            _ if stays(marker, segment, keeps_all(original)) => {
                out.extend(&rest[..rest.len() - behind.len()]);
            }
            _ => {}
        }
        rest = behind;
    }
}

/// Marker, what its segment holds, and what stands behind it.
fn next(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [0xff, marker, rest @ ..] = bytes else { return None };
    match *marker {
        0xff => next(&bytes[1..]),
        EOI => Some((EOI, &[], rest)),
        0x01 | 0xd0..=0xd8 => None,
        marker => {
            let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
            Some((marker, rest.get(2..length)?, rest.get(length..)?))
        }
    }
}

/// Bytes of coded data: up to a marker that is neither a stuffed zero nor a restart.
fn scan_length(bytes: &[u8]) -> usize {
    let marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff | 0xd0..=0xd7);
    bytes.windows(2).position(marker).unwrap_or(bytes.len())
}

fn stays(marker: u8, segment: &[u8], all: bool) -> bool {
    match marker {
        APP0 => segment.starts_with(b"JFIF\0"),
        // It is written anew: upright, without a thumbnail.
        APP1 if segment.starts_with(b"Exif\0") => false,
        // An index of further pictures, which stand behind the end and go.
        APP2 if segment.starts_with(b"MPF\0") => false,
        APP2 if segment.starts_with(b"ICC_PROFILE\0") => true,
        APP14 => segment.starts_with(b"Adobe"),
        0xeb => false,
        APP1..=0xef | COMMENT => all,
        _ => true,
    }
}

fn put_exif(out: &mut Vec<u8>, exif: &[u8]) {
    out.extend([0xff, APP1]);
    out.extend(((exif.len() + 8) as u16).to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(exif);
}
