//! Writes PNG: true colour or grey, or a palette where that is allowed and smaller.

mod animation;
mod chunks;
mod indexed;

pub(super) use animation::begin;
pub(super) use chunks::{push, SIGNATURE};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::palette::Pixel;
use super::sink::{self, Sink};
use crate::image::{Image, Layout};
use crate::plan::Palette;
use crate::{Error, Job, Result};

/// Writes `image`, which is grey or RGB with or without alpha, and says which palette it has
/// really got. `fast` takes one filter for all rows instead of choosing one for each.
pub(super) fn encode(
    image: &Image,
    fast: bool,
    palette: Palette,
    job: &Job,
) -> Result<(Vec<u8>, Palette)> {
    let few = match palette {
        Palette::Never => None,
        _ => indexed::same(image, fast, job)?.map(|data| (data, Palette::Same)),
    };
    let small = match (few, palette) {
        (None, Palette::Learnt { quality }) => {
            indexed::learnt(image, quality, fast, job)?.map(|data| (data, palette))
        }
        (few, _) => few,
    };
    let full = true_color(image, fast, job)?;
    Ok(match small {
        Some((data, palette)) if data.len() < full.len() => (data, palette),
        _ => (full, Palette::Never),
    })
}

/// Every sample as it is. `image`'s encoder compresses in one call, which is not interrupted.
fn true_color(image: &Image, fast: bool, job: &Job) -> Result<Vec<u8>> {
    let color = match image.layout() {
        Layout::Gray => ExtendedColorType::L8,
        Layout::Rgb => ExtendedColorType::Rgb8,
        Layout::Rgba => ExtendedColorType::Rgba8,
        Layout::Cmyk => return Err(Error::internal("png takes no cmyk")),
    };
    let filter = if fast { FilterType::Up } else { FilterType::Adaptive };
    let mut data = Vec::new();
    PngEncoder::new_with_quality(Sink::new(&mut data, job), CompressionType::Fast, filter)
        .write_image(image.data(), image.width(), image.height(), color)
        .map_err(|error| sink::error("png", &error, job))?;
    Ok(data)
}

/// The pixels of `image` in RGBA. With `merged`, what nobody sees is one colour.
fn pixels(image: &Image, merged: bool) -> impl Iterator<Item = Pixel> + '_ {
    image.data().chunks_exact(image.layout().channels()).map(move |pixel| match *pixel {
        [gray] => [gray, gray, gray, 255],
        [red, green, blue] => [red, green, blue, 255],
        [_, _, _, 0] if merged => [0; 4],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => [0; 4],
    })
}

/// Our error for one of the `png` crate.
fn failed(error: png::EncodingError, job: &Job) -> Error {
    if let Err(stopped) = job.check() {
        return stopped;
    }
    let ours = match error {
        png::EncodingError::IoError(_) | png::EncodingError::LimitsExceeded => {
            Error::too_large("memory", "what the system gives", "more")
        }
        _ => Error::internal("png: the encoder failed"),
    };
    ours.with_context(error.to_string())
}
