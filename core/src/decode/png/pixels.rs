//! From the samples that `image` gives to a layout of ours.

use image::ColorType;

use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Whether the samples are already in `layout`.
pub(super) fn same(stored: ColorType, layout: Layout) -> bool {
    matches!(
        (stored, layout),
        (ColorType::L8, Layout::Gray)
            | (ColorType::Rgb8, Layout::Rgb)
            | (ColorType::Rgba8, Layout::Rgba)
    )
}

/// Zeroed bytes; an allocation that fails is `TooLarge`.
pub(super) fn buffer(bytes: u64) -> Result<Vec<u8>> {
    let failed = || Error::too_large("memory", "what the system gives", bytes);
    let size = usize::try_from(bytes).map_err(|_| failed())?;
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(size).map_err(|_| failed())?;
    buffer.resize(size, 0);
    Ok(buffer)
}

/// Converts row by row: 16 bits to 8 with rounding, grey to colour, missing alpha to opaque.
pub(super) fn convert(
    samples: &[u8],
    stored: ColorType,
    image: &mut Image,
    job: &Job,
) -> Result<()> {
    let channels = usize::from(stored.channel_count());
    let deep = usize::from(stored.bytes_per_pixel()) == channels * 2;
    let stride = image.width() as usize * usize::from(stored.bytes_per_pixel());
    let layout = image.layout();
    if layout == Layout::Cmyk || samples.len() != stride * image.height() as usize {
        return Err(Error::internal("png: samples do not fit the plan"));
    }
    let mut rows = samples.chunks_exact(stride);
    let mut narrow = Vec::new();
    image.for_rows(job, |target| {
        let row = rows.next().unwrap_or_default();
        if deep {
            narrow.clear();
            let (pairs, _) = row.as_chunks::<2>();
            narrow.extend(pairs.iter().map(|pair| to_eight_bits(u16::from_ne_bytes(*pair))));
            convert_row(&narrow, channels, target, layout);
        } else {
            convert_row(row, channels, target, layout);
        }
    })
}

/// Rounds to the nearest.
pub(super) fn to_eight_bits(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_767) / 65_535) as u8
}

/// Converts a row of `channels` samples a pixel to `layout`.
pub(super) fn convert_row(row: &[u8], channels: usize, target: &mut [u8], layout: Layout) {
    if channels == layout.channels() {
        target.copy_from_slice(row);
        return;
    }
    let pixels = row.chunks_exact(channels);
    for (pixel, target) in pixels.zip(target.chunks_exact_mut(layout.channels())) {
        let (color, alpha) = match *pixel {
            [gray] => ([gray; 3], 255),
            [gray, alpha] => ([gray; 3], alpha),
            [red, green, blue] => ([red, green, blue], 255),
            [red, green, blue, alpha, ..] => ([red, green, blue], alpha),
            [] => ([0; 3], 0),
        };
        match target {
            [gray] => *gray = color[1],
            [target @ .., last] if layout == Layout::Rgba => {
                target.copy_from_slice(&color);
                *last = alpha;
            }
            _ => target.copy_from_slice(&color),
        }
    }
}
