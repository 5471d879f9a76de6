//! Bytes to pixels: sniff, probe, one adapter a format.

use crate::backends::Backend;
use crate::image::{Image, Probe};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// Reads the header of `source`. No pixel is decoded and memory stays within `limits`.
pub(crate) fn probe(_source: &[u8], _limits: &Limits) -> Result<Probe> {
    Err(Error::unsupported("not built yet"))
}

/// Decodes the first frame as `plan` says.
pub(crate) fn decode(
    _source: &[u8],
    _probe: &Probe,
    _plan: &DecodePlan,
    _limits: &Limits,
    _job: &Job,
) -> Result<Image> {
    Err(Error::unsupported("not built yet"))
}

/// Decoders of this build.
pub(crate) fn backends() -> Vec<Backend> {
    Vec::new()
}
