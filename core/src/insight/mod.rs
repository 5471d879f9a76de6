//! Pixels to facts: what a plan needs to know of a picture before it is made.

pub(crate) mod describe;
pub(crate) mod faces;

use crate::image::Probe;
use crate::options::Options;
use crate::plan::Measured;
use crate::{Job, Limits, Result};

/// Measures what `options` ask about the pixels of `source`, on the smallest decode that tells it.
pub(crate) fn measure(
    _source: &[u8],
    _probe: &Probe,
    _options: &Options,
    _limits: &Limits,
    _job: &Job,
) -> Result<Measured> {
    Ok(Measured::default())
}
