//! Reads JPEG: header by our own walk over the segments, pixels through mozjpeg.

mod decompress;
mod header;
mod parts;

use super::exif;
use crate::image::{Format, Image, Layout, Probe};
use crate::plan::DecodePlan;
use crate::{guard, Error, Job, Limits, Result};
use decompress::Decompress;
use header::Header;

/// Rows that are decoded between two looks at the job.
const ROWS: usize = 16;

/// Reads the header.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let header = Header::read(source)?;
    super::check_size(header.width, header.height, limits.source_side, limits)?;
    let embedded = header.embedded(limits.exif_bytes as usize);
    Ok(Probe {
        format: Format::Jpeg,
        width: header.width,
        height: header.height,
        frames: 1,
        loops: 0,
        duration_ms: 0,
        orientation: embedded.exif.as_deref().map_or(1, exif::orientation),
        model: header.model(),
        alpha: false,
        frames_alpha: false,
        bits: 8,
        progressive: header.progressive,
        lossless: false,
        subsampling: header.subsampling(),
        profile: header.profile(limits),
        embedded,
    })
}

/// Decodes at the plan's scale. A file that ends early gives what was in it, as browsers show
/// it, when at least the first row of blocks is whole.
pub(super) fn decode(
    source: &[u8],
    _probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let header = Header::read(source)?;
    let scans = header.scans(source, limits.scans);
    if scans > limits.scans {
        return Err(Error::too_large("scans", limits.scans, "more"));
    }
    // Like a progressive file, which the plan knows of, one of several scans is held whole.
    let unplanned = scans > 1 && !header.progressive;
    let _coefficients = job.charge(if unplanned { header.coefficient_bytes() } else { 0 })?;
    let mut image = Image::new(plan.width, plan.height, plan.layout)?;
    let damaged = guard::catch(|| {
        let mut decoder = Decompress::open(source, plan, limits, job)?;
        decoder.read_into(&mut image, job)?;
        Ok(decoder.ended_in_first_row())
    })?;
    if damaged && !header.restarts {
        return Err(Error::malformed("jpeg: ends before the first row of blocks"));
    }
    if plan.layout == Layout::Cmyk && header.adobe.is_some() {
        // Adobe's programs store ink inverted.
        image.for_rows(job, |row| row.iter_mut().for_each(|sample| *sample = !*sample))?;
    }
    Ok(image)
}
