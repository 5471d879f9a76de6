//! Unsharp mask.

use super::blur;
use crate::image::{Image, Layout};
use crate::{Job, Result};

/// Standard deviation of the blur that is taken away: the softness a reduction leaves.
const SIGMA: f64 = 1.0;
/// Gain for an amount of 1, in units of 1/256.
const GAIN: f64 = 128.0;

/// Adds what a blur takes away, `amount` times one half. Only lightness is sharpened, so that
/// colour noise and coloured fringes do not grow.
pub(super) fn run(mut image: Image, amount: f64, job: &Job) -> Result<Image> {
    let soft = blur::run(image.clone(), SIGMA, job)?;
    let gain = (amount.clamp(0.0, 10.0) * GAIN).round() as i32;
    let layout = image.layout();
    let mut y = 0;
    image.for_rows(job, |row| {
        let soft = soft.row(y);
        match layout {
            Layout::Gray | Layout::Cmyk => sharpen::<1>(row, soft, gain, |[value]| value.into()),
            Layout::Rgb => sharpen::<3>(row, soft, gain, |[r, g, b]| luma(r, g, b)),
            Layout::Rgba => sharpen::<4>(row, soft, gain, |[r, g, b, _]| luma(r, g, b)),
        }
        y += 1;
    })?;
    Ok(image)
}

/// Lightness by BT.601's weights, 0 to 255.
fn luma(r: u8, g: u8, b: u8) -> i32 {
    (i32::from(r) * 77 + i32::from(g) * 150 + i32::from(b) * 29 + 128) >> 8
}

fn sharpen<const N: usize>(row: &mut [u8], soft: &[u8], gain: i32, light: fn([u8; N]) -> i32) {
    for (pixel, soft) in row.as_chunks_mut::<N>().0.iter_mut().zip(soft.as_chunks::<N>().0) {
        let more = ((light(*pixel) - light(*soft)) * gain + 128) >> 8;
        let colours = if N == 4 { 3 } else { N };
        for value in &mut pixel[..colours] {
            *value = (i32::from(*value) + more).clamp(0, 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_gets_steeper_and_even_areas_stay() {
        let row: Vec<u8> = (0..16).map(|x| if x < 8 { 80 } else { 160 }).collect();
        let image = Image::from_data(16, 4, Layout::Gray, row.repeat(4)).unwrap();
        let sharp = run(image, 1.0, &Job::default()).unwrap();
        let row = sharp.row(2);
        assert_eq!((row[0], row[15]), (80, 160));
        assert!(row[7] < 75 && row[8] > 165, "{row:?}");
    }
}
