//! Walks a plan. No option is left to interpret here.

use std::time::{Duration, Instant};

use crate::image::Probe;
use crate::plan::{Encoding, Plan, Step};
use crate::{decode, encode, transform, Job, Limits, Result};

/// What [`execute`] made, and how long its stages took.
pub(crate) struct Executed {
    /// Encoded bytes.
    pub data: Vec<u8>,
    /// Decoding.
    pub decode: Duration,
    /// All steps.
    pub transform: Duration,
    /// Encoding.
    pub encode: Duration,
}

/// Decodes, transforms and encodes.
pub(crate) fn execute(
    plan: &Plan,
    probe: &Probe,
    source: &[u8],
    limits: &Limits,
    job: &Job,
) -> Result<Executed> {
    debug_assert!(!matches!(plan.output.encoding, Encoding::Json));
    let _memory = job.charge(plan.memory)?;
    let start = Instant::now();
    let mut image = decode::decode(source, probe, &plan.decode, limits, job)?;
    let decoded = Instant::now();
    for step in &plan.steps {
        job.check()?;
        image = run_step(step, image, probe, job)?;
    }
    job.check()?;
    let transformed = Instant::now();
    let data = encode::encode(&image, &plan.output, job)?;
    job.check()?;
    Ok(Executed {
        data,
        decode: decoded - start,
        transform: transformed - decoded,
        encode: transformed.elapsed(),
    })
}

fn run_step(
    step: &Step,
    image: crate::image::Image,
    probe: &Probe,
    job: &Job,
) -> Result<crate::image::Image> {
    transform::run(step, image, &probe.profile, job)
}
