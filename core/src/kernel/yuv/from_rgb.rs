//! Pixels to full-range BT.601 planes of 8 or 10 bits.

use super::{vectorized, Halved, Sample};
use crate::image::Image;
use crate::{Job, Result};

/// Planes with even sides: an odd last column or row is doubled, so that an encoder may read
/// whole chroma blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planar<S> {
    pub width: usize,
    pub height: usize,
    pub luma: Vec<S>,
    /// Two chroma planes, or none for grey.
    pub chroma: Option<[Vec<S>; 2]>,
    /// Samples of a chroma row.
    pub chroma_width: usize,
}

/// A sample that is written: how many bits it has, and what red, green and blue weigh in it.
pub(crate) trait Written: Sample {
    const BITS: u32;
    const LUMA: [i32; 3];
    const U: [i32; 3];
    const V: [i32; 3];

    /// `value` of this many bits.
    fn of(value: i32) -> Self;

    /// A grey of 8 bits.
    fn gray(value: u8) -> Self;
}

impl Written for u8 {
    const BITS: u32 = 8;
    const LUMA: [i32; 3] = [19595, 38470, 7471];
    const U: [i32; 3] = [-11059, -21709, 32768];
    const V: [i32; 3] = [32768, -27439, -5329];

    #[inline(always)]
    fn of(value: i32) -> Self {
        value as u8
    }

    #[inline(always)]
    fn gray(value: u8) -> Self {
        value
    }
}

/// Weights are those of 8 bits times 1023 / 255; white stays the largest number.
impl Written for u16 {
    const BITS: u32 = 10;
    const LUMA: [i32; 3] = [78612, 154331, 29972];
    const U: [i32; 3] = [-44363, -87094, 131457];
    const V: [i32; 3] = [131457, -110079, -21378];

    #[inline(always)]
    fn of(value: i32) -> Self {
        value as u16
    }

    #[inline(always)]
    fn gray(value: u8) -> Self {
        ((u32::from(value) * 1023 + 127) / 255) as u16
    }
}

/// Bits behind the point of a weight.
const POINT: u32 = 16;
const HALF: i32 = 1 << (POINT - 1);

#[inline(always)]
fn weigh(weights: [i32; 3], [red, green, blue]: [i32; 3]) -> i32 {
    let (red, green) = (weights[0].wrapping_mul(red), weights[1].wrapping_mul(green));
    red.wrapping_add(green).wrapping_add(weights[2].wrapping_mul(blue))
}

impl<S: Written> Planar<S> {
    fn new(image: &Image, chroma: Option<Halved>) -> Self {
        let even = |side: u32| (side + side % 2) as usize;
        let (width, height) = (even(image.width()), even(image.height()));
        let (chroma_width, chroma_height) =
            chroma.map_or((0, 0), |halved| halved.size(width, height));
        let plane = || vec![S::default(); chroma_width * chroma_height];
        Planar {
            width,
            height,
            luma: vec![S::default(); width * height],
            chroma: chroma.map(|_| [plane(), plane()]),
            chroma_width,
        }
    }

