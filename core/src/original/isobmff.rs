//! AVIF: metadata lies between the picture's own items, so a file that has any is not sent.

/// Whether a file may hold EXIF, XMP or other items that are no pictures.
pub(super) fn has_metadata(source: &[u8]) -> bool {
    let marks: [&[u8]; 4] = [b"Exif", b"mime", b"uri ", b"jumb"];
    marks.iter().any(|mark| source.windows(4).any(|window| window == *mark))
}
