//! Walks a plan. No option is left to interpret here.

use std::time::{Duration, Instant};

use crate::encode::Encoded;
use crate::hooks::Hooks;
use crate::image::{Format, Frame, Image, Probe, Profile};
use crate::plan::{
    self, AnimationPlan, DecodePlan, Encoding, Original, OverlayPlan, OverlaySource, Plan, Step,
};
use crate::quality::{self, Found};
use crate::{decode, encode, original, transform, Assets, Error, Input, Job, Kind, Limits, Result};

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
    input: &Input<'_>,
    limits: &Limits,
    hooks: &Hooks,
    job: &Job,
) -> Result<Executed> {
    debug_assert!(!matches!(plan.output.encoding, Encoding::Json));
    job.check()?;
    match plan.output.encoding {
        Encoding::Source(Format::Svg) => return cleaned(input.source, job),
        Encoding::Source(_) => return untouched(plan, probe, input.source, limits),
        _ => {}
    }
    let _memory = job.charge(plan.memory)?;
    let mut times = Times::default();
    let means = Means { limits, hooks, job };
    let overlays = timed(&mut times.decode, || means.overlays(plan, input.assets))?;
    let walk = Walk { plan, probe, source: input.source, overlays, means, job };
    match plan.output.animation {
        Some(animation) => walk.animation(animation, times),
        None => walk.still(times),
    }
}

/// Sends an SVG on, but for what could do harm.
fn cleaned(source: &[u8], job: &Job) -> Result<Executed> {
    let mut times = Times::default();
    let data = timed(&mut times.transform, || decode::sanitised_svg(source, job))?;
    let encoded = Encoded { data, encoding: Encoding::Source(Format::Svg) };
    Ok(Executed::still(encoded, times))
}

/// Sends the source as it is, but for metadata that must not leave.
fn untouched(plan: &Plan, probe: &Probe, source: &[u8], limits: &Limits) -> Result<Executed> {
    let how = plan.output.original.unwrap_or(Original::WithoutMetadata);
    let data = original::as_it_is(plan.source, how, source).ok_or_else(|| {
        let pixels = plan::animation_pixels(probe);
        Error::too_large("animation pixels", limits.animation_transform_pixels, pixels)
    })?;
    let encoded = Encoded { data, encoding: plan.output.encoding.clone() };
    let (frames, duration_ms) = (probe.frames, probe.duration_ms);
    Ok(Executed { frames, duration_ms, ..Executed::still(encoded, Times::default()) })
}

/// The picture that would be encoded.
pub(crate) fn picture(
    plan: &Plan,
    probe: &Probe,
    input: &Input<'_>,
    limits: &Limits,
    hooks: &Hooks,
    job: &Job,
) -> Result<Image> {
    let _memory = job.charge(plan.memory)?;
    let means = Means { limits, hooks, job };
    let overlays = means.overlays(plan, input.assets)?;
    let walk = Walk { plan, probe, source: input.source, overlays, means, job };
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
    if probe.format == Format::Heic && hooks.offered().decode {
        return hooks.decode(source, (plan.width, plan.height), plan.layout, job);
    }
    decode::decode(source, probe, plan, limits, job)
}

/// What all pictures of a job are made with.
#[derive(Clone, Copy)]
struct Means<'a> {
    limits: &'a Limits,
    hooks: &'a Hooks,
    job: &'a Job,
}

impl Means<'_> {
    /// The overlays, ready to be drawn: made once, also for an animation.
    fn overlays(self, plan: &Plan, assets: &Assets) -> Result<Vec<Image>> {
        plan.overlays.iter().map(|plan| self.overlay(plan, assets)).collect()
    }

    fn overlay(self, plan: &OverlayPlan, assets: &Assets) -> Result<Image> {
        let (image, profile) = match &plan.source {
            OverlaySource::Picture { name, probe, decode } => {
                (self.decode(assets.require(name)?, probe, decode)?, &probe.profile)
            }
            OverlaySource::Text(text) => {
                (crate::overlays::text_picture(text, assets, self.job)?, &Profile::Srgb)
            }
        };
        let image = self.transform(image, &plan.steps, &[], profile)?;
        transform::prepare_overlay(image, self.job)
    }

    fn decode(self, source: &[u8], probe: &Probe, plan: &DecodePlan) -> Result<Image> {
        decoded(plan, probe, source, self.limits, self.hooks, self.job)
    }

    fn transform(
        self,
        mut image: Image,
        steps: &[Step],
        overlays: &[Image],
        profile: &Profile,
    ) -> Result<Image> {
        let job = self.job;
        for step in steps {
            job.check()?;
            image = match *step {
                Step::Segment => self.hooks.cut_out(&image, job)?,
                Step::Generate { width, height } => {
                    self.hooks.enlarge(&image, width, height, job)?
                }
                _ => transform::run_with_overlays(step, image, overlays, profile, job)?,
            };
        }
        job.check()?;
        Ok(image)
    }
}

struct Walk<'a> {
    plan: &'a Plan,
    probe: &'a Probe,
    source: &'a [u8],
    overlays: Vec<Image>,
    means: Means<'a>,
    job: &'a Job,
}

impl Walk<'_> {
    fn still(&self, mut times: Times) -> Result<Executed> {
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
            quality::encode(image, output, target, self.means.limits, self.job)?;
        Ok((encoded, Some(Aim { score, encodes })))
    }

    /// One frame at a time: memory does not grow with their number. When a frame is broken, the
    /// ones before it are the animation, as players show it.
    fn animation(&self, planned: AnimationPlan, mut times: Times) -> Result<Executed> {
        let (decode, output) = (&self.plan.decode, &self.plan.output);
        let mut source =
            decode::frames(self.source, self.probe, decode, self.means.limits, self.job)?;
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
        self.means.decode(self.source, self.probe, &self.plan.decode)
    }

    fn transform(&self, image: Image) -> Result<Image> {
        let (steps, profile) = (&self.plan.steps, &self.probe.profile);
        self.means.transform(image, steps, &self.overlays, profile)
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