    /// Fills the doubled column and row of one plane.
    fn pad(plane: &mut [S], stride: usize, width: usize, rows: usize) {
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
pub(crate) fn from_gray<S: Written>(
    image: &Image,
    first: usize,
    step: usize,
    job: &Job,
) -> Result<Planar<S>> {
    let mut planar = Planar::new(image, None);
    let width = image.width() as usize;
    for (y, out) in planar.luma.chunks_exact_mut(planar.width).enumerate() {
        job.check()?;
        let row = image.row((y as u32).min(image.height() - 1));
        for (sample, pixel) in out.iter_mut().zip(row.chunks_exact(step)) {
            *sample = S::gray(pixel[first]);
        }
        let last = out[width - 1];
        out[width..].fill(last);
    }
    Ok(planar)
}

/// RGB or RGBA pixels as planes; chroma is the mean of 2 by 2 pixels unless `full_chroma`.
pub(crate) fn from_pixels<S: Written>(
    image: &Image,
    full_chroma: bool,
    job: &Job,
) -> Result<Planar<S>> {
    match image.layout().channels() {
        3 => convert::<3, S>(image, full_chroma, job),
        _ => convert::<4, S>(image, full_chroma, job),
    }
}

fn convert<const N: usize, S: Written>(
    image: &Image,
    full_chroma: bool,
    job: &Job,
) -> Result<Planar<S>> {
    let halved = Halved { width: !full_chroma, height: !full_chroma };
    let mut planar = Planar::new(image, Some(halved));
    let (width, rows) = (image.width() as usize, image.height() as usize);
    let stride = planar.width;
    for (y, out) in planar.luma.chunks_exact_mut(stride).take(rows).enumerate() {
        job.check()?;
        luma_row::<N, S>(image.row(y as u32), out);
    }
    Planar::pad(&mut planar.luma, stride, width, rows);
    let chroma_width = planar.chroma_width;
    let [u, v] = planar.chroma.as_mut().expect("made above");
    for (y, (u, v)) in
        u.chunks_exact_mut(chroma_width).zip(v.chunks_exact_mut(chroma_width)).enumerate()
    {
        job.check()?;
        if full_chroma {
            chroma_row::<N, S>(image.row(y.min(rows - 1) as u32), u, v);
        } else {
            let lower = image.row((2 * y + 1).min(rows - 1) as u32);
            half_chroma_row::<N, S>(image.row(2 * y as u32), lower, u, v);
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
fn luma_inner<const N: usize, S: Written>(row: &[u8], luma: &mut [S]) {
    for (luma, pixel) in luma.iter_mut().zip(row.chunks_exact(N)) {
        *luma = S::of(weigh(S::LUMA, rgb(pixel)).wrapping_add(HALF) >> POINT);
    }
}

vectorized! {
    fn luma_row[const N: usize, S: Written](row: &[u8], luma: &mut [S]) as luma_inner[N, S]
}

/// Chroma of a sum of `1 << extra` pixels. The rounding is one short of a half, so that the
/// largest value is that of all bits.
#[inline(always)]
fn chroma<S: Written>(weights: [i32; 3], sum: [i32; 3], extra: u32) -> S {
    let bits = POINT + extra;
    let half = (1 << (S::BITS - 1 + bits)) + (1 << (bits - 1)) - 1;
    S::of(weigh(weights, sum).wrapping_add(half) >> bits)
}

#[inline(always)]
fn chroma_inner<const N: usize, S: Written>(row: &[u8], u: &mut [S], v: &mut [S]) {
    for ((u, v), pixel) in u.iter_mut().zip(v).zip(row.chunks_exact(N)) {
        *u = chroma(S::U, rgb(pixel), 0);
        *v = chroma(S::V, rgb(pixel), 0);
    }
}

vectorized! {
    fn chroma_row[const N: usize, S: Written](
        row: &[u8], u: &mut [S], v: &mut [S],
    ) as chroma_inner[N, S]
}

#[inline(always)]
fn half_chroma_inner<const N: usize, S: Written>(
    upper: &[u8],
    lower: &[u8],
    u: &mut [S],
    v: &mut [S],
) {
    let pairs = upper.chunks_exact(2 * N).zip(lower.chunks_exact(2 * N));
    for ((u, v), (upper, lower)) in u.iter_mut().zip(v.iter_mut()).zip(pairs) {
        let add = |at: usize| {
            let sample = |row: &[u8], at: usize| i32::from(row[at]);
            let upper = sample(upper, at).wrapping_add(sample(upper, N.wrapping_add(at)));
            let lower = sample(lower, at).wrapping_add(sample(lower, N.wrapping_add(at)));
            upper.wrapping_add(lower)
        };
        let sum = [add(0), add(1), add(2)];
        *u = chroma(S::U, sum, 2);
        *v = chroma(S::V, sum, 2);
    }
    let (upper, lower) =
        (upper.chunks_exact(2 * N).remainder(), lower.chunks_exact(2 * N).remainder());
    if let (Some(last_u), Some(last_v), false) = (u.last_mut(), v.last_mut(), upper.is_empty()) {
        let (upper, lower) = (rgb(upper), rgb(lower));
        let sum = std::array::from_fn(|at| 2 * (upper[at] + lower[at]));
        *last_u = chroma(S::U, sum, 2);
        *last_v = chroma(S::V, sum, 2);
    }
}

vectorized! {
    fn half_chroma_row[const N: usize, S: Written](
        upper: &[u8], lower: &[u8], u: &mut [S], v: &mut [S],
    ) as half_chroma_inner[N, S]
}
