//! Pixels to palette numbers, the error of each spread over the pixels behind it.

use super::{Finder, Pixel};
use crate::{Job, Result};

/// What a pixel becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::encode) enum Mapped {
    /// The nearest colour.
    Nearest,
    /// Nothing: it is not drawn, and errors end at it.
    Left,
}

/// Maps rows of `width` pixels to numbers of `colors`, which `finder` knows; `what` says what the
/// pixel at an index becomes. `amount` of 0 to 16 sixteenths of an error is spread, by Floyd and
/// Steinberg's weights, to and fro.
pub(in crate::encode) fn map(
    (pixels, width): (&[Pixel], usize),
    (colors, finder): (&[Pixel], &mut Finder),
    amount: i32,
    what: impl Fn(usize) -> Mapped,
    job: &Job,
) -> Result<Vec<u8>> {
    let mut numbers = vec![0; pixels.len()];
    // In 256ths, one pixel of margin on both sides.
    let mut here = vec![[0i32; 4]; width + 2];
    let mut below = here.clone();
    for (y, row) in pixels.chunks_exact(width).enumerate() {
        job.check()?;
        let back = y % 2 == 1;
        for step in 0..width {
            let x = if back { width - 1 - step } else { step };
            if what(y * width + x) == Mapped::Left {
                continue;
            }
            let wanted = shifted(row[x], here[x + 1]);
            let number = finder.nearest(wanted);
            numbers[y * width + x] = number;
            let error = left_over(wanted, colors[usize::from(number)], amount);
            let (before, behind) = if back { (x + 2, x) } else { (x, x + 2) };
            spread(&mut here[behind], error, 7);
            spread(&mut below[before], error, 3);
            spread(&mut below[x + 1], error, 5);
            spread(&mut below[behind], error, 1);
        }
        std::mem::swap(&mut here, &mut below);
        below.fill([0; 4]);
    }
    Ok(numbers)
}

/// `pixel` with what its neighbours left over.
fn shifted(pixel: Pixel, error: [i32; 4]) -> Pixel {
    if pixel[3] == 0 {
        return pixel;
    }
    let mut wanted = pixel;
    for (sample, error) in wanted.iter_mut().zip(error) {
        *sample = (i32::from(*sample) + ((error + 128) >> 8)).clamp(0, 255) as u8;
    }
    wanted
}

/// A 16th of what `color` misses, in 256ths; less where it is less seen.
fn left_over(wanted: Pixel, color: Pixel, amount: i32) -> [i32; 4] {
    let seen = i32::from(wanted[3]);
    let mut error = [0; 4];
    for ((error, wanted), color) in error.iter_mut().zip(wanted).zip(color) {
        *error = (i32::from(wanted) - i32::from(color)) * amount * seen / 255;
    }
    error
}

fn spread(to: &mut [i32; 4], error: [i32; 4], weight: i32) {
    for (to, error) in to.iter_mut().zip(error) {
        *to += error * weight;
    }
}
