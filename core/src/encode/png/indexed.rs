//! PNG with a palette, or with grey of few bits.

use super::{failed, pixels};
use crate::encode::palette::{learn, map, Census, Finder, Mapped, Pixel, Sample};
use crate::encode::sink::Sink;
use crate::image::Image;
use crate::{Error, Job, Result};

/// A palette that is off by more than this times what the quality allows is not taken at all.
const PATIENCE: f64 = 3.0;
/// The fewest colours that are tried.
const FEWEST: usize = 4;

/// `image` with a palette of exactly its colours; `None` when it has more than 256.
pub(super) fn same(image: &Image, fast: bool, job: &Job) -> Result<Option<Vec<u8>>> {
    job.check()?;
    let mut census = Census::new();
    // Lossless is lossless: even colours that nobody sees are kept.
    if !census.add_all(pixels(image, false)) {
        return Ok(None);
    }
    let colors = sorted(census.colors());
    let mut places = Census::new();
    places.add_all(colors.iter().copied());
    let numbers = pixels(image, false).map(|pixel| places.find(pixel).unwrap_or(0)).collect();
    write(image, numbers, &colors, fast, job).map(Some)
}

/// `image` with as few colours as `quality` allows; `None` when 256 are far too few for it.
pub(super) fn learnt(image: &Image, quality: u8, fast: bool, job: &Job) -> Result<Option<Vec<u8>>> {
    job.check()?;
    let count = image.width() as usize * image.height() as usize;
    let sample = Sample::new(pixels(image, true), count);
    let allowed = allowed_error(quality);
    let mut best = None;
    let mut count = 256;
    while count >= FEWEST {
        let colors = learn(&sample, count, job)?;
        let error = sample.error(&Finder::new(&colors));
        let limit = if best.is_none() { allowed * PATIENCE * PATIENCE } else { allowed };
        if error > limit {
            break;
        }
        best = Some(colors);
        count /= 2;
    }
    let Some(colors) = best else { return Ok(None) };
    let colors = sorted(&colors);
    let mut finder = Finder::new(&colors);
    let all: Vec<Pixel> = pixels(image, true).collect();
    let view = (&all[..], image.width() as usize);
    let nearest = |_| Mapped::Nearest;
    let numbers = map(view, (&colors, &mut finder), dither(quality), nearest, job)?;
    write(image, numbers, &colors, fast, job).map(Some)
}

/// The mean error, squared, that `quality` allows before dithering; on the finder's scale, where
/// an opaque pixel that is off by one in every channel counts six.
fn allowed_error(quality: u8) -> f64 {
    let levels = 0.5 + 12.0 * f64::from(100 - quality.min(100)) / 100.0;
    6.0 * levels * levels
}

/// Sixteenths of an error that dithering spreads: none below 20, all but two from 90 on.
fn dither(quality: u8) -> i32 {
    ((i32::from(quality) - 20) / 5).clamp(0, 14)
}

/// Colours in the order that compresses best: what is not opaque first, so that the list of
/// alphas is short, then from dark to light.
fn sorted(colors: &[Pixel]) -> Vec<Pixel> {
    let mut colors = colors.to_vec();
    let light =
        |color: &Pixel| 2 * u32::from(color[0]) + 5 * u32::from(color[1]) + u32::from(color[2]);
    colors.sort_by_key(|color| (color[3] == 255, light(color), *color));
    colors.dedup();
    colors
}

/// What the numbers of a file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Grey of so many bits.
    Gray(u8),
    /// Places in the palette, of so many bits.
    Indexed(u8),
}

impl Form {
    /// The smallest that says `colors`.
    fn of(colors: &[Pixel]) -> Form {
        let indexed = match colors.len() {
            0..=2 => 1,
            3..=4 => 2,
            5..=16 => 4,
            _ => 8,
        };
        let is_gray = |color: &Pixel| {
            let [red, green, blue, alpha] = *color;
            (red, blue, alpha) == (green, green, 255)
        };
        // Grey of few bits is even steps from black to white.
        let fits = |step: u8| colors.iter().all(|color| is_gray(color) && color[0] % step == 0);
        let gray = [(1, 255), (2, 85), (4, 17), (8, 1)].into_iter().find(|(_, step)| fits(*step));
        match gray {
            Some((bits, _)) if bits <= indexed => Form::Gray(bits),
            _ => Form::Indexed(indexed),
        }
    }
}

fn write(
    image: &Image,
    mut numbers: Vec<u8>,
    colors: &[Pixel],
    fast: bool,
    job: &Job,
) -> Result<Vec<u8>> {
    let (width, height) = (image.width(), image.height());
    let mut data = Vec::new();
    let mut encoder = png::Encoder::new(Sink::new(&mut data, job), width, height);
    encoder.set_compression(if fast { png::Compression::Fast } else { png::Compression::Balanced });
    encoder.set_filter(png::Filter::NoFilter);
    let bits = match Form::of(colors) {
        Form::Gray(bits) => {
            encoder.set_color(png::ColorType::Grayscale);
            for number in &mut numbers {
                *number = colors[usize::from(*number)][0] >> (8 - bits);
            }
            if bits == 8 && !fast {
                encoder.set_filter(png::Filter::Adaptive);
            }
            bits
        }
        Form::Indexed(bits) => {
            encoder.set_color(png::ColorType::Indexed);
            encoder
                .set_palette(colors.iter().flat_map(|c| [c[0], c[1], c[2]]).collect::<Vec<u8>>());
            let alphas = colors.iter().map(|color| color[3]).take_while(|alpha| *alpha < 255);
            let alphas: Vec<u8> = alphas.collect();
            if !alphas.is_empty() {
                encoder.set_trns(alphas);
            }
            bits
        }
    };
    let odd = || Error::internal("png: a depth that is none");
    encoder.set_depth(png::BitDepth::from_u8(bits).ok_or_else(odd)?);
    let packed = packed(&numbers, width as usize, bits);
    let mut writer = encoder.write_header().map_err(|error| failed(error, job))?;
    writer.write_image_data(&packed).map_err(|error| failed(error, job))?;
    writer.finish().map_err(|error| failed(error, job))?;
    job.check()?;
    Ok(data)
}

/// Numbers of `bits`, the first in the highest bits of a byte; every row starts a byte.
fn packed(numbers: &[u8], width: usize, bits: u8) -> Vec<u8> {
    let each = usize::from(8 / bits);
    let byte = |part: &[u8]| {
        let filled = part.iter().fold(0u16, |byte, number| byte << bits | u16::from(*number));
        (filled << (usize::from(bits) * (each - part.len()))) as u8
    };
    numbers.chunks(width).flat_map(|row| row.chunks(each)).map(byte).collect()
}
