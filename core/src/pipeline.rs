//! Walks a plan. No option is left to interpret here.

use std::time::{Duration, Instant};

use crate::encode::Encoded;
use crate::hooks::Hooks;
use crate::image::{Format, Frame, Image, Probe};
use crate::plan::{DecodePlan, Encoding, Plan, Step};
use crate::quality::{self, Found};
use crate::{decode, encode, transform, Job, Limits, Result};

/// What [`execute`] made, and how long its stages took.
pub(crate) struct Executed {
    /// Encoded bytes and the settings that made them.
    pub encoded: Encoded,
    /// Time by stage.
    pub times: Times,
    /// How a target was met, where there was one.
    pub aim: Option<Aim>,
}

/// How a target was met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Aim {
    /// The score, where it was looked at.
    pub score: Option<f64>,
    /// How often the picture was encoded.
    pub encodes: u8,
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
    hooks: &Hooks,
    job: &Job,
) -> Result<Executed> {
    debug_assert!(!matches!(plan.output.encoding, Encoding::Json));
    let _memory = job.charge(plan.memory)?;
    let walk = Walk { plan, probe, source, limits, hooks, job };
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
    hooks: &Hooks,
    job: &Job,
) -> Result<Image> {
    let _memory = job.charge(plan.memory)?;
    let walk = Walk { plan, probe, source, limits, hooks, job };
    walk.transform(walk.decode()?)
}

/// The first frame of `source`, by our decoder or by the host's.
pub(crate) fn decoded(
    plan: &DecodePlan,
    probe: &Probe,
    source: &[u8],
    limits: &Limits,
    hooks: &Hooks,
    job: &Job,
) -> Result<Image> {
    if probe.format != Format::Heic {
        return decode::decode(source, probe, plan, limits, job);
    }
    hooks.decode(source, (plan.width, plan.height), plan.layout, job)
}

struct Walk<'a> {
    plan: &'a Plan,
    probe: &'a Probe,
    source: &'a [u8],
    limits: &'a Limits,
    hooks: &'a Hooks,
    job: &'a Job,
}

impl Walk<'_> {
    fn still(&self) -> Result<Executed> {
        let mut times = Times::default();
        let image = timed(&mut times.decode, || self.decode())?;
        let image = timed(&mut times.transform, || self.transform(image))?;
        let (encoded, aim) = timed(&mut times.encode, || self.encode(&image))?;
        self.job.check()?;
        Ok(Executed { encoded, times, aim })
    }

    fn encode(&self, image: &Image) -> Result<(Encoded, Option<Aim>)> {
        let output = &self.plan.output;
        let Some(target) = output.target else {
            return Ok((encode::encode(image, output, self.job)?, None));
        };
        let Found { encoded, score, encodes } =
            quality::encode(image, output, target, self.limits, self.job)?;
        Ok((encoded, Some(Aim { score, encodes })))
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
        let data = timed(&mut times.encode, || encode::carried(result.finish(self.job)?, output))?;
        self.job.check()?;
        let encoded = Encoded { data, encoding: output.encoding.clone() };
        Ok(Executed { encoded, times, aim: None })
    }

    fn decode(&self) -> Result<Image> {
        let decode = &self.plan.decode;
        decoded(decode, self.probe, self.source, self.limits, self.hooks, self.job)
    }

    fn transform(&self, mut image: Image) -> Result<Image> {
        for step in &self.plan.steps {
            self.job.check()?;
            image = match *step {
                Step::Segment => self.hooks.cut_out(&image, self.job)?,
                Step::Generate { width, height } => {
                    self.hooks.enlarge(&image, width, height, self.job)?
                }
                _ => transform::run(step, image, &self.probe.profile, self.job)?,
            };
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
