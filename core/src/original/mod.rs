//! The source itself, where it says the same in fewer bytes.
//!
//! Its pixels must be what the plan would send, and metadata that must not leave is cut out
//! without touching them. What stands behind the end of a picture goes as well.

mod isobmff;
mod jpeg;
mod png;
mod webp;

use crate::image::Format;
use crate::plan::{Original, Plan};

/// The source that may be sent in place of a result of `bytes`, if the plan allows it and it is
/// smaller.
pub(crate) fn instead_of(bytes: usize, plan: &Plan, source: &[u8]) -> Option<Vec<u8>> {
    let original = plan.output.original?;
    let exif = plan.output.metadata.exif.as_deref();
    let data = match plan.source {
        Format::Jpeg => jpeg::cut(source, original, exif)?,
        Format::Png => png::cut(source)?,
        Format::Webp => webp::cut(source)?,
        Format::Gif if !has_comments(source) => source.to_vec(),
        Format::Avif if !isobmff::has_metadata(source) => source.to_vec(),
        _ => return None,
    };
    (data.len() < bytes).then_some(data)
}

/// Whether a GIF may hold text. Picture data that looks like it counts as well, which costs no
/// more than a chance.
fn has_comments(source: &[u8]) -> bool {
    let starts = |mark: &[u8]| source.windows(mark.len()).any(|window| window == mark);
    starts(b"\x21\xfe") || starts(b"XMP DataXMP")
}

/// What the metadata option leaves of a JPEG's segments, for [`jpeg::cut`].
fn keeps_all(original: Original) -> bool {
    original == Original::WithMetadata
}

#[cfg(test)]
mod tests;
