//! Chunks in the extended container of a WebP.

use super::{odd, Load};
use crate::Result;

const ICC: u8 = 0x20;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

/// Puts the profile before the picture, EXIF and XMP behind it.
pub(super) fn load(file: &[u8], load: &Load<'_>) -> Result<Vec<u8>> {
    let (mut head, picture) = extended(file).ok_or_else(|| odd("webp"))?;
    let metadata = load.metadata;
    let flag = |flag, there: bool| if there { flag } else { 0 };
    head[0] |= flag(ICC, load.icc.is_some())
        | flag(EXIF, metadata.exif.is_some())
        | flag(XMP, metadata.xmp.is_some());
    let mut body = b"WEBP".to_vec();
    push(b"VP8X", &head, &mut body);
    if let Some(icc) = load.icc {
        push(b"ICCP", icc, &mut body);
    }
    body.extend_from_slice(picture);
    body.resize(body.len() + (picture.len() & 1), 0);
    if let Some(exif) = &metadata.exif {
        push(b"EXIF", exif, &mut body);
    }
    if let Some(xmp) = &metadata.xmp {
        push(b"XMP ", xmp, &mut body);
    }
    let mut out = Vec::with_capacity(body.len() + 8);
    push(b"RIFF", &body, &mut out);
    Ok(out)
}

/// The data of the `VP8X` chunk, made where there is none, and the chunks behind it.
fn extended(file: &[u8]) -> Option<([u8; 10], &[u8])> {
    let chunks = file.get(12..)?;
    let data = chunks.get(8..)?;
    match chunks.get(..4)? {
        b"VP8X" => Some((*data.first_chunk()?, data.get(10..)?)),
        b"VP8L" => {
            let bits = u32::from_le_bytes(*data.get(1..)?.first_chunk()?);
            let alpha = if bits >> 28 & 1 == 1 { ALPHA } else { 0 };
            Some((head(alpha, bits & 0x3fff, bits >> 14 & 0x3fff), chunks))
        }
        b"VP8 " => {
            let &[w0, w1, h0, h1] = data.get(6..)?.first_chunk()?;
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            let (width, height) = (side(w0, w1), side(h0, h1));
            Some((head(0, width.checked_sub(1)?, height.checked_sub(1)?), chunks))
        }
        _ => None,
    }
}

/// A `VP8X` chunk's data; the sides are stored less one.
fn head(flags: u8, width: u32, height: u32) -> [u8; 10] {
    let ([w0, w1, w2, _], [h0, h1, h2, _]) = (width.to_le_bytes(), height.to_le_bytes());
    [flags, 0, 0, 0, w0, w1, w2, h0, h1, h2]
}

fn push(kind: &[u8; 4], data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(kind);
    out.extend_from_slice(&(data.len() as u32).to_le_bytes());
    out.extend_from_slice(data);
    out.resize(out.len() + (data.len() & 1), 0);
}
