//! Pixels to pixels: one file a step.

mod adjust;
mod blur;
mod color;
mod composite;
mod convert;
mod crop;
mod draw;
mod flatten;
mod orient;
mod pad;
mod resize;
mod sharpen;

use crate::backends::Backend;
use crate::image::{Image, Orientation, Profile};
use crate::plan::Step;
use crate::{Error, Job, Result};

/// Does `step`. `profile` says what the source's numbers mean, for `Step::ToSrgb`.
pub(crate) fn run(step: &Step, image: Image, profile: &Profile, job: &Job) -> Result<Image> {
    match *step {
        Step::Resize { area, width, height } => resize::run(image, area, width, height, job),
        Step::Crop { left, top, width, height } => {
            crop::run(image, (left, top), (width, height), job)
        }
        Step::ToSrgb => color::run(image, profile, job),
        Step::Orient { orientation } => {
            orient::run(image, Orientation::from_exif(orientation), job)
        }
        Step::Pad { left, top, width, height, background } => {
            pad::run(image, (left, top), (width, height), background, job)
        }
        Step::Flatten { background } => flatten::run(image, background, job),
        Step::Adjust { brightness, contrast, gamma, saturation } => {
            let adjustment = adjust::Adjustment { brightness, contrast, gamma, saturation };
            adjust::run(image, adjustment, job)
        }
        Step::Blur { radius } => blur::run(image, radius / 2.0, job),
        Step::Segment | Step::Generate { .. } => Err(Error::internal("the host's part of a plan")),
        Step::Sharpen { amount } => sharpen::run(image, amount, job),
        Step::Draw { .. } => Err(Error::internal("draw: no overlay to draw")),
    }
}

/// Does `step` if it draws one of `overlays`, which [`prepare_overlay`] made; else as [`run`].
pub(crate) fn run_with_overlays(
    step: &Step,
    image: Image,
    overlays: &[Image],
    profile: &Profile,
    job: &Job,
) -> Result<Image> {
    match *step {
        Step::Draw { overlay, left, top, repeat, opacity, composite } => {
            let draw = draw::Draw { left, top, repeat, opacity, composite };
            let overlay = overlays.get(overlay);
            let overlay = overlay.ok_or_else(|| Error::internal("draw: no such overlay"))?;
            draw::run(image, overlay, draw, job)
        }
        _ => run(step, image, profile, job),
    }
}

/// An overlay after its own steps, in the form that drawing wants.
pub(crate) fn prepare_overlay(image: Image, job: &Job) -> Result<Image> {
    draw::prepare(image, job)
}

/// The resampler of this build.
pub(crate) fn backend() -> Backend {
    resize::backend()
}
