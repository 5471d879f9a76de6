//! Gaussian blur.

use crate::image::{Image, Layout};
use crate::kernel::gauss::Gauss;
use crate::{Job, Result};

/// Bytes of a row that are filtered at once in the vertical pass: one cache line, so that no
/// line is read twice.
const STRIP: usize = 64;
/// Samples are widened to 16 bits with this factor, so that several passes do not add up their
/// rounding.
const WIDEN: u16 = 256;

/// Blurs with standard deviation `sigma`. Transparent pixels do not bleed their colour: alpha is
/// multiplied in before and divided out after.
pub(super) fn run(mut image: Image, sigma: f64, job: &Job) -> Result<Image> {
    let gauss = Gauss::new(sigma);
    let alpha = image.layout() == Layout::Rgba;
    if alpha {
        image.for_rows(job, |row| row.as_chunks_mut().0.iter_mut().for_each(multiply))?;
    }
    horizontal(&mut image, &gauss, job)?;
    vertical(&mut image, &gauss, job)?;
    if alpha {
        image.for_rows(job, |row| row.as_chunks_mut().0.iter_mut().for_each(divide))?;
    }
    Ok(image)
}

fn multiply(pixel: &mut [u8; 4]) {
    let alpha = u32::from(pixel[3]);
    for value in &mut pixel[..3] {
        *value = ((u32::from(*value) * alpha + 127) / 255) as u8;
    }
}

fn divide(pixel: &mut [u8; 4]) {
    let alpha = u32::from(pixel[3]);
    for value in &mut pixel[..3] {
        let share = (u32::from(*value) * 255 + alpha / 2).checked_div(alpha).unwrap_or(0);
        *value = share.min(255) as u8;
    }
}

fn widen(value: u8) -> u16 {
    u16::from(value) * WIDEN
}

fn narrow(value: u16) -> u8 {
    // At most 255 * 256, so the sum stays in range.
    ((value + WIDEN / 2) / WIDEN) as u8
}

fn horizontal(image: &mut Image, gauss: &Gauss, job: &Job) -> Result<()> {
    let lanes = image.layout().channels();
    let mut plane = vec![0; image.stride()];
    let mut spare = plane.clone();
    image.for_rows(job, |row| {
        plane.iter_mut().zip(&*row).for_each(|(wide, value)| *wide = widen(*value));
        gauss.filter(&mut plane, &mut spare, lanes);
        row.iter_mut().zip(&plane).for_each(|(value, wide)| *value = narrow(*wide));
    })
}

fn vertical(image: &mut Image, gauss: &Gauss, job: &Job) -> Result<()> {
    let stride = image.stride();
    let mut plane = Vec::new();
    let mut spare = Vec::new();
    for left in (0..stride).step_by(STRIP) {
        job.check()?;
        let lanes = STRIP.min(stride - left);
        plane.clear();
        for row in image.data().chunks_exact(stride) {
            plane.extend(row[left..left + lanes].iter().map(|value| widen(*value)));
        }
        spare.resize(plane.len(), 0);
        gauss.filter(&mut plane, &mut spare, lanes);
        let rows = image.data_mut().chunks_exact_mut(stride);
        for (row, wide) in rows.zip(plane.chunks_exact(lanes)) {
            let target = row[left..left + lanes].iter_mut();
            target.zip(wide).for_each(|(value, wide)| *value = narrow(*wide));
        }
        spare.truncate(plane.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_pixels_do_not_darken_their_neighbours() {
        let mut data = vec![0u8; 20 * 20 * 4];
        for pixel in data.as_chunks_mut::<4>().0.iter_mut().skip(200) {
            *pixel = [200, 100, 50, 255];
        }
        let image = Image::from_data(20, 20, Layout::Rgba, data).unwrap();
        let blurred = run(image, 2.5, &Job::default()).unwrap();
        for pixel in blurred.data().as_chunks::<4>().0.iter().filter(|pixel| pixel[3] > 40) {
            let [r, g, b, _] = *pixel;
            assert!(r.abs_diff(200) < 6 && g.abs_diff(100) < 6 && b.abs_diff(50) < 6, "{pixel:?}");
        }
    }

    #[test]
    fn both_directions_are_blurred_alike() {
        let mut data = vec![0u8; 41 * 41];
        for y in 18..23 {
            data[y * 41 + 18..y * 41 + 23].fill(255);
        }
        for sigma in [1.5, 3.0] {
            let image = Image::from_data(41, 41, Layout::Gray, data.clone()).unwrap();
            let blurred = run(image, sigma, &Job::default()).unwrap();
            for y in 0..41 {
                for x in 0..41 {
                    let mirrored = blurred.row(x as u32)[y as usize];
                    assert!(blurred.row(y as u32)[x as usize].abs_diff(mirrored) <= 1);
                }
            }
            assert!(blurred.row(20)[20] > blurred.row(20)[18]);
        }
    }
}
