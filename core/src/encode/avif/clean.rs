//! Colours nobody sees cost bytes: those under fully transparent pixels are replaced.

use crate::image::Image;
use crate::{Job, Result};

/// Side of the squares that get one colour each.
const SQUARE: usize = 16;

/// A copy of `image` whose invisible pixels have the mean colour of the visible ones in their
/// square, or, where there is none, the colour of the square before.
pub(super) fn cleaned(image: &Image, job: &Job) -> Result<Image> {
    let mut copy = image.clone();
    let (width, stride) = (image.width() as usize, image.stride());
    let mut color = [128; 3];
    for band in copy.data_mut().chunks_mut(stride * SQUARE) {
        job.check()?;
        for left in (0..width).step_by(SQUARE) {
            let right = (left + SQUARE).min(width);
            let columns = 4 * left..4 * right;
            color = mean(band, stride, columns.clone()).unwrap_or(color);
            for row in band.chunks_exact_mut(stride) {
                paint(&mut row[columns.clone()], color);
            }
        }
    }
    Ok(copy)
}

fn mean(band: &[u8], stride: usize, columns: std::ops::Range<usize>) -> Option<[u8; 3]> {
    let (mut sum, mut weight) = ([0u32; 3], 0u32);
    for row in band.chunks_exact(stride) {
        for pixel in row[columns.clone()].chunks_exact(4) {
            let alpha = u32::from(pixel[3]);
            weight += alpha;
            for (sum, sample) in sum.iter_mut().zip(pixel) {
                *sum += alpha * u32::from(*sample);
            }
        }
    }
    (weight > 0).then(|| sum.map(|sum| ((sum + weight / 2) / weight) as u8))
}

fn paint(pixels: &mut [u8], color: [u8; 3]) {
    for pixel in pixels.chunks_exact_mut(4).filter(|pixel| pixel[3] == 0) {
        pixel[..3].copy_from_slice(&color);
    }
}
