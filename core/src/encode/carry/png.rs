//! Chunks behind the header of a PNG.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::{odd, Load};
use crate::image::Profile;
use crate::Result;

/// Signature and header chunk.
const HEAD: usize = 8 + 25;

/// Puts profile, code points, EXIF and XMP before the picture.
pub(super) fn load(file: &[u8], load: &Load<'_>) -> Result<Vec<u8>> {
    let (head, rest) = file.split_at_checked(HEAD).ok_or_else(|| odd("png"))?;
    let mut out = head.to_vec();
    if let Profile::Cicp(cicp) = load.profile {
        out.extend(chunk(b"cICP", &[&[cicp.primaries, cicp.transfer, 0, 1]]));
    }
    if let Some(icc) = load.icc {
        out.extend(packed_profile(icc).ok_or_else(|| odd("png"))?);
    }
    if let Some(exif) = &load.metadata.exif {
        out.extend(chunk(b"eXIf", &[exif]));
    }
    if let Some(xmp) = &load.metadata.xmp {
        out.extend(chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", xmp]));
    }
    out.extend_from_slice(rest);
    Ok(out)
}

fn chunk(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let data = parts.concat();
    let mut out = (data.len() as u32).to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    out.extend_from_slice(&data);
    out.extend_from_slice(&checksum(&out[4..]).to_be_bytes());
    out
}

/// CRC-32 as PNG wants it.
fn checksum(data: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
    !data.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// The profile as a chunk, taken from a picture of one pixel that the encoder writes around it.
fn packed_profile(icc: &[u8]) -> Option<Vec<u8>> {
    let mut carrier = Vec::new();
    let mut encoder = PngEncoder::new(&mut carrier);
    encoder.set_icc_profile(icc.to_vec()).ok()?;
    encoder.write_image(&[0], 1, 1, ExtendedColorType::L8).ok()?;
    let mut rest = carrier.get(HEAD..)?;
    loop {
        let (length, _) = rest.split_first_chunk::<4>()?;
        let (whole, behind) = rest.split_at_checked(u32::from_be_bytes(*length) as usize + 12)?;
        if &whole[4..8] == b"iCCP" {
            return Some(whole.to_vec());
        }
        rest = behind;
    }
}
