//! A palette for a picture of many colours: quantizr's first guess, then a few rounds in which
//! every colour moves to the middle of the pixels that took it.

use quantizr::{Histogram, Image as Pixels, Options, QuantizeResult};

use super::{Finder, Pixel};
use crate::{Error, Job, Result};

/// Pixels that are looked at. A larger picture is seen through a sieve.
const SAMPLES: usize = 1 << 19;
/// Colours that are weighed against each other. More are taken together with their neighbours.
const SHADES: usize = 1 << 14;
/// Pixels shown to quantizr, and half as many again at most. Its sums are exact up to there; it
/// fails on means that are rounded.
const SHOWN: u64 = 1 << 15;
/// Rounds of moving colours to the middle.
const ROUNDS: usize = 3;

/// The colours of a picture, similar ones taken together.
pub(in crate::encode) struct Sample {
    shades: Vec<Shade>,
}

struct Shade {
    color: Pixel,
    weight: u32,
}

impl Sample {
    /// Looks at `pixels`, which are `count`.
    pub fn new(pixels: impl Iterator<Item = Pixel>, count: usize) -> Self {
        let step = count.div_ceil(SAMPLES).max(1);
        let mut keys: Vec<u32> = pixels.step_by(step).map(u32::from_be_bytes).collect();
        for lost in [0u32, 2, 3, 4] {
            let mask = (0xff << lost & 0xff) * 0x0101_0101;
            keys.sort_unstable_by_key(|key| key & mask);
            let alike = |a: &u32, b: &u32| a & mask == b & mask;
            if lost == 4 || keys.chunk_by(alike).take(SHADES + 1).count() <= SHADES {
                return Sample { shades: keys.chunk_by(alike).map(Shade::mean).collect() };
            }
        }
        Sample { shades: Vec::new() }
    }

    /// How far the nearest colours of `finder` are off, squared, in the mean.
    pub fn error(&self, finder: &Finder) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for shade in &self.shades {
            let (_, distance) = finder.search(shade.color);
            sum += f64::from(distance) * f64::from(shade.weight);
            weight += f64::from(shade.weight);
        }
        if weight > 0.0 {
            sum / weight
        } else {
            0.0
        }
    }
}

impl Shade {
    fn mean(keys: &[u32]) -> Shade {
        let mut sum = [0u64; 4];
        for key in keys {
            for (sum, sample) in sum.iter_mut().zip(key.to_be_bytes()) {
                *sum += u64::from(sample);
            }
        }
        let count = keys.len() as u64;
        Shade { color: sum.map(|sum| ((sum + count / 2) / count) as u8), weight: count as u32 }
    }
}

/// At most `count` colours, 2 to 256, that stand for `sample`.
pub(in crate::encode) fn learn(sample: &Sample, count: usize, job: &Job) -> Result<Vec<Pixel>> {
    let mut colors = guess(sample, count)?;
    for _ in 0..ROUNDS {
        job.check()?;
        if !refine(sample, &mut colors) {
            break;
        }
    }
    Ok(colors)
}

fn guess(sample: &Sample, count: usize) -> Result<Vec<Pixel>> {
    let failed = |error| Error::internal(format!("palette: {error}"));
    let total: u64 = sample.shades.iter().map(|shade| u64::from(shade.weight)).sum();
    let mut shown = Vec::new();
    for shade in &sample.shades {
        // The rarest colour is seen, too.
        let times = (u64::from(shade.weight) * SHOWN / total.max(1)).max(1);
        (0..times).for_each(|_| shown.extend_from_slice(&shade.color));
    }
    let pixels = Pixels::new(&shown, shown.len() / 4, 1).map_err(failed)?;
    let mut histogram = Histogram::new();
    histogram.add_image(&pixels);
    let mut options = Options::default();
    options.set_max_colors(count.clamp(2, 256) as i32).map_err(failed)?;
    let result = QuantizeResult::quantize_histogram(&histogram, &options);
    let palette = result.get_palette();
    let colors = &palette.entries[..palette.count as usize];
    Ok(colors.iter().map(|color| [color.r, color.g, color.b, color.a]).collect())
}

/// Moves every colour to the middle of what it stands for; false when none moved.
fn refine(sample: &Sample, colors: &mut [Pixel]) -> bool {
    let finder = Finder::new(colors);
    let mut sums = vec![([0u64; 4], 0u64); colors.len()];
    for shade in &sample.shades {
        let (at, _) = finder.search(shade.color);
        let (sum, weight) = &mut sums[usize::from(at)];
        *weight += u64::from(shade.weight);
        for (sum, value) in sum.iter_mut().zip(shade.color) {
            *sum += u64::from(value) * u64::from(shade.weight);
        }
    }
    let mut moved = false;
    for (color, (sum, weight)) in colors.iter_mut().zip(sums) {
        if weight > 0 {
            let middle = sum.map(|sum| ((sum + weight / 2) / weight) as u8);
            moved |= *color != middle;
            *color = middle;
        }
    }
    moved
}
