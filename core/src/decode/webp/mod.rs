//! Reads WebP: container by our own walk over the chunks, pixels through libwebp, frames of an
//! animation drawn on our own canvas.

mod container;
mod decoder;
mod frames;
#[cfg(test)]
pub(crate) mod player;

use super::exif;
use crate::image::{xmp, ColorModel, Embedded, Format, Image, Layout, Probe, Profile};
use crate::kernel::libwebp;
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};
use container::{Container, Frame};

pub(super) use frames::frames;

/// Reads the container.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let container = Container::read(source, limits.frames)?;
    let side = super::wide_side(limits, libwebp::MAX_SIDE);
    super::check_size(container.width, container.height, side, limits)?;
    let exif = container
        .exif
        .filter(|block| block.len() <= limits.exif_bytes as usize)
        // Some writers put the signature of a JPEG segment before the block.
        .map(|block| block.strip_prefix(b"Exif\0\0").unwrap_or(block));
    let xmp = container.xmp.filter(|packet| packet.len() <= limits.exif_bytes as usize);
    let icc = container.icc.filter(|icc| icc.len() <= limits.profile_bytes as usize);
    let lossless = container.first.lossless;
    Ok(Probe {
        format: Format::Webp,
        width: container.width,
        height: container.height,
        frames: container.frames,
        loops: container.loops,
        duration_ms: container.duration_ms,
        orientation: exif.map_or(1, exif::orientation),
        model: ColorModel::Rgb,
        alpha: container.alpha,
        frames_alpha: container.frames_alpha,
        bits: 8,
        progressive: false,
        lossless,
        subsampling: (!lossless).then_some("4:2:0"),
        profile: icc.map_or(Profile::Srgb, |icc| Profile::Icc(icc.to_vec())),
        embedded: Embedded {
            exif: exif.map(<[u8]>::to_vec),
            xmp: xmp.map(<[u8]>::to_vec),
            iptc: None,
            gain_map: xmp.is_some_and(xmp::has_gain_map),
            content_credentials: container.credentials || xmp.is_some_and(xmp::has_provenance),
        },
    })
}

/// Decodes the first frame, on a transparent canvas when it does not fill it.
pub(super) fn decode(
    source: &[u8],
    _probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let Container { width, height, first, .. } = Container::read(source, limits.frames)?;
    if (width, height) != (plan.width, plan.height) {
        return Err(Error::internal("webp: the plan is for another picture"));
    }
    if !matches!(plan.layout, Layout::Rgb | Layout::Rgba) {
        return Err(Error::internal("webp is rgb with or without alpha"));
    }
    if (first.width, first.height) == (width, height) {
        return decoder::decode(&first, plan.layout, job);
    }
    let _frame = job.charge(u64::from(first.width) * u64::from(first.height) * 4)?;
    let frame = decoder::decode(&first, plan.layout, job)?;
    let mut canvas = Image::new(width, height, plan.layout)?;
    let channels = plan.layout.channels();
    let (left, stride) = (first.x as usize * channels, canvas.stride());
    let rows = canvas.data_mut().chunks_exact_mut(stride).skip(first.y as usize);
    for (target, row) in rows.zip(frame.data().chunks_exact(frame.stride())) {
        job.check()?;
        target[left..left + row.len()].copy_from_slice(row);
    }
    Ok(canvas)
}
