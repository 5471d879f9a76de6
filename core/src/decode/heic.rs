//! Reads the boxes of HEIC. The pixels are for a hook of the host: patents stand on the codec.

use super::isobmff::{Family, File};
use crate::image::{ColorModel, Embedded, Format, Probe, Profile};
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
