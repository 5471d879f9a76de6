//! Reads GIF.

use crate::image::{Image, Probe};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

pub(super) fn probe(_source: &[u8], _limits: &Limits) -> Result<Probe> {
    Err(Error::unsupported("gif input is not built yet"))
}

pub(super) fn decode(
    _source: &[u8],
    _probe: &Probe,
    _plan: &DecodePlan,
    _limits: &Limits,
    _job: &Job,
) -> Result<Image> {
    Err(Error::unsupported("gif input is not built yet"))
}
