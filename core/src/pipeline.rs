//! Walks a plan. No option is left to interpret here.

use std::time::{Duration, Instant};

use crate::encode::Encoded;
use crate::hooks::Hooks;
use crate::image::{Format, Frame, Image, Probe};
use crate::plan::{AnimationPlan, DecodePlan, Encoding, Plan, Step};
use crate::quality::{self, Found};
use crate::{decode, encode, transform, Error, Job, Kind, Limits, Result};

/// What [`execute`] made, and how long its stages took.
pub(crate) struct Executed {
    /// Encoded bytes and the settings that made them.
    pub encoded: Encoded,
    /// Time by stage.
    pub times: Times,
    /// How a target was met, where there was one.
    pub aim: Option<Aim>,
    /// Number of frames that were written.
    pub frames: u32,
    /// How long they take together, in milliseconds; 0 for a still picture.
    pub duration_ms: u64,
    /// What only decoding could tell.
    pub warnings: Vec<String>,
}

impl Executed {
    /// A result that is one picture.
    pub fn still(encoded: Encoded, times: Times) -> Self {
        Executed { encoded, times, aim: None, frames: 1, duration_ms: 0, warnings: Vec::new() }
    }
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
    job.check()?;
    if let Encoding::Source(_) = plan.output.encoding {
        return untouched(plan, probe, source);
    }
    let _memory = job.charge(plan.memory)?;
    let walk = Walk { plan, probe, source, limits, hooks, job };
    match plan.output.animation {
        Some(animation) => walk.animation(animation),
        None => walk.still(),
    }
}

/// Sends the source as it is.
fn untouched(plan: &Plan, probe: &Probe, source: &[u8]) -> Result<Executed> {
    let mut data = Vec::new();
    data.try_reserve_exact(source.len())
        .map_err(|_| Error::too_large("memory", "what the system gives", source.len()))?;
    data.extend_from_slice(source);
    let encoded = Encoded { data, encoding: plan.output.encoding.clone() };
    let (frames, duration_ms) = (probe.frames, probe.duration_ms);
    Ok(Executed { frames, duration_ms, ..Executed::still(encoded, Times::default()) })
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
        Ok(Executed { aim, ..Executed::still(encoded, times) })
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

    /// One frame at a time: memory does not grow with their number. When a frame is broken, the
    /// ones before it are the animation, as players show it.
    fn animation(&self, planned: AnimationPlan) -> Result<Executed> {
        let mut times = Times::default();
        let (decode, output) = (&self.plan.decode, &self.plan.output);
        let mut source = decode::frames(self.source, self.probe, decode, self.limits, self.job)?;
        let mut result = encode::animation(output, self.job)?;
        let (mut frames, mut duration_ms) = (0, 0);
        while frames < planned.frames {
            self.job.check()?;
            let frame = match timed(&mut times.decode, || source.next(self.job)) {
                Ok(Some(frame)) => self.checked(frame)?,
                Err(error) if frames == 0 || error.kind() != Kind::Malformed => return Err(error),
                Ok(None) | Err(_) => break,
            };
            let image = timed(&mut times.transform, || self.transform(frame.image))?;
            let frame = Frame { image, ..frame };
            timed(&mut times.encode, || result.add(&frame, self.job))?;
            frames += 1;
            duration_ms += u64::from(frame.delay_ms);
        }
        drop(source);
        if frames == 0 {
            return Err(Error::malformed("an animation without frames"));
        }
        let data = timed(&mut times.encode, || encode::carried(result.finish(self.job)?, output))?;
        self.job.check()?;
        let encoded = Encoded { data, encoding: output.encoding.clone() };
        let warnings = broken_off(frames, planned.frames).into_iter().collect();
        Ok(Executed { frames, duration_ms, warnings, ..Executed::still(encoded, times) })
    }

    fn checked(&self, frame: Frame) -> Result<Frame> {
        let (image, plan) = (&frame.image, &self.plan.decode);
        let made = (image.width(), image.height(), image.layout());
        if made != (plan.width, plan.height, plan.layout) {
            return Err(Error::internal("the decoder made another frame than was planned"));
        }
        Ok(frame)
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

fn broken_off(frames: u32, planned: u32) -> Option<String> {
    (frames < planned).then(|| {
        format!("the animation is broken: the first {frames} of {planned} frames are kept")
    })
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let result = work();
    *total += start.elapsed();
    result
}
