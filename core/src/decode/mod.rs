//! Bytes to pixels: sniff, probe, one adapter a format.

mod avif;
mod bmp;
mod compose;
mod exif;
mod gif;
mod heic;
mod isobmff;
mod jpeg;
#[cfg(feature = "jxl")]
mod jxl;
mod pieces;
mod png;
mod sniff;
#[cfg(feature = "svg")]
mod svg;
#[cfg(feature = "tiff")]
mod tiff;
mod watched;
pub(crate) mod webp;

pub(crate) use png::{Chunk as PngChunk, Chunks as PngChunks, Exact};

use crate::backends::Backend;
#[cfg(not(feature = "heic"))]
use crate::hooks;
use crate::image::{Format, Frame, Image, Probe};
use crate::kernel::{libjpeg, libwebp, IMAGE_CRATE};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// The format of `source` by its first bytes, where it is one that is known.
pub(crate) fn sniffed(source: &[u8]) -> Option<Format> {
    sniff::sniff(source).ok()
}

/// Reads the header of `source`. No pixel is decoded and memory stays within `limits`.
pub(crate) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    match sniff::sniff(source)? {
        Format::Jpeg => jpeg::probe(source, limits),
        Format::Png => png::probe(source, limits),
        Format::Gif => gif::probe(source, limits),
        Format::Webp => webp::probe(source, limits),
        Format::Avif => avif::probe(source, limits),
        Format::Heic => heic::probe(source, limits),
        Format::Bmp => bmp::probe(source, limits),
        #[cfg(feature = "tiff")]
        Format::Tiff => tiff::probe(source, limits),
        #[cfg(feature = "jxl")]
        Format::Jxl => jxl::probe(source, limits),
        #[cfg(feature = "svg")]
        Format::Svg => svg::probe(source, limits),
        other => Err(not_read(other)),
    }
}

/// Decodes the first frame as `plan` says.
///
/// What a header tells of the memory is in the plan's estimate, which is on the job's account
/// already; the adapters book what only the rest of the file tells.
pub(crate) fn decode(
    source: &[u8],
    probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    job.check()?;
    let image = run_adapter(source, probe, plan, limits, job)?;
    if (image.width(), image.height(), image.layout()) != (plan.width, plan.height, plan.layout) {
        return Err(Error::internal("the decoder made another picture than was planned"));
    }
    Ok(image)
}

/// Gives the frames of an animation one by one, each composited on the whole canvas.
pub(crate) trait Frames {
    /// The next frame; `None` behind the last one.
    fn next(&mut self, job: &Job) -> Result<Option<Frame>>;
}

/// Begins to decode every frame as `plan` says. A frame that is broken is an error, and the last
/// thing that is told; the frames before it were whole.
pub(crate) fn frames<'a>(
    source: &'a [u8],
    probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &'a Job,
) -> Result<Box<dyn Frames + 'a>> {
    job.check()?;
    match probe.format {
        Format::Png => png::frames(source, plan, limits, job),
        Format::Gif => gif::frames(source, plan, limits),
        Format::Webp => webp::frames(source, plan),
        Format::Avif => avif::frames(source, plan, limits, job),
        other => {
            let name = other.name();
            Err(Error::unsupported(format!("{name}: a format without animation")))
        }
    }
}

/// Every sample of a PNG's default picture, at the depth that it is stored in.
pub(crate) fn exact_png(source: &[u8], limits: &Limits, job: &Job) -> Result<Exact> {
    png::exact(source, limits, job)
}

/// Decodes by the adapter of the format. It asks `job` by itself.
pub(crate) fn run_adapter(
    source: &[u8],
    probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    match probe.format {
        Format::Jpeg => jpeg::decode(source, probe, plan, limits, job),
        Format::Png => png::decode(source, probe, plan, limits, job),
        Format::Gif => gif::decode(source, probe, plan, limits, job),
        Format::Webp => webp::decode(source, probe, plan, limits, job),
        Format::Avif => {
            let to_srgb = plan.to_srgb.then_some(&probe.profile);
            avif::decode(source, to_srgb, limits, job)
        }
        #[cfg(feature = "heic")]
        Format::Heic => heic::decode(source, plan, limits, job),
        #[cfg(not(feature = "heic"))]
        Format::Heic => Err(hooks::missing("heic")),
        Format::Bmp => bmp::decode(source, plan, job),
        #[cfg(feature = "tiff")]
        Format::Tiff => tiff::decode(source, plan, limits, job),
        #[cfg(feature = "jxl")]
        Format::Jxl => jxl::decode(source, plan, limits, job),
        #[cfg(feature = "svg")]
        Format::Svg => svg::decode(source, plan, job),
        other => Err(not_read(other)),
    }
}

/// An SVG document without what could do harm where it is shown.
#[cfg(feature = "svg")]
pub(crate) fn sanitised_svg(source: &[u8], job: &Job) -> Result<Vec<u8>> {
    svg::sanitised(source, job)
}

/// An SVG document without what could do harm where it is shown.
#[cfg(not(feature = "svg"))]
pub(crate) fn sanitised_svg(_: &[u8], _: &Job) -> Result<Vec<u8>> {
    Err(not_read(Format::Svg))
}

/// A format that no source has in this build.
fn not_read(format: Format) -> Error {
    Error::unsupported(format!("{} input is not supported", format.name()))
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

/// Longest source side of a format that is bound by itself, `own`, more than by the default of
/// the limit. A limit below that default is meant for every format.
fn wide_side(limits: &Limits, own: u32) -> u32 {
    let usual = Limits::default().source_side;
    if limits.source_side < usual {
        limits.source_side
    } else {
        limits.source_side.max(own)
    }
}

/// Decoders of this build.
pub(crate) fn backends() -> Vec<Backend> {
    // SAFETY: takes and keeps nothing.
    let webp = unsafe { libwebp_sys::WebPGetDecoderVersion() };
    vec![
        Backend { role: "jpeg decode", name: libjpeg::name(), accelerated: libjpeg::accelerated() },
        Backend { role: "png decode", name: IMAGE_CRATE.to_owned(), accelerated: true },
        Backend { role: "gif decode", name: IMAGE_CRATE.to_owned(), accelerated: true },
        Backend {
            role: "webp decode",
            name: libwebp::name(webp),
            accelerated: libwebp::accelerated(),
        },
        avif::backend(),
    ]
}

/// Decodes an AVIF file for the tests of its encoder.
#[cfg(test)]
pub(crate) fn avif_picture(source: &[u8], limits: &Limits, job: &Job) -> Result<Image> {
    avif::decode(source, None, limits, job)
}
