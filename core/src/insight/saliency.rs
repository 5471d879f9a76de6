//! What stands out: colour against its surroundings, edges, and the colours of skin.
//!
//! The main part is contrast to the maximum symmetric surround (Achanta and Süsstrunk, 2010):
//! a pixel's colour against the mean of the largest window that has the pixel in its middle and
//! lies inside the picture. Towards the rim the window shrinks, so that background which runs
//! out of the picture does not stand out.

use super::interest::{cells, sharpen};
use super::lab::Lab;
use crate::image::{Image, Layout};
use crate::plan::Interest;
use crate::{Job, Result};

/// What an edge weighs against contrast to the surround.
const EDGE: f32 = 0.5;
/// What skin weighs.
const SKIN: f32 = 0.35;

/// Measures `image`, a small picture.
pub(super) fn measure(image: &Image, job: &Job) -> Result<Interest> {
    let lab = Lab::new(image).smoothed();
    let sums = Sums::new(&lab);
    let mut values = Vec::with_capacity(lab.pixels.len());
    for y in 0..lab.height {
        job.check()?;
        for x in 0..lab.width {
            let contrast = distance(lab.pixels[y * lab.width + x], sums.surround(x, y)) / 100.0;
            let edge = edge(&lab, x, y) / 100.0;
            let skin = skin(image, x, y);
            values.push(contrast + EDGE * edge + SKIN * skin);
        }
    }
    let mut map = cells(image, &values);
    sharpen(&mut map);
    Ok(map)
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let [l, x, y] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    (l * l + x * x + y * y).sqrt()
}

fn edge(lab: &Lab, x: usize, y: usize) -> f32 {
    let at = |x: usize, y: usize| lab.pixels[y * lab.width + x];
    let across = distance(at((x + 1).min(lab.width - 1), y), at(x.saturating_sub(1), y));
    let down = distance(at(x, (y + 1).min(lab.height - 1)), at(x, y.saturating_sub(1)));
    across.max(down)
}

/// How much a pixel has the hue that skin of every tone shares, 0 to 1.
fn skin(image: &Image, x: usize, y: usize) -> f32 {
    let channels = match image.layout() {
        Layout::Gray => return 0.0,
        layout => layout.channels(),
    };
    let pixel = &image.row(y as u32)[x * channels..];
    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    let sum = red + green + blue;
    if !(100.0..=700.0).contains(&sum) || red < green || green < blue * 0.9 {
        return 0.0;
    }
    // Shares of red and green; skin lies round (0.445, 0.312) within about 0.06.
    let (r, g) = (red / sum - 0.445, green / sum - 0.312);
    (1.0 - (r * r + 2.0 * g * g) / 0.006).max(0.0)
}

/// Sums of all pixels left of and above a point.
struct Sums {
    width: usize,
    height: usize,
    sums: Vec<[f64; 3]>,
}

impl Sums {
    fn new(lab: &Lab) -> Sums {
        let stride = lab.width + 1;
        let mut sums = vec![[0.0; 3]; stride * (lab.height + 1)];
        for y in 0..lab.height {
            let mut row = [0.0; 3];
            for x in 0..lab.width {
                let pixel = lab.pixels[y * lab.width + x];
                row = std::array::from_fn(|i| row[i] + f64::from(pixel[i]));
                let above = sums[y * stride + x + 1];
                sums[(y + 1) * stride + x + 1] = std::array::from_fn(|i| above[i] + row[i]);
            }
        }
        Sums { width: lab.width, height: lab.height, sums }
    }

    /// Mean of the largest window inside the picture with (`x`, `y`) in its middle.
    fn surround(&self, x: usize, y: usize) -> [f32; 3] {
        let (reach_x, reach_y) = (x.min(self.width - 1 - x), y.min(self.height - 1 - y));
        let (left, right) = (x - reach_x, x + reach_x + 1);
        let (top, bottom) = (y - reach_y, y + reach_y + 1);
        let at = |x: usize, y: usize| self.sums[y * (self.width + 1) + x];
        let [a, b, c, d] = [at(right, bottom), at(left, bottom), at(right, top), at(left, top)];
        let count = ((right - left) * (bottom - top)) as f64;
        std::array::from_fn(|i| ((a[i] - b[i] - c[i] + d[i]) / count) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_its_surroundings_is_the_focus() {
        let mut image = Image::from_data(120, 80, Layout::Rgb, [90, 120, 90].repeat(9600)).unwrap();
        for y in 20..34 {
            for x in 80..96 {
                image.data_mut()[(y * 120 + x) * 3..][..3].copy_from_slice(&[220, 200, 40]);
            }
        }
        let (x, y) = measure(&image, &Job::default()).unwrap().focus();
        assert!((x - 88.0 / 120.0).abs() < 0.03 && (y - 27.0 / 80.0).abs() < 0.03, "{x} {y}");
    }

    #[test]
    fn an_even_picture_has_no_weight() {
        for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
            let data = vec![77; 30 * 20 * layout.channels()];
            let image = Image::from_data(30, 20, layout, data).unwrap();
            let map = measure(&image, &Job::default()).unwrap();
            assert!(map.weights.iter().all(|weight| *weight == 0.0), "{layout:?}");
        }
    }

    #[test]
    fn a_picture_of_one_pixel_or_one_line_is_measured() {
        for (width, height) in [(1, 1), (1, 256), (256, 1), (2, 3)] {
            let data = vec![9; width as usize * height as usize * 3];
            let image = Image::from_data(width, height, Layout::Rgb, data).unwrap();
            let map = measure(&image, &Job::default()).unwrap();
            assert_eq!(map.weights.len() as u32, map.columns * map.rows);
        }
    }

    #[test]
    fn skin_of_every_tone_counts_and_sky_and_grass_do_not() {
        let at = |pixel: [u8; 3]| {
            skin(&Image::from_data(1, 1, Layout::Rgb, pixel.to_vec()).unwrap(), 0, 0)
        };
        for tone in [[232, 190, 160], [198, 134, 100], [141, 85, 60], [90, 56, 40]] {
            assert!(at(tone) > 0.3, "{tone:?} {}", at(tone));
        }
        for other in [[120, 160, 220], [80, 130, 60], [128, 128, 128], [220, 20, 20]] {
            assert!(at(other) < 0.2, "{other:?} {}", at(other));
        }
    }
}
