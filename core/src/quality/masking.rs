//! What quantisers would lose of a picture, against what hides the loss.
//!
//! SSIMULACRA2 compares at several sizes, and weighs errors by how busy the place is. So for a few
//! step sizes we look how much of a block's frequencies a quantiser would drop, over how much the
//! block and its surroundings vary.

use super::features::{luma_and_chroma, Plane, BLOCK};
use crate::image::Image;
use crate::{Job, Result};

/// Number of [`Masking::values`].
pub const COUNT: usize = 5 + BANDS * STEPS.len();

/// Bands of frequencies of a block; each ends with so many half waves across and down.
const BANDS: usize = 4;
const ENDS: [usize; BANDS] = [2, 4, 8, 14];
/// Steps of quantisers.
const STEPS: [f32; 3] = [8.0, 32.0, 128.0];
/// Variances of means, against which that of a place is held.
const VARIANCES: [f64; 3] = [4.0, 16.0, 64.0];
/// Where less than this varies, errors are seen all the same: SSIM's constant, about.
const SEEN: f64 = 70.0;

/// Mean luma of every block.
pub(super) struct Levels {
    means: Vec<f32>,
    columns: usize,
}

/// How a block's mean lies among its neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Around {
    /// Variance of the block's mean and the eight around it.
    variance: f64,
    /// Sum of the steps to the right and the lower neighbour.
    step: f64,
}

impl Levels {
    pub fn of(image: &Image, job: &Job) -> Result<Self> {
        let columns = (image.width() as usize).div_ceil(BLOCK);
        let mut means = Vec::new();
        for top in (0..image.height()).step_by(BLOCK) {
            job.check()?;
            let bottom = (top + BLOCK as u32).min(image.height());
            let start = means.len();
            means.resize(start + columns, 0.0);
            for row in top..bottom {
                add_row(&mut means[start..], image.row(row), image.layout().channels());
            }
            for (column, mean) in means[start..].iter_mut().enumerate() {
                let width = (image.width() as usize - column * BLOCK).min(BLOCK);
                *mean /= width as f32 * (bottom - top) as f32;
            }
        }
        Ok(Levels { means, columns })
    }

    /// At the edges the last block stands for those that are not there.
    pub fn around(&self, column: usize, row: usize) -> Around {
        let last = self.means.len() / self.columns - 1;
        let mean = |column: usize, row: usize| {
            let (column, row) = (column.min(self.columns - 1), row.min(last));
            f64::from(self.means[row * self.columns + column])
        };
        let (mut sum, mut squares) = (0.0, 0.0);
        for y in [row.saturating_sub(1), row, row + 1] {
            for x in [column.saturating_sub(1), column, column + 1] {
                sum += mean(x, y);
                squares += mean(x, y) * mean(x, y);
            }
        }
        let here = mean(column, row);
        Around {
            variance: (squares / 9.0 - (sum / 9.0) * (sum / 9.0)).max(0.0),
            step: (mean(column + 1, row) - here).abs() + (mean(column, row + 1) - here).abs(),
        }
    }
}

/// Adds the lumas of a row of pixels to the sums of the blocks it goes through.
fn add_row(sums: &mut [f32], row: &[u8], channels: usize) {
    for (sum, block) in sums.iter_mut().zip(row.chunks(BLOCK * channels)) {
        *sum += block.chunks_exact(channels).map(|pixel| luma_and_chroma(pixel)[0]).sum::<f32>();
    }
}

/// Sums over blocks.
#[derive(Default)]
pub(super) struct Masking {
    blocks: f64,
    step: f64,
    log_variance: f64,
    shares: [f64; VARIANCES.len()],
    losses: [[f64; STEPS.len()]; BANDS],
}

impl Masking {
    pub fn add(&mut self, luma: &Plane, around: Around) {
        self.blocks += 1.0;
        self.step += around.step;
        self.log_variance += (1.0 + around.variance).ln();
        for (sum, variance) in self.shares.iter_mut().zip(VARIANCES) {
            *sum += variance / (variance + around.variance);
        }
        let bands = bands(luma);
        let mut energy = 0.0;
        for (sums, band) in self.losses.iter_mut().zip(bands) {
            energy += band.energy;
            let hides = 2.0 * (f64::from(energy) / 64.0 + around.variance) + SEEN;
            for (sum, lost) in sums.iter_mut().zip(band.lost) {
                *sum += f64::from(lost) / 64.0 / hides;
            }
        }
    }

