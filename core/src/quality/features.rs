//! What can be told cheaply of a picture and says how hard it is to compress.

use super::masking::{self, Levels, Masking};
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Side of a block, which is JPEG's.
pub(super) const BLOCK: usize = 8;
/// Blocks in a row or column that are looked at; of more, evenly many are left out.
const BLOCKS: usize = 160;

/// Number of [`Features::values`].
pub const COUNT: usize = PLAIN + masking::COUNT;
/// Those of them that [`Sums`] are behind.
const PLAIN: usize = 14;

/// Figures of a picture that the model predicts from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Features {
    /// In the order of [`Features::NAMES`].
    pub values: [f64; COUNT],
}

impl Features {
    /// What the values are.
    pub const NAMES: [&'static str; COUNT] = [
        "log2 of the pixels",
        "mean luma",
        "mean log of the block gradients",
        "mean square of the same",
        "log of the 4-norm of the block gradients",
        "log of the mean curvature",
        "mean log of the block deviations",
        "share of flat blocks",
        "log of the steps between neighbouring blocks",
        "log of the chroma gradients",
        "log of what is lost when chroma is halved",
        "log of the 4-norm of the same",
        "share of steps on a grid of 8 over those elsewhere",
        "log of the chroma level",
        "log of the steps between means of neighbouring blocks",
        "mean log of the variance of such means nearby",
        "log of the share of 4 in 4 and that variance",
        "the same of 16",
        "the same of 64",
        "log of what a step of 8 loses of the lowest frequencies, against what hides it",
        "the same of a step of 32",
        "the same of a step of 128",
        "what a step of 8 loses of low frequencies",
        "the same of a step of 32",
        "the same of a step of 128",
        "what a step of 8 loses of middle frequencies",
        "the same of a step of 32",
        "the same of a step of 128",
        "what a step of 8 loses of high frequencies",
        "the same of a step of 32",
        "the same of a step of 128",
    ];

    /// Looks at `image`, which is grey, RGB or RGBA.
    pub fn of(image: &Image, job: &Job) -> Result<Self> {
        if image.layout() == Layout::Cmyk {
            return Err(Error::internal("inks were to be looked at"));
        }
        let columns = (image.width() as usize).div_ceil(BLOCK);
        let rows = (image.height() as usize).div_ceil(BLOCK);
        let levels = Levels::of(image, job)?;
        let (mut sums, mut masking) = (Sums::default(), Masking::default());
        for row in spread(rows) {
            job.check()?;
            for column in spread(columns) {
                let planes = Planes::read(image, column * BLOCK, row * BLOCK);
                sums.add(&planes);
                masking.add(&planes.luma, levels.around(column, row));
            }
        }
        let pixels = f64::from(image.width()) * f64::from(image.height());
        let mut values = [0.0; COUNT];
        values[..PLAIN].copy_from_slice(&sums.values(pixels));
        values[PLAIN..].copy_from_slice(&masking.values());
        Ok(Features { values })
    }
}

/// At most [`BLOCKS`] of `count` positions, evenly spread.
fn spread(count: usize) -> impl Iterator<Item = usize> {
    let taken = count.min(BLOCKS);
    (0..taken).map(move |at| at * count / taken)
}

/// Side of what is read of a block: one sample more, for the step to its neighbour.
const SIDE: usize = BLOCK + 1;

/// A block with its right and lower neighbours; what lies outside repeats the edge.
struct Planes {
    luma: [[f32; SIDE]; SIDE],
    blue: [[f32; SIDE]; SIDE],
    red: [[f32; SIDE]; SIDE],
}

impl Planes {
    fn read(image: &Image, left: usize, top: usize) -> Self {
        let mut planes = Planes {
            luma: [[0.0; SIDE]; SIDE],
            blue: [[0.0; SIDE]; SIDE],
            red: [[0.0; SIDE]; SIDE],
        };
        let channels = image.layout().channels();
        for y in 0..SIDE {
            let row = image.row((top + y).min(image.height() as usize - 1) as u32);
            for x in 0..SIDE {
                let at = (left + x).min(image.width() as usize - 1) * channels;
                let [luma, blue, red] = luma_and_chroma(&row[at..at + channels]);
                planes.luma[y][x] = luma;
                planes.blue[y][x] = blue;
                planes.red[y][x] = red;
            }
        }
        planes
    }
}

pub(super) fn luma_and_chroma(pixel: &[u8]) -> [f32; 3] {
    let (red, green, blue, alpha) = match *pixel {
        [gray] => return [f32::from(gray), 0.0, 0.0],
        [red, green, blue] => (red, green, blue, 1.0),
        [red, green, blue, alpha] => (red, green, blue, f32::from(alpha) / 255.0),
        _ => return [0.0; 3],
    };
    let [red, green, blue] =
        [red, green, blue].map(|sample| (f32::from(sample) - 128.0) * alpha + 128.0);
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    [luma, (blue - luma) * 0.564, (red - luma) * 0.713]
}

