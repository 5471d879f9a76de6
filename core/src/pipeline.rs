//! Walks a plan. No option is left to interpret here.

use std::time::{Duration, Instant};

use crate::encode::Encoded;
use crate::image::{Frame, Image, Probe};
use crate::plan::{Encoding, Plan};
use crate::{decode, encode, transform, Job, Limits, Result};

/// What [`execute`] made, and how long its stages took.
pub(crate) struct Executed {
    /// Encoded bytes and the settings that made them.
    pub encoded: Encoded,
    /// Time by stage.
    pub times: Times,
}

/// Time by stage, over all frames.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
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
    let walk = Walk { plan, probe, source, limits, job };
    if plan.output.animation.is_some() {
        walk.animation()
    } else {
        walk.still()
    }
}

/// The picture that would be encoded.
pub(crate) fn picture(
    plan: &Plan,
    probe: &Probe,
    source: &[u8],
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let _memory = job.charge(plan.memory)?;
    let image = decode::decode(source, probe, &plan.decode, limits, job)?;
    Walk { plan, probe, source, limits, job }.transform(image)
}

struct Walk<'a> {
    plan: &'a Plan,
    probe: &'a Probe,
    source: &'a [u8],
    limits: &'a Limits,
    job: &'a Job,
}

impl Walk<'_> {
    fn still(&self) -> Result<Executed> {
        let mut times = Times::default();
        let image = timed(&mut times.decode, || {
            decode::decode(self.source, self.probe, &self.plan.decode, self.limits, self.job)
        })?;
        let image = timed(&mut times.transform, || self.transform(image))?;
        let encoded =
            timed(&mut times.encode, || encode::encode(&image, &self.plan.output, self.job))?;
        self.job.check()?;
        Ok(Executed { encoded, times })
    }

    /// One frame at a time: memory does not grow with their number.
    fn animation(&self) -> Result<Executed> {
        let mut times = Times::default();
        let (decode, output) = (&self.plan.decode, &self.plan.output);
        let mut frames = decode::frames(self.source, self.probe, decode, self.limits, self.job)?;
        let mut result = encode::animation(output, self.job)?;
        while let Some(frame) = timed(&mut times.decode, || frames.next(self.job))? {
            let image = timed(&mut times.transform, || self.transform(frame.image))?;
            let frame = Frame { image, ..frame };
            timed(&mut times.encode, || result.add(&frame, self.job))?;
        }
        let data = timed(&mut times.encode, || result.finish(self.job))?;
        self.job.check()?;
        Ok(Executed { encoded: Encoded { data, encoding: output.encoding.clone() }, times })
    }

    fn transform(&self, mut image: Image) -> Result<Image> {
        for step in &self.plan.steps {
            self.job.check()?;
            image = transform::run(step, image, &self.probe.profile, self.job)?;
        }
        self.job.check()?;
        Ok(image)
    }
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let result = work();
    *total += start.elapsed();
    result
}
