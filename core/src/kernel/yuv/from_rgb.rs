//! Pixels to full-range BT.601 planes of 8 bits.

use super::{vectorized, Halved};
use crate::image::Image;
use crate::{Job, Result};

/// Planes with even sides: an odd last column or row is doubled, so that an encoder may read
/// whole chroma blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planar {
    pub width: usize,
    pub height: usize,
    pub luma: Vec<u8>,
    /// Two chroma planes, or none for grey.
    pub chroma: Option<[Vec<u8>; 2]>,
    /// Samples of a chroma row.
    pub chroma_width: usize,
}

const BITS: u32 = 16;
const HALF: i32 = 1 << (BITS - 1);
const LUMA: [i32; 3] = [19595, 38470, 7471];
const U: [i32; 3] = [-11059, -21709, 32768];
const V: [i32; 3] = [32768, -27439, -5329];

#[inline(always)]
fn weigh(weights: [i32; 3], [red, green, blue]: [i32; 3]) -> i32 {
    let (red, green) = (weights[0].wrapping_mul(red), weights[1].wrapping_mul(green));
    red.wrapping_add(green).wrapping_add(weights[2].wrapping_mul(blue))
}

impl Planar {
    fn new(image: &Image, chroma: Option<Halved>) -> Self {
        let even = |side: u32| (side + side % 2) as usize;
        let (width, height) = (even(image.width()), even(image.height()));
        let (chroma_width, chroma_height) =
            chroma.map_or((0, 0), |halved| halved.size(width, height));
        let plane = || vec![0; chroma_width * chroma_height];
        Planar {
            width,
            height,
            luma: vec![0; width * height],
            chroma: chroma.map(|_| [plane(), plane()]),
            chroma_width,
        }
    }

    /// Fills the doubled column and row of one plane.
    fn pad(plane: &mut [u8], stride: usize, width: usize, rows: usize) {
        for row in plane.chunks_exact_mut(stride).take(rows) {
            let last = row[width - 1];
            row[width..].fill(last);
        }
        let filled = rows * stride;
        if filled < plane.len() {
            plane.copy_within(filled - stride..filled, filled);
        }
    }
}

/// Grey samples (every `step`th byte of `image` from `first` on) as a luma plane alone.
pub(crate) fn from_gray(image: &Image, first: usize, step: usize, job: &Job) -> Result<Planar> {
    let mut planar = Planar::new(image, None);
    let width = image.width() as usize;
    for (y, out) in planar.luma.chunks_exact_mut(planar.width).enumerate() {
        job.check()?;
        let row = image.row((y as u32).min(image.height() - 1));
        for (sample, pixel) in out.iter_mut().zip(row.chunks_exact(step)) {
            *sample = pixel[first];
        }
        let last = out[width - 1];
        out[width..].fill(last);
    }
    Ok(planar)
}

/// RGB or RGBA pixels as planes; chroma is the mean of 2 by 2 pixels unless `full_chroma`.
pub(crate) fn from_pixels(image: &Image, full_chroma: bool, job: &Job) -> Result<Planar> {
    match image.layout().channels() {
        3 => convert::<3>(image, full_chroma, job),
        _ => convert::<4>(image, full_chroma, job),
    }
}

fn convert<const N: usize>(image: &Image, full_chroma: bool, job: &Job) -> Result<Planar> {
    let halved = Halved { width: !full_chroma, height: !full_chroma };
    let mut planar = Planar::new(image, Some(halved));
    let (width, rows) = (image.width() as usize, image.height() as usize);
    let stride = planar.width;
    for (y, out) in planar.luma.chunks_exact_mut(stride).take(rows).enumerate() {
        job.check()?;
        luma_row::<N>(image.row(y as u32), out);
    }
    Planar::pad(&mut planar.luma, stride, width, rows);
    let chroma_width = planar.chroma_width;
    let [u, v] = planar.chroma.as_mut().expect("made above");
    for (y, (u, v)) in
        u.chunks_exact_mut(chroma_width).zip(v.chunks_exact_mut(chroma_width)).enumerate()
    {
        job.check()?;
        if full_chroma {
            chroma_row::<N>(image.row(y.min(rows - 1) as u32), u, v);
        } else {
            let lower = image.row((2 * y + 1).min(rows - 1) as u32);
            half_chroma_row::<N>(image.row(2 * y as u32), lower, u, v);
        }
    }
    if full_chroma {
        Planar::pad(u, chroma_width, width, rows);
        Planar::pad(v, chroma_width, width, rows);
    }
    Ok(planar)
}

#[inline(always)]
fn rgb(pixel: &[u8]) -> [i32; 3] {
    [i32::from(pixel[0]), i32::from(pixel[1]), i32::from(pixel[2])]
}

#[inline(always)]
fn luma_inner<const N: usize>(row: &[u8], luma: &mut [u8]) {
    for (luma, pixel) in luma.iter_mut().zip(row.chunks_exact(N)) {
        *luma = (weigh(LUMA, rgb(pixel)).wrapping_add(HALF) >> BITS) as u8;
    }
}

vectorized! {
    fn luma_row[const N: usize](row: &[u8], luma: &mut [u8]) as luma_inner[N]
}

/// Chroma of a sum of `1 << extra` pixels. The rounding is one short of a half, so that the
/// largest value is 255.
#[inline(always)]
fn chroma(weights: [i32; 3], sum: [i32; 3], extra: u32) -> u8 {
    let bits = BITS + extra;
    let half = (128 << bits) + (1 << (bits - 1)) - 1;
    (weigh(weights, sum).wrapping_add(half) >> bits) as u8
}

#[inline(always)]
fn chroma_inner<const N: usize>(row: &[u8], u: &mut [u8], v: &mut [u8]) {
    for ((u, v), pixel) in u.iter_mut().zip(v).zip(row.chunks_exact(N)) {
        *u = chroma(U, rgb(pixel), 0);
        *v = chroma(V, rgb(pixel), 0);
    }
}

vectorized! {
    fn chroma_row[const N: usize](row: &[u8], u: &mut [u8], v: &mut [u8]) as chroma_inner[N]
}

#[inline(always)]
fn half_chroma_inner<const N: usize>(upper: &[u8], lower: &[u8], u: &mut [u8], v: &mut [u8]) {
    let pairs = upper.chunks_exact(2 * N).zip(lower.chunks_exact(2 * N));
    for ((u, v), (upper, lower)) in u.iter_mut().zip(v.iter_mut()).zip(pairs) {
        let add = |at: usize| {
            let sample = |row: &[u8], at: usize| i32::from(row[at]);
            let upper = sample(upper, at).wrapping_add(sample(upper, N.wrapping_add(at)));
            let lower = sample(lower, at).wrapping_add(sample(lower, N.wrapping_add(at)));
            upper.wrapping_add(lower)
        };
        let sum = [add(0), add(1), add(2)];
        *u = chroma(U, sum, 2);
        *v = chroma(V, sum, 2);
    }
    let (upper, lower) =
        (upper.chunks_exact(2 * N).remainder(), lower.chunks_exact(2 * N).remainder());
    if let (Some(last_u), Some(last_v), false) = (u.last_mut(), v.last_mut(), upper.is_empty()) {
        let (upper, lower) = (rgb(upper), rgb(lower));
        let sum = std::array::from_fn(|at| 2 * (upper[at] + lower[at]));
        *last_u = chroma(U, sum, 2);
        *last_v = chroma(V, sum, 2);
    }
}

vectorized! {
    fn half_chroma_row[const N: usize](
        upper: &[u8], lower: &[u8], u: &mut [u8], v: &mut [u8],
    ) as half_chroma_inner[N]
}
