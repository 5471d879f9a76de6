//! What is worth seeing: a coarse map of weights, by what stands out or by detail.

use super::detail;
use super::saliency;
use crate::image::Image;
use crate::plan::look::Attention;
use crate::plan::Interest;
use crate::{Job, Result};

/// Cells along the longer side.
const CELLS: u32 = 64;

/// What is closer to the mean than this is rounding.
const LEAST: f32 = 1e-3;

/// Measures `image`, a small picture, upright and sRGB.
pub(super) fn measure(image: &Image, attention: Attention, job: &Job) -> Result<Interest> {
    match attention {
        Attention::Salient => saliency::measure(image, job),
        Attention::Detail => detail::measure(image, job),
    }
}

/// A map of `image`: the mean of `values`, one a pixel, over every cell.
pub(super) fn cells(image: &Image, values: &[f32]) -> Interest {
    let longest = image.width().max(image.height());
    let count = |side: u32| (side * CELLS / longest).clamp(1, side);
    let (columns, rows) = (count(image.width()), count(image.height()));
    let mut sums = vec![(0.0f32, 0u32); (columns * rows) as usize];
    for (index, value) in values.iter().enumerate() {
        let (x, y) = (index as u32 % image.width(), index as u32 / image.width());
        let column = u64::from(x) * u64::from(columns) / u64::from(image.width());
        let row = u64::from(y) * u64::from(rows) / u64::from(image.height());
        let cell = &mut sums[row as usize * columns as usize + column as usize];
        cell.0 += value;
        cell.1 += 1;
    }
    let weights = sums.iter().map(|(sum, count)| sum / *count as f32).collect();
    Interest { columns, rows, weights }
}

/// Takes the mean away and squares what is left over: a broad even texture weighs little, and
/// what is twice as strong weighs more than twice as much.
pub(super) fn sharpen(map: &mut Interest) {
    let mean = map.weights.iter().sum::<f32>() / map.weights.len() as f32;
    for weight in &mut map.weights {
        let over = (*weight - mean - LEAST).max(0.0);
        *weight = over * over;
    }
}