#[derive(Default)]
struct Sums {
    blocks: f64,
    luma: f64,
    log_gradient: f64,
    log_gradient_squared: f64,
    gradient_fourth: f64,
    curvature: f64,
    log_deviation: f64,
    flat: f64,
    step: f64,
    chroma_gradient: f64,
    halving: f64,
    halving_fourth: f64,
    inner_step: f64,
    chroma: f64,
}

impl Sums {
    fn add(&mut self, planes: &Planes) {
        let gradient = gradient(&planes.luma);
        let log = (1.0 + gradient).ln();
        let (mean, deviation) = mean_and_deviation(&planes.luma);
        self.blocks += 1.0;
        self.luma += mean;
        self.log_gradient += log;
        self.log_gradient_squared += log * log;
        self.gradient_fourth += gradient.powi(4);
        self.curvature += curvature(&planes.luma);
        self.log_deviation += (1.0 + deviation).ln();
        self.flat += f64::from(u8::from(gradient < 0.5));
        let (edge, inside) = steps(&planes.luma);
        self.step += edge;
        self.inner_step += inside;
        self.chroma_gradient += self::gradient(&planes.blue) + self::gradient(&planes.red);
        let halving = halving_loss(&planes.blue) + halving_loss(&planes.red);
        self.halving += halving;
        self.halving_fourth += halving.powi(4);
        let level = |plane| mean_and_deviation(plane).0.abs();
        self.chroma += level(&planes.blue) + level(&planes.red);
    }

    fn values(&self, pixels: f64) -> [f64; PLAIN] {
        let mean = |sum: f64| sum / self.blocks;
        let log = |sum: f64| (0.1 + mean(sum)).ln();
        let fourth = |sum: f64| (0.1 + mean(sum).sqrt().sqrt()).ln();
        [
            pixels.log2(),
            mean(self.luma) / 255.0,
            mean(self.log_gradient),
            mean(self.log_gradient_squared),
            fourth(self.gradient_fourth),
            log(self.curvature),
            mean(self.log_deviation),
            mean(self.flat),
            log(self.step),
            log(self.chroma_gradient),
            log(self.halving),
            fourth(self.halving_fourth),
            (0.1 + mean(self.step)) / (0.1 + mean(self.inner_step)),
            log(self.chroma),
        ]
    }
}

pub(super) type Plane = [[f32; SIDE]; SIDE];

/// Mean step to the right and the lower neighbour, inside the block.
fn gradient(plane: &Plane) -> f64 {
    let mut sum = 0.0;
    for y in 0..BLOCK - 1 {
        for x in 0..BLOCK - 1 {
            let here = plane[y][x];
            sum += (plane[y][x + 1] - here).abs() + (plane[y + 1][x] - here).abs();
        }
    }
    f64::from(sum) / 98.0
}

/// Mean distance from the mean of the neighbours left and right, above and below.
fn curvature(plane: &Plane) -> f64 {
    let mut sum = 0.0;
    for y in 1..BLOCK - 1 {
        for x in 1..BLOCK - 1 {
            let around = plane[y][x - 1] + plane[y][x + 1] + plane[y - 1][x] + plane[y + 1][x];
            sum += (around - 4.0 * plane[y][x]).abs();
        }
    }
    f64::from(sum) / 144.0
}

fn mean_and_deviation(plane: &Plane) -> (f64, f64) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for sample in plane[..BLOCK].iter().flat_map(|row| &row[..BLOCK]) {
        sum += sample;
        squares += sample * sample;
    }
    let mean = f64::from(sum) / 64.0;
    (mean, (f64::from(squares) / 64.0 - mean * mean).max(0.0).sqrt())
}

/// Mean step over the right and lower edge of the block, and over lines in its middle.
fn steps(plane: &Plane) -> (f64, f64) {
    let across = |line: usize| -> f32 {
        let steps = (0..BLOCK).map(|at| {
            (plane[at][line + 1] - plane[at][line]).abs()
                + (plane[line + 1][at] - plane[line][at]).abs()
        });
        steps.sum()
    };
    (f64::from(across(7)) / 16.0, f64::from(across(3)) / 16.0)
}

/// Mean distance from the mean of four.
fn halving_loss(plane: &Plane) -> f64 {
    let mut sum = 0.0;
    for y in (0..BLOCK).step_by(2) {
        for x in (0..BLOCK).step_by(2) {
            let four = [plane[y][x], plane[y][x + 1], plane[y + 1][x], plane[y + 1][x + 1]];
            let mean = four.iter().sum::<f32>() / 4.0;
            sum += four.iter().map(|sample| (sample - mean).abs()).sum::<f32>();
        }
    }
    f64::from(sum) / 64.0
}
