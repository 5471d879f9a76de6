//! The source itself, where it says the same in fewer bytes.
//!
//! Its pixels must be what the plan would send, and metadata that must not leave is cut out
//! without touching them. What stands behind the end of a picture goes as well.

mod gif;
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
        format => as_it_is(format, original, source)?,
    };
    (data.len() < bytes).then_some(data)
}

/// The source for a plan that transforms nothing, with or without its metadata; none if that
/// cannot be told from the picture.
pub(crate) fn as_it_is(format: Format, original: Original, source: &[u8]) -> Option<Vec<u8>> {
    match format {
        _ if keeps_all(original) => Some(source.to_vec()),
        Format::Png => png::cut(source),
        Format::Webp => webp::cut(source),
        Format::Gif => gif::cut(source),
        Format::Avif if !isobmff::has_metadata(source) => Some(source.to_vec()),
        _ => None,
    }
}

/// What the metadata option leaves of a JPEG's segments, for [`jpeg::cut`].
fn keeps_all(original: Original) -> bool {
    original == Original::WithMetadata
}

#[cfg(test)]
mod tests;
