//! A source made ready to be looked at.

use crate::image::{Image, Probe};
use crate::plan::look::Look;
use crate::{decode, transform, Job, Limits, Result};

/// Decodes `source` and does the steps of `look`. Whoever asks has the memory on the account.
pub(crate) fn picture(
    look: &Look,
    source: &[u8],
    probe: &Probe,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let mut image = decode::decode(source, probe, &look.decode, limits, job)?;
    for step in &look.steps {
        job.check()?;
        image = transform::run(step, image, &probe.profile, job)?;
    }
    Ok(image)
}