    pub fn values(&self) -> [f64; COUNT] {
        let mean = |sum: f64| sum / self.blocks;
        let mut values = [0.0; COUNT];
        values[0] = (0.1 + mean(self.step)).ln();
        values[1] = mean(self.log_variance);
        let logs = self.shares.iter().map(|sum| mean(*sum).ln());
        let losses = self.losses.as_flattened().iter().map(|sum| (0.001 + mean(*sum)).ln());
        values[2..].iter_mut().zip(logs.chain(losses)).for_each(|(value, log)| *value = log);
        values
    }
}

/// Some of a block's frequencies.
#[derive(Default, Clone, Copy)]
struct Band {
    /// Sum of squares.
    energy: f32,
    /// Sum of squared errors for each of [`STEPS`].
    lost: [f32; STEPS.len()],
}

/// All but the mean of a block.
fn bands(plane: &Plane) -> [Band; BANDS] {
    let mut bands = [Band::default(); BANDS];
    for (y, row) in transformed(plane).iter().enumerate() {
        for (x, value) in row.iter().enumerate().skip(usize::from(y == 0)) {
            let band = &mut bands[ENDS.partition_point(|end| *end < x + y)];
            let square = value * value;
            band.energy += square;
            for (lost, step) in band.lost.iter_mut().zip(STEPS) {
                *lost += square.min(step * step / 6.0);
            }
        }
    }
    bands
}

/// Orthonormal cosine transform of a block.
fn transformed(plane: &Plane) -> [[f32; BLOCK]; BLOCK] {
    let mut across = [[0.0; BLOCK]; BLOCK];
    for (row, samples) in across.iter_mut().zip(plane) {
        for (value, wave) in row.iter_mut().zip(&WAVES) {
            *value = wave.iter().zip(samples).map(|(wave, sample)| wave * sample).sum();
        }
    }
    let mut both = [[0.0; BLOCK]; BLOCK];
    for (row, wave) in both.iter_mut().zip(&WAVES) {
        for (weight, values) in wave.iter().zip(&across) {
            row.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
        }
    }
    both
}

/// Half cosines of multiples of a sixteenth of half a turn.
#[rustfmt::skip]
const COSINES: [f32; 9] = [
    0.5, 0.490_392_64, 0.461_939_77, 0.415_734_8, 0.353_553_4, 0.277_785_12, 0.191_341_72,
    0.097_545_16, 0.0,
];

/// Samples of the waves of a block.
const WAVES: [[f32; BLOCK]; BLOCK] = waves();

const fn waves() -> [[f32; BLOCK]; BLOCK] {
    let mut waves = [[COSINES[4]; BLOCK]; BLOCK];
    let mut at = BLOCK;
    while at < BLOCK * BLOCK {
        let (wave, sample) = (at / BLOCK, at % BLOCK);
        let angle = (2 * sample + 1) * wave % 32;
        waves[wave][sample] = match angle {
            0..=8 => COSINES[angle],
            9..=16 => -COSINES[16 - angle],
            17..=24 => -COSINES[angle - 16],
            _ => COSINES[32 - angle],
        };
        at += 1;
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Layout;

    #[test]
    fn the_transform_keeps_energy_and_finds_a_wave() {
        let mut plane = [[0.0; BLOCK + 1]; BLOCK + 1];
        for (y, row) in plane.iter_mut().enumerate().take(BLOCK) {
            for (x, sample) in row.iter_mut().enumerate().take(BLOCK) {
                *sample = 40.0 * WAVES[3][x] * WAVES[2][y] + 16.0;
            }
        }
        let values = transformed(&plane);
        assert!((values[2][3] - 40.0).abs() < 1e-3 && (values[0][0] - 128.0).abs() < 1e-3);
        let rest: f32 = values.as_flattened().iter().map(|value| value * value).sum();
        assert!((rest - 1600.0 - 128.0 * 128.0).abs() < 0.1, "{rest}");
    }

    #[test]
    fn a_coarser_step_loses_more_until_nothing_is_left() {
        let mut plane = [[0.0; BLOCK + 1]; BLOCK + 1];
        (0..BLOCK).for_each(|y| plane[y][y] = 60.0);
        for band in bands(&plane) {
            let [fine, middle, coarse] = band.lost;
            assert!(fine < middle && middle <= coarse && coarse <= band.energy);
        }
    }

    #[test]
    fn levels_are_means_of_blocks_and_edges_repeat() {
        let data = (0..20 * 12).map(|at| if at % 20 < 16 { 10 } else { 100 }).collect();
        let image = Image::from_data(20, 12, Layout::Gray, data).unwrap();
        let levels = Levels::of(&image, &Job::default()).unwrap();
        assert_eq!(levels.means, [10.0, 10.0, 100.0, 10.0, 10.0, 100.0]);
        assert_eq!(levels.around(0, 0), Around { variance: 0.0, step: 0.0 });
        assert_eq!(levels.around(1, 1), Around { variance: 1800.0, step: 90.0 });
    }
}
