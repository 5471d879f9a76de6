//! How much of the scaling a JPEG decoder does itself.
//!
//! Scaling inside the decoder is cheap but softer than the resampler. What counts is the factor
//! that is left for the resampler. SSIMULACRA2 of "decoder, then Lanczos" against "full decode,
//! then Lanczos", worst and median of seven pictures (photos of phones and cameras, and a
//! screenshot, which is always the worst):
//!
//! | factor left | 1/2 | 1/4 | 1/8 |
//! |---|---|---|---|
//! | 1.2 | 82, 92 | 78, 89 | 82, 87 |
//! | 1.5 | 86, 92 | 85, 92 | 86, 91 |
//! | 2.0 | 90, 95 | 90, 95 | 89, 93 |
//!
//! The area is mapped exactly, in fractions of the decoded picture. An earlier measurement of the
//! same 1/2 found 81 instead of 95; using the rounded-up size, which shifts the picture, is the
//! likely cause, but that was not tested.

use super::Area;
use crate::image::{Format, Probe};

/// Least factor that is left for the resampler.
const LEAST: f64 = 1.5;
/// The same for `compression=fast`.
const LEAST_FAST: f64 = 1.2;

/// The decoder's scale, 1, 2, 4 or 8, when `area` of the stored picture becomes `size`.
pub(super) fn decode_scale(probe: &Probe, area: &Area, size: (u32, u32), fast: bool) -> u8 {
    if probe.format != Format::Jpeg {
        return 1;
    }
    let factor = (area.width / f64::from(size.0)).min(area.height / f64::from(size.1));
    let least = if fast { LEAST_FAST } else { LEAST };
    [8, 4, 2].into_iter().find(|scale| factor / f64::from(*scale) >= least).unwrap_or(1)
}
