//! PNG: chunks that carry neither pixels nor colours are left out.

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// Chunks besides the critical ones that say how pixels look.
const KEPT: [&[u8; 4]; 10] =
    [b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"acTL", b"fcTL", b"fdAT"];

/// `source` without text, EXIF, times and whatever else is no part of the picture.
pub(super) fn cut(source: &[u8]) -> Option<Vec<u8>> {
    let mut rest = source.strip_prefix(SIGNATURE)?;
    let mut out = SIGNATURE.to_vec();
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let kind: &[u8; 4] = rest.get(4..8)?.try_into().ok()?;
        let (chunk, behind) = rest.split_at_checked(length.checked_add(12)?)?;
        // A small first letter says that a reader may pass the chunk over.
        if kind[0].is_ascii_uppercase() || KEPT.contains(&kind) {
            out.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(out);
        }
        rest = behind;
    }
}
