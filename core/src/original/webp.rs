//! WebP: chunks of metadata are left out, with the flags that announce them.

/// Flags of EXIF and XMP in the `VP8X` chunk.
const METADATA: u8 = 0x08 | 0x04;

/// `source` without EXIF, XMP and chunks that nobody knows.
pub(super) fn cut(source: &[u8]) -> Option<Vec<u8>> {
    let size = u32::from_le_bytes(source.get(4..8)?.try_into().ok()?) as usize;
    let mut rest = source.get(..size.checked_add(8)?)?.get(12..)?;
    let mut out = source[..12].to_vec();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?) as usize;
        let padded = length.checked_add(length & 1)?.checked_add(8)?;
        let (chunk, behind) = rest.split_at_checked(padded)?;
        let at = out.len();
        match &chunk[..4] {
            b"VP8X" => {
                out.extend_from_slice(chunk);
                *out.get_mut(at + 8)? &= !METADATA;
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ICCP" | b"ANIM" | b"ANMF" => {
                out.extend_from_slice(chunk);
            }
            _ => {}
        }
        rest = behind;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(out)
}
