//! Writes GIF through `image`: one frame with a palette of its own. Choosing the palette is one
//! call, which is not interrupted.

use std::borrow::Cow;

use image::codecs::gif::GifEncoder;
use image::ExtendedColorType;

use super::sink::{self, Sink};
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// How much of the picture the palette is learnt from: 1 is all of it, 30 the least. At 10 it
/// takes a sixth of the time and the eye sees no difference.
const SPEED: i32 = 10;
/// Longest side that the format can say.
const MAX_SIDE: u32 = 65_535;

/// Writes `image`, which is grey or RGB with or without alpha. A pixel is transparent when its
/// alpha is below one half.
pub(super) fn encode(image: &Image, job: &Job) -> Result<Vec<u8>> {
    let (width, height) = (image.width(), image.height());
    if width.max(height) > MAX_SIDE {
        return Err(Error::too_large("output side", MAX_SIDE, width.max(height)));
    }
    let (pixels, color) = prepare(image, job)?;
    job.check()?;
    let mut data = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(Sink::new(&mut data, job), SPEED);
    encoder
        .encode(pixels.data(), width, height, color)
        .map_err(|error| sink::error("gif", &error, job))?;
    drop(encoder);
    Ok(data)
}

/// RGB without alpha, RGBA with an alpha of all or nothing.
fn prepare<'a>(image: &'a Image, job: &Job) -> Result<(Cow<'a, Image>, ExtendedColorType)> {
    match image.layout() {
        Layout::Rgb => Ok((Cow::Borrowed(image), ExtendedColorType::Rgb8)),
        Layout::Gray => {
            let mut rgb = Image::new(image.width(), image.height(), Layout::Rgb)?;
            let mut gray = image.data().iter();
            rgb.for_rows(job, |row| {
                for (pixel, gray) in row.chunks_exact_mut(3).zip(&mut gray) {
                    pixel.fill(*gray);
                }
            })?;
            Ok((Cow::Owned(rgb), ExtendedColorType::Rgb8))
        }
        Layout::Rgba => {
            let mut cut = image.clone();
            cut.for_rows(job, |row| {
                for pixel in row.chunks_exact_mut(4) {
                    let opaque = pixel[3] >= 128;
                    pixel[3] = if opaque { 255 } else { 0 };
                    if !opaque {
                        pixel[..3].fill(0);
                    }
                }
            })?;
            Ok((Cow::Owned(cut), ExtendedColorType::Rgba8))
        }
        Layout::Cmyk => Err(Error::internal("gif takes no cmyk")),
    }
}
