//! Planes to grey, RGB or RGBA of 8 bits.

use super::upsample::Upsampler;
use super::{vectorized, Frame, Meaning, Plane, Planes, Sample};
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Fixed-point numbers of one conversion. A result is `(…) >> shift`, rounded.
///
/// Sums stay below 2^30. The loops wrap on purpose: a check for overflow in each of them would
/// keep the compiler from using vectors.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    luma: i32,
    luma_zero: i32,
    chroma_zero: i32,
    red_v: i32,
    green_u: i32,
    green_v: i32,
    blue_u: i32,
    half: i32,
    shift: u32,
}

impl Numbers {
    fn new(bits: u8, full_range: bool, (red, blue): (f64, f64)) -> Self {
        let steps = f64::from(1 << (bits - 8));
        let top = f64::from((1 << bits) - 1);
        let (zero, luma, chroma) =
            if full_range { (0.0, top, top) } else { (16.0 * steps, 219.0 * steps, 224.0 * steps) };
        let shift = u32::from(bits) + 8;
        let fixed = |factor: f64| (factor * f64::from(1u32 << shift)).round() as i32;
        let (luma, chroma) = (255.0 / luma, 255.0 / chroma);
        let green = 1.0 - red - blue;
        Numbers {
            luma: fixed(luma),
            luma_zero: zero as i32,
            chroma_zero: 1 << (bits - 1),
            red_v: fixed(chroma * 2.0 * (1.0 - red)),
            green_u: fixed(chroma * -2.0 * (1.0 - blue) * blue / green),
            green_v: fixed(chroma * -2.0 * (1.0 - red) * red / green),
            blue_u: fixed(chroma * 2.0 * (1.0 - blue)),
            half: 1 << (shift - 1),
            shift,
        }
    }

    #[inline(always)]
    fn scaled(&self, sample: i32) -> i32 {
        sample.wrapping_sub(self.luma_zero).wrapping_mul(self.luma).wrapping_add(self.half)
    }

    #[inline(always)]
    fn byte(&self, sum: i32) -> u8 {
        sum.wrapping_shr(self.shift).clamp(0, 255) as u8
    }

    #[inline(always)]
    fn pixel(&self, y: i32, u: i32, v: i32) -> [u8; 3] {
        let y = self.scaled(y);
        let (u, v) = (u.wrapping_sub(self.chroma_zero), v.wrapping_sub(self.chroma_zero));
        let green = u.wrapping_mul(self.green_u).wrapping_add(v.wrapping_mul(self.green_v));
        [
            self.byte(y.wrapping_add(v.wrapping_mul(self.red_v))),
            self.byte(y.wrapping_add(green)),
            self.byte(y.wrapping_add(u.wrapping_mul(self.blue_u))),
        ]
    }
}

/// Writes `frame` to `image`, which has its size. Alpha, where there is one, becomes 255.
pub(crate) fn to_pixels(
    frame: &Frame<'_>,
    meaning: Meaning,
    image: &mut Image,
    job: &Job,
) -> Result<()> {
    match frame {
        Frame::Low(planes) => planes_to_pixels(planes, meaning, image, job),
        Frame::High(planes) => planes_to_pixels(planes, meaning, image, job),
    }
}

fn planes_to_pixels<S: Sample>(
    planes: &Planes<'_, S>,
    meaning: Meaning,
    image: &mut Image,
    job: &Job,
) -> Result<()> {
    match image.layout() {
        Layout::Gray => gray(planes, meaning, image, job),
        Layout::Rgb => color::<S, 3>(planes, meaning, image, job),
        Layout::Rgba => color::<S, 4>(planes, meaning, image, job),
        Layout::Cmyk => Err(Error::internal("avif: cmyk was asked for")),
    }
}

fn each_row(image: &mut Image, job: &Job, mut work: impl FnMut(usize, &mut [u8])) -> Result<()> {
    let mut y = 0;
    image.for_rows(job, |row| {
        work(y, row);
        y += 1;
    })
}

fn gray<S: Sample>(
    planes: &Planes<'_, S>,
    meaning: Meaning,
    image: &mut Image,
    job: &Job,
) -> Result<()> {
    let numbers = Numbers::new(planes.bits, meaning.full_range, (0.299, 0.114));
    each_row(image, job, |y, row| scale_row::<S, 1>(planes.luma.row(y), &numbers, 0, row))
}

