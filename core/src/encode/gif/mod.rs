//! Writes GIF: a still picture is an animation of one frame.

mod animation;
mod change;
mod clock;
mod file;
mod lzw;
mod paint;
mod table;

use self::animation::Gif;
use super::palette::Pixel;
use super::Animation;
use crate::image::{Image, Layout};
use crate::plan::{AnimationPlan, OutputPlan};
use crate::{Error, Job, Result};

/// Longest side that the format can say.
const MAX_SIDE: u32 = 65_535;

/// Writes `image`, which is grey or RGB with or without alpha. A pixel is transparent when its
/// alpha is below one half.
pub(super) fn encode(image: &Image, job: &Job) -> Result<Vec<u8>> {
    let mut gif = Gif::new((image.width(), image.height()), None)?;
    gif.show(image, 0, job)?;
    gif.end(job)
}

/// Begins an animation.
pub(super) fn begin(output: &OutputPlan, plan: AnimationPlan) -> Result<Box<dyn Animation>> {
    Ok(Box::new(Gif::new((output.width, output.height), Some(plan.loops))?))
}

/// The pixels of `image`: opaque, or black and transparent.
fn cut(image: &Image, job: &Job) -> Result<Vec<Pixel>> {
    let count = image.width() as usize * image.height() as usize;
    let mut pixels = Vec::new();
    pixels
        .try_reserve_exact(count)
        .map_err(|_| Error::too_large("memory", "what the system gives", 4 * count))?;
    for y in 0..image.height() {
        job.check()?;
        let row = image.row(y);
        match image.layout() {
            Layout::Gray => pixels.extend(row.iter().map(|&gray| [gray, gray, gray, 255])),
            Layout::Rgb => pixels.extend(row.chunks_exact(3).map(|p| [p[0], p[1], p[2], 255])),
            Layout::Rgba => pixels.extend(row.chunks_exact(4).map(|p| match p[3] {
                128.. => [p[0], p[1], p[2], 255],
                _ => [0; 4],
            })),
            Layout::Cmyk => return Err(Error::internal("gif takes no cmyk")),
        }
    }
    Ok(pixels)
}
