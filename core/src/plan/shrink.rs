//! How much of the scaling a JPEG decoder does itself.

use super::Area;
use crate::image::{Format, Probe};

/// Denominators with the least factor that must be left for the resampler: default, and for
/// `compression=fast`.
const SHRINKS: [(u8, f64, f64); 3] = [(8, 6.0, 1.2), (4, 3.0, 1.2), (2, 1.8, 1.2)];

/// The decoder's scale, 1, 2, 4 or 8, when `area` of the stored picture becomes `size`.
pub(super) fn decode_scale(probe: &Probe, area: &Area, size: (u32, u32), fast: bool) -> u8 {
    if probe.format != Format::Jpeg {
        return 1;
    }
    let factor = (area.width / f64::from(size.0)).min(area.height / f64::from(size.1));
    let fits = |&&(scale, least, least_fast): &&(u8, f64, f64)| {
        factor / f64::from(scale) >= if fast { least_fast } else { least }
    };
    SHRINKS.iter().find(fits).map_or(1, |&(scale, ..)| scale)
}