fn color<S: Sample, const N: usize>(
    planes: &Planes<'_, S>,
    meaning: Meaning,
    image: &mut Image,
    job: &Job,
) -> Result<()> {
    let weights = meaning.weights()?;
    let numbers = Numbers::new(planes.bits, meaning.full_range, weights.unwrap_or((0.299, 0.114)));
    let luma = planes.luma;
    let Some(([u, v], halved)) = planes.chroma else {
        return each_row(image, job, |y, row| gray_row::<S, N>(luma.row(y), &numbers, row));
    };
    let full = !halved.width && !halved.height;
    match (weights, full) {
        (None, false) => Err(Error::malformed("avif: identity matrix with subsampling")),
        (None, true) => each_row(image, job, |y, row| {
            identity_row::<S, N>(luma.row(y), u.row(y), v.row(y), &numbers, row)
        }),
        (Some(_), true) => each_row(image, job, |y, row| {
            color_row::<S, S, N>(luma.row(y), u.row(y), v.row(y), &numbers, row)
        }),
        (Some(_), false) if !halved.width => Err(Error::unsupported("avif: 4:4:0 chroma")),
        (Some(_), false) => {
            let (mut u, mut v) = (Upsampler::new(u, halved), Upsampler::new(v, halved));
            each_row(image, job, |y, row| {
                color_row::<S, u16, N>(luma.row(y), u.row(y), v.row(y), &numbers, row)
            })
        }
    }
}

#[inline(always)]
fn color_inner<S: Sample, C: Sample, const N: usize>(
    luma: &[S],
    u: &[C],
    v: &[C],
    numbers: &Numbers,
    row: &mut [u8],
) {
    for (((pixel, y), u), v) in row.chunks_exact_mut(N).zip(luma).zip(u).zip(v) {
        let [red, green, blue] = numbers.pixel(y.value(), u.value(), v.value());
        pixel[0] = red;
        pixel[1] = green;
        pixel[2] = blue;
        if N == 4 {
            pixel[3] = 255;
        }
    }
}

vectorized! {
    fn color_row[S: Sample, C: Sample, const N: usize](
        luma: &[S], u: &[C], v: &[C], numbers: &Numbers, row: &mut [u8],
    ) as color_inner[S, C, N]
}

#[inline(always)]
fn identity_inner<S: Sample, const N: usize>(
    green: &[S],
    blue: &[S],
    red: &[S],
    numbers: &Numbers,
    row: &mut [u8],
) {
    let byte = |sample: &S| numbers.byte(numbers.scaled(sample.value()));
    for (((pixel, green), blue), red) in row.chunks_exact_mut(N).zip(green).zip(blue).zip(red) {
        pixel[0] = byte(red);
        pixel[1] = byte(green);
        pixel[2] = byte(blue);
        if N == 4 {
            pixel[3] = 255;
        }
    }
}

vectorized! {
    fn identity_row[S: Sample, const N: usize](
        green: &[S], blue: &[S], red: &[S], numbers: &Numbers, row: &mut [u8],
    ) as identity_inner[S, N]
}

#[inline(always)]
fn gray_inner<S: Sample, const N: usize>(luma: &[S], numbers: &Numbers, row: &mut [u8]) {
    for (pixel, y) in row.chunks_exact_mut(N).zip(luma) {
        let value = numbers.byte(numbers.scaled(y.value()));
        pixel[..3].fill(value);
        if N == 4 {
            pixel[3] = 255;
        }
    }
}

vectorized! {
    fn gray_row[S: Sample, const N: usize](luma: &[S], numbers: &Numbers, row: &mut [u8])
        as gray_inner[S, N]
}

/// Writes scaled samples to every `N`th byte from `first` on.
#[inline(always)]
fn scale_inner<S: Sample, const N: usize>(
    samples: &[S],
    numbers: &Numbers,
    first: usize,
    row: &mut [u8],
) {
    for (pixel, sample) in row.chunks_exact_mut(N).zip(samples) {
        pixel[first] = numbers.byte(numbers.scaled(sample.value()));
    }
}

vectorized! {
    fn scale_row[S: Sample, const N: usize](
        samples: &[S], numbers: &Numbers, first: usize, row: &mut [u8],
    ) as scale_inner[S, N]
}

/// Writes the luma of `frame` to the alpha of `image`.
pub(crate) fn fill_alpha(
    frame: &Frame<'_>,
    full_range: bool,
    image: &mut Image,
    job: &Job,
) -> Result<()> {
    match frame {
        Frame::Low(planes) => alpha_rows(&planes.luma, planes.bits, full_range, image, job),
        Frame::High(planes) => alpha_rows(&planes.luma, planes.bits, full_range, image, job),
    }
}

fn alpha_rows<S: Sample>(
    plane: &Plane<'_, S>,
    bits: u8,
    full_range: bool,
    image: &mut Image,
    job: &Job,
) -> Result<()> {
    let numbers = Numbers::new(bits, full_range, (0.299, 0.114));
    each_row(image, job, |y, row| scale_row::<S, 4>(plane.row(y), &numbers, 3, row))
}

/// Divides the colours of an RGBA picture by its alpha.
pub(crate) fn unpremultiply(image: &mut Image, job: &Job) -> Result<()> {
    image.for_rows(job, |row| {
        for pixel in row.chunks_exact_mut(4) {
            let alpha = u32::from(pixel[3]);
            if alpha == 255 {
                continue;
            }
            for sample in &mut pixel[..3] {
                let straight = (u32::from(*sample) * 255 + alpha / 2).checked_div(alpha);
                *sample = straight.unwrap_or(0).min(255) as u8;
            }
        }
    })
}
