//! Light, contrast, tone curve and colour.

use crate::image::{Image, Layout};
use crate::{Job, Result};

/// Share of red, green and blue in lightness (BT.709), in units of 1/65536.
const LUMA: [i32; 3] = [13_933, 46_871, 4_732];

/// Multipliers; 1 changes nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Adjustment {
    pub brightness: f64,
    pub contrast: f64,
    pub gamma: f64,
    pub saturation: f64,
}

/// Applies brightness, contrast about mid grey and gamma (below 1 is lighter), then saturation.
pub(super) fn run(mut image: Image, adjustment: Adjustment, job: &Job) -> Result<Image> {
    let table = tone_table(adjustment);
    let saturation = (adjustment.saturation.clamp(0.0, 255.0) * 65_536.0).round() as i64;
    match image.layout() {
        Layout::Gray | Layout::Cmyk => {
            image.for_rows(job, |row| {
                row.iter_mut().for_each(|value| *value = table[usize::from(*value)]);
            })?;
        }
        Layout::Rgb => adjust_pixels::<3>(&mut image, &table, saturation, job)?,
        Layout::Rgba => adjust_pixels::<4>(&mut image, &table, saturation, job)?,
    }
    Ok(image)
}

/// The three tone changes in one table, so that nothing is rounded or cut between them.
fn tone_table(adjustment: Adjustment) -> [u8; 256] {
    std::array::from_fn(|value| {
        let light = value as f64 * adjustment.brightness;
        let value = (light - 128.0) * adjustment.contrast + 128.0;
        let curve = (value / 255.0).clamp(0.0, 1.0).powf(adjustment.gamma);
        (curve * 255.0).round() as u8
    })
}

fn adjust_pixels<const N: usize>(
    image: &mut Image,
    table: &[u8; 256],
    saturation: i64,
    job: &Job,
) -> Result<()> {
    image.for_rows(job, |row| {
        for pixel in row.as_chunks_mut::<N>().0 {
            for value in &mut pixel[..3] {
                *value = table[usize::from(*value)];
            }
            if saturation != 65_536 {
                saturate(&mut pixel[..3], saturation);
            }
        }
    })
}

fn saturate(pixel: &mut [u8], saturation: i64) {
    let luma: i32 = pixel.iter().zip(LUMA).map(|(value, share)| i32::from(*value) * share).sum();
    let luma = i64::from((luma + 32_768) >> 16);
    for value in pixel {
        let distance = i64::from(*value) - luma;
        *value = (luma + ((distance * saturation + 32_768) >> 16)).clamp(0, 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Adjustment =
        Adjustment { brightness: 1.0, contrast: 1.0, gamma: 1.0, saturation: 1.0 };

    fn adjusted(pixel: [u8; 3], adjustment: Adjustment) -> Vec<u8> {
        let image = Image::from_data(1, 1, Layout::Rgb, pixel.to_vec()).unwrap();
        run(image, adjustment, &Job::default()).unwrap().into_data()
    }

    #[test]
    fn brightness_multiplies_and_saturates() {
        let twice = Adjustment { brightness: 2.0, ..NOTHING };
        assert_eq!(adjusted([10, 100, 200], twice), [20, 200, 255]);
    }

    #[test]
    fn contrast_leaves_mid_grey_where_it_is() {
        let strong = Adjustment { contrast: 1.5, ..NOTHING };
        assert_eq!(adjusted([128, 148, 108], strong), [128, 158, 98]);
    }

    #[test]
    fn gamma_below_one_is_lighter() {
        let light = Adjustment { gamma: 0.5, ..NOTHING };
        assert_eq!(adjusted([0, 64, 255], light), [0, 128, 255]);
    }

    #[test]
    fn no_saturation_is_grey_and_keeps_alpha() {
        let grey = Adjustment { saturation: 0.0, ..NOTHING };
        let image = Image::from_data(1, 1, Layout::Rgba, vec![255, 0, 0, 77]).unwrap();
        let data = run(image, grey, &Job::default()).unwrap().into_data();
        assert_eq!(data, [54, 54, 54, 77]);
    }
}
