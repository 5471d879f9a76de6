//! Bytes to pixels: sniff, probe, one adapter a format.

mod avif;
mod exif;
mod gif;
mod isobmff;
mod jpeg;
mod png;
mod sniff;
mod webp;

use crate::backends::Backend;
use crate::image::{Format, Image, Probe};
use crate::kernel::libjpeg;
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// Reads the header of `source`. No pixel is decoded and memory stays within `limits`.
pub(crate) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    match sniff::sniff(source)? {
        Format::Jpeg => jpeg::probe(source, limits),
        Format::Png => png::probe(source, limits),
        Format::Gif => gif::probe(source, limits),
        Format::Webp => webp::probe(source, limits),
        Format::Avif => avif::probe(source, limits),
        Format::Json => Err(Error::unsupported("json is not an image")),
    }
}

/// Decodes the first frame as `plan` says.
pub(crate) fn decode(
    source: &[u8],
    probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    job.check()?;
    let image = match probe.format {
        Format::Jpeg => jpeg::decode(source, probe, plan, limits, job),
        Format::Png => png::decode(source, probe, plan, limits, job),
        Format::Gif => gif::decode(source, probe, plan, limits, job),
        Format::Webp => webp::decode(source, probe, plan, limits, job),
        Format::Avif => avif::decode(source, limits, job),
        Format::Json => Err(Error::unsupported("json is not an image")),
    }?;
    if (image.width(), image.height(), image.layout()) != (plan.width, plan.height, plan.layout) {
        return Err(Error::internal("the decoder made another picture than was planned"));
    }
    Ok(image)
}

/// Refuses a picture whose header alone passes a limit. `side` is the longest side the format
/// may have here.
fn check_size(width: u32, height: u32, side: u32, limits: &Limits) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(Error::malformed("a picture without width or height"));
    }
    let longest = width.max(height);
    if longest > side {
        return Err(Error::too_large("source side", side, longest));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.source_pixels {
        return Err(Error::too_large("source pixels", limits.source_pixels, pixels));
    }
    Ok(())
}

/// Decoders of this build.
pub(crate) fn backends() -> Vec<Backend> {
    let jpeg =
        Backend { role: "jpeg decode", name: libjpeg::name(), accelerated: libjpeg::accelerated() };
    vec![jpeg, avif::backend()]
}

/// Decodes an AVIF file for the tests of its encoder.
#[cfg(test)]
pub(crate) fn avif_picture(source: &[u8], limits: &Limits, job: &Job) -> Result<Image> {
    avif::decode(source, limits, job)
}
