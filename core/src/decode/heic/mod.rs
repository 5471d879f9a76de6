//! Reads the boxes of HEIC. The pixels are for a hook of the host, or for libheif in builds with
//! the feature `heic`: patents stand on the codec.

#[cfg(feature = "heic")]
mod libheif;

use super::isobmff::{Family, File};
#[cfg(feature = "heic")]
use crate::image::{Cicp, Image};
use crate::image::{ColorModel, Embedded, Format, Probe, Profile};
#[cfg(feature = "heic")]
use crate::plan::DecodePlan;
#[cfg(feature = "heic")]
use crate::Job;
use crate::{Error, Limits, Result};

/// Longest side of a HEVC grid.
const SIDE: u32 = 16_383;

/// Size and transparency as the boxes say. The picture counts as upright and as sRGB: a hook
/// turns it and converts its colours, as the decoders of systems do.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let file = File::parse_family(source, Family::Hevc, limits.profile_bytes as usize)?;
    let meta = file.meta.ok_or_else(|| Error::unsupported("heic: a sequence without a still"))?;
    let primary = meta.primary();
    let properties = meta.properties(primary)?;
    let (width, height) =
        properties.size.ok_or_else(|| Error::malformed("heic: a picture without a size"))?;
    let side = super::wide_side(limits, SIDE);
    super::check_size(width, height, side, limits)?;
    let crop = properties.crop(width, height)?;
    let (width, height) = crop.map_or((width, height), |crop| (crop.width, crop.height));
    let stored = Probe {
        format: Format::Heic,
        width,
        height,
        frames: 1,
        loops: 0,
        orientation: properties.orientation(),
        model: ColorModel::Rgb,
        alpha: meta.alpha(primary)?.is_some(),
        bits: 8,
        progressive: false,
        lossless: false,
        subsampling: None,
        profile: Profile::Srgb,
        duration_ms: 0,
        frames_alpha: false,
        embedded: Embedded::default(),
    };
    let (width, height) = stored.oriented_size();
    Ok(Probe { width, height, orientation: 1, ..stored })
}

/// Decodes by libheif: upright and in sRGB, as a hook does.
#[cfg(feature = "heic")]
pub(super) fn decode(
    source: &[u8],
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let file = File::parse_family(source, Family::Hevc, limits.profile_bytes as usize)?;
    let meta = file.meta.ok_or_else(|| Error::unsupported("heic: a sequence without a still"))?;
    let properties = meta.properties(meta.primary())?;
    let profile = match (properties.icc, properties.nclx) {
        (Some(icc), _) => Profile::Icc(icc.to_vec()),
        (None, Some(points)) => points_profile(points.primaries, points.transfer),
        (None, None) => Profile::Srgb,
    };
    libheif::decode(source, plan, &profile, job)
}

/// libheif has undone matrix and range.
#[cfg(feature = "heic")]
fn points_profile(primaries: u16, transfer: u16) -> Profile {
    let [primaries, transfer] = [primaries, transfer].map(|code| code.try_into().unwrap_or(2));
    let points = Cicp { primaries, transfer, matrix: 0, full_range: true };
    if points.is_srgb() {
        Profile::Srgb
    } else {
        Profile::Cicp(points)
    }
}
