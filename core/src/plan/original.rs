//! When the source itself may be sent (reference §2.3, §2.7: `original is smaller`).

use super::{DecodePlan, Encoding, OutputPlan, Request, Step};
use crate::image::{Format, Probe};
use crate::options::{FormatWord, Metadata};

/// How a source that is sent as it is leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Original {
    /// Without metadata; the copyright that may stay is in the plan's EXIF block.
    WithoutMetadata,
    /// With all of it.
    WithMetadata,
}

/// Whether the source may be sent where it is smaller than the result: its pixels are those of
/// the result, and its format is one that would do.
pub(super) fn original(
    request: &Request<'_>,
    probe: &Probe,
    decode: &DecodePlan,
    steps: &[Step],
    output: &OutputPlan,
) -> Option<Original> {
    let frames = output.animation.map_or(1, |animation| animation.frames);
    let same_picture = steps.is_empty()
        && !decode.to_srgb
        && (output.width, output.height) == (probe.width, probe.height)
        && frames == probe.frames.max(1)
        && output.encoding != Encoding::Json;
    if !same_picture || !format_will_do(request, probe, output) {
        return None;
    }
    let metadata = &output.metadata;
    match request.options.metadata {
        Some(Metadata::Keep) => Some(Original::WithMetadata),
        // What stays of these would have to be put into the file.
        _ if metadata.xmp.is_some() || metadata.iptc.is_some() => None,
        _ => Some(Original::WithoutMetadata),
    }
}

/// A format that was asked for by name stays; `auto` sends whatever the client reads.
fn format_will_do(request: &Request<'_>, probe: &Probe, output: &OutputPlan) -> bool {
    let same = probe.format == output.encoding.format();
    match request.options.format {
        Some(FormatWord::BaselineJpeg) => same && !probe.progressive,
        Some(FormatWord::Auto) if !same => match probe.format {
            Format::Jpeg | Format::Png | Format::Gif => true,
            other => request.accepts.contains(&other),
        },
        _ => same,
    }
}
