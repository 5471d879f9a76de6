//! From the samples that `image` gives to a layout of ours.

use image::ColorType;

use crate::color::Rows;
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

/// Converts row by row: 16 bits to 8 with rounding, by way of `rows` where colours are converted;
/// grey to colour, missing alpha to opaque.
pub(super) fn convert(
    samples: &[u8],
    stored: ColorType,
    rows: Option<&dyn Rows<u16>>,
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
    let mut stored = samples.chunks_exact(stride);
    let mut narrow = Vec::new();
    let (mut words, mut wide) = (Vec::new(), vec![0; image.stride()]);
    let mut done = Ok(());
    image.for_rows(job, |target| {
        let row = stored.next().unwrap_or_default();
        if let Some(rows) = rows.filter(|_| deep && done.is_ok()) {
            words.clear();
            let (pairs, _) = row.as_chunks::<2>();
            words.extend(pairs.iter().map(|pair| u16::from_ne_bytes(*pair)));
            convert_row(&words, channels, &mut wide, layout);
            done = rows.convert(&wide, target);
        } else if deep {
            narrow.clear();
            let (pairs, _) = row.as_chunks::<2>();
            narrow.extend(pairs.iter().map(|pair| to_eight_bits(u16::from_ne_bytes(*pair))));
            convert_row(&narrow, channels, target, layout);
        } else {
            convert_row(row, channels, target, layout);
        }
    })?;
    done
}

/// Rounds to the nearest.
pub(super) fn to_eight_bits(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_767) / 65_535) as u8
}

/// A sample with a largest value.
pub(super) trait Sample: Copy + Default {
    const TOP: Self;
}

impl Sample for u8 {
    const TOP: u8 = u8::MAX;
}

impl Sample for u16 {
    const TOP: u16 = u16::MAX;
}

/// Converts a row of `channels` samples a pixel to `layout`.
pub(super) fn convert_row<S: Sample>(row: &[S], channels: usize, target: &mut [S], layout: Layout) {
    if channels == layout.channels() {
        target.copy_from_slice(row);
        return;
    }
    let pixels = row.chunks_exact(channels);
    for (pixel, target) in pixels.zip(target.chunks_exact_mut(layout.channels())) {
        let (color, alpha) = match *pixel {
            [gray] => ([gray; 3], S::TOP),
            [gray, alpha] => ([gray; 3], alpha),
            [red, green, blue] => ([red, green, blue], S::TOP),
            [red, green, blue, alpha, ..] => ([red, green, blue], alpha),
            [] => ([S::default(); 3], S::default()),
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
