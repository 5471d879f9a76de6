//! A picture at the size that the network sees.

use super::network::GRID;
use crate::image::{Image, Layout};
use crate::{Job, Result};

/// Pixels that the first layer's windows reach beyond the picture, before and after it.
const BEFORE: usize = 1;
const AFTER: usize = 2;

/// Red, green and blue from -1 to 1. Beyond the picture it is black up to the next multiple of
/// [`GRID`], and 0 in the border.
pub(super) struct Pixels {
    /// Width up to the multiple.
    pub(super) width: usize,
    /// Height up to the multiple.
    pub(super) height: usize,
    /// Width and height of the picture in it.
    pub(super) picture: (usize, usize),
    data: Vec<f32>,
}

impl Pixels {
    /// `image` with its longest side made `side`, or `None` for a layout without RGB or grey.
    pub(super) fn of(image: &Image, side: u32, job: &Job) -> Result<Option<Self>> {
        if image.layout() == Layout::Cmyk {
            return Ok(None);
        }
        let longest = image.width().max(image.height());
        let scaled = |own: u32| {
            let own = (u64::from(own) * u64::from(side) * 2 + u64::from(longest))
                / (2 * u64::from(longest));
            (own as usize).max(1)
        };
        let (width, height) = (scaled(image.width()), scaled(image.height()));
        let columns = taps(image.width() as usize, width);
        let mut lines = Vec::with_capacity(image.height() as usize);
        for y in 0..image.height() {
            job.check()?;
            lines.push(across(image.row(y), image.layout(), &columns));
        }
        let mut pixels = Pixels::black(width, height);
        for (y, taps) in taps(image.height() as usize, height).iter().enumerate() {
            job.check()?;
            let out = pixels.row_mut(y, width);
            out.fill(0.0);
            for (line, weight) in lines[taps.first..].iter().zip(&taps.weights) {
                for (out, value) in out.iter_mut().zip(line) {
                    *out += value * weight;
                }
            }
        }
        Ok(Some(pixels))
    }

    fn black(width: usize, height: usize) -> Self {
        let picture = (width, height);
        let (width, height) = (width.next_multiple_of(GRID), height.next_multiple_of(GRID));
        let count = (width + BEFORE + AFTER) * (height + BEFORE + AFTER) * 3;
        let mut pixels = Pixels { width, height, picture, data: vec![0.0; count] };
        for y in 0..height {
            pixels.row_mut(y, width).fill(-1.0);
        }
        pixels
    }

    fn start(&self, x: usize, y: usize) -> usize {
        (y * (self.width + BEFORE + AFTER) + x) * 3
    }

    fn row_mut(&mut self, y: usize, width: usize) -> &mut [f32] {
        let start = self.start(BEFORE, y + BEFORE);
        &mut self.data[start..][..width * 3]
    }

    /// `count` pixels from column `x` of line `y`, both counted from the border's.
    pub(super) fn run(&self, x: usize, y: usize, count: usize) -> &[f32] {
        &self.data[self.start(x, y)..][..count * 3]
    }
}

/// Which samples make one, and how much each counts.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// A triangle as wide as the step between the results, at least as wide as that between samples.
fn taps(from: usize, to: usize) -> Vec<Taps> {
    let step = from as f64 / to as f64;
    let reach = step.max(1.0);
    let each = |index: usize| {
        let middle = (index as f64 + 0.5) * step - 0.5;
        let first = (middle - reach).floor().max(0.0) as usize;
        let last = ((middle + reach).ceil() as usize).min(from - 1);
        let weights = (first..=last).map(|at| (1.0 - (at as f64 - middle).abs() / reach).max(0.0));
        let weights: Vec<f64> = weights.collect();
        let sum: f64 = weights.iter().sum();
        Taps { first, weights: weights.iter().map(|weight| (weight / sum) as f32).collect() }
    };
    (0..to).map(each).collect()
}

fn across(row: &[u8], layout: Layout, columns: &[Taps]) -> Vec<f32> {
    let row: Vec<[f32; 3]> = row.chunks_exact(layout.channels()).map(color).collect();
    let mut out = Vec::with_capacity(columns.len() * 3);
    for taps in columns {
        let mut sum = [0.0; 3];
        for (pixel, weight) in row[taps.first..].iter().zip(&taps.weights) {
            for c in 0..3 {
                sum[c] += pixel[c] * weight;
            }
        }
        out.extend_from_slice(&sum);
    }
    out
}

/// One pixel from -1 to 1; what is transparent is middle grey.
fn color(pixel: &[u8]) -> [f32; 3] {
    let unit = |value: u8| f32::from(value) / 127.5 - 1.0;
    match *pixel {
        [r, g, b, a] => [r, g, b].map(|value| unit(value) * (f32::from(a) / 255.0)),
        [r, g, b] => [r, g, b].map(unit),
        [gray, ..] => [unit(gray); 3],
        [] => [0.0; 3],
    }
}
