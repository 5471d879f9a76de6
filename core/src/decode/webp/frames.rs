//! The frames of an animated WebP: each is decoded by itself and drawn on the canvas.

use super::container::{self, Moving};
use super::decoder;
use crate::decode::compose::Canvas;
use crate::decode::Frames;
use crate::image::{Frame, Layout};
use crate::plan::DecodePlan;
use crate::{Job, Result};

struct Source<I> {
    /// Data of the frames to come.
    frames: I,
    /// Width and height of the canvas.
    size: (u32, u32),
    canvas: Canvas,
}

/// Begins to read the frames of `source`.
pub(in crate::decode) fn frames<'a>(
    source: &'a [u8],
    plan: &DecodePlan,
) -> Result<Box<dyn Frames + 'a>> {
    Ok(Box::new(Source {
        frames: container::moving(source),
        size: (plan.width, plan.height),
        canvas: Canvas::new(plan.width, plan.height, plan.layout)?,
    }))
}

impl<'a, I: Iterator<Item = &'a [u8]>> Frames for Source<I> {
    fn next(&mut self, job: &Job) -> Result<Option<Frame>> {
        let Some(chunk) = self.frames.next() else { return Ok(None) };
        let Moving { coded, place, duration_ms } = Moving::read(chunk, self.size)?;
        let picture = decoder::decode(&coded, Layout::Rgba, job)?;
        self.canvas.begin(place, job)?;
        self.canvas.rows(&picture, job)?;
        drop(picture);
        Ok(Some(Frame { image: self.canvas.picture(job)?, delay_ms: duration_ms }))
    }
}
