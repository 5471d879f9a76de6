//! Writes PNG through `image`. Its encoder compresses in one call, which is not interrupted.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::sink::{self, Sink};
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Writes `image`, which is grey or RGB with or without alpha. `fast` takes one filter for all
/// rows instead of choosing one for each.
pub(super) fn encode(image: &Image, fast: bool, job: &Job) -> Result<Vec<u8>> {
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
