//! From options and header to a plan.

use super::Plan;
use crate::image::{Format, Probe};
use crate::options::Options;
use crate::{Error, Limits, Result};

/// What a plan is made from, besides the header and the limits.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What is asked for.
    pub options: &'a Options,
    /// Formats beyond JPEG, PNG and GIF that the client accepts, best first.
    pub accepts: &'a [Format],
    /// Bytes of the source.
    pub source_bytes: u64,
}

/// Makes the plan, or says which option or limit stands in its way.
pub fn plan(_request: &Request<'_>, _probe: &Probe, _limits: &Limits) -> Result<Plan> {
    Err(Error::unsupported("not built yet"))
}
