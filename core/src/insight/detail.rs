//! How much detail there is: the entropy of lightness, cell by cell.

use super::interest::{cells, sharpen};
use crate::image::{Image, Layout};
use crate::plan::Interest;
use crate::{Job, Result};

/// Levels of lightness that are told apart; noise stays within one or two.
const LEVELS: usize = 24;
/// Half the side of the square about a pixel whose lightness is counted.
const REACH: usize = 4;

/// Measures `image`, a small picture.
pub(super) fn measure(image: &Image, job: &Job) -> Result<Interest> {
    let levels: Vec<usize> = lightness(image);
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut values = vec![0.0; levels.len()];
    for y in 0..height {
        job.check()?;
        let rows = y.saturating_sub(REACH)..(y + REACH + 1).min(height);
        let mut counts = [0u32; LEVELS];
        let column = |x: usize, counts: &mut [u32; LEVELS], add: bool| {
            for row in rows.clone() {
                let count = &mut counts[levels[row * width + x]];
                *count = if add { *count + 1 } else { *count - 1 };
            }
        };
        (0..REACH.min(width)).for_each(|x| column(x, &mut counts, true));
        for x in 0..width {
            if x + REACH < width {
                column(x + REACH, &mut counts, true);
            }
            if x > REACH {
                column(x - REACH - 1, &mut counts, false);
            }
            values[y * width + x] = entropy(&counts);
        }
    }
    let mut map = cells(image, &values);
    sharpen(&mut map);
    Ok(map)
}

fn lightness(image: &Image) -> Vec<usize> {
    let level = |value: u32| value as usize * LEVELS / 256;
    match image.layout() {
        Layout::Gray => image.data().iter().map(|value| level(u32::from(*value))).collect(),
        layout => image
            .data()
            .chunks_exact(layout.channels())
            .map(|pixel| {
                let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
                level((77 * red + 150 * green + 29 * blue) >> 8)
            })
            .collect(),
    }
}

/// Bits it takes to tell one of the counted pixels' levels.
fn entropy(counts: &[u32; LEVELS]) -> f32 {
    let total = counts.iter().sum::<u32>() as f32;
    let bits = counts.iter().filter(|count| **count > 0).map(|count| {
        let share = *count as f32 / total;
        -share * share.log2()
    });
    bits.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_outweighs_a_large_even_patch() {
        let mut image = Image::from_data(160, 80, Layout::Gray, vec![200; 160 * 80]).unwrap();
        for y in 0..80usize {
            for x in 0..160usize {
                let value = &mut image.data_mut()[y * 160 + x];
                if x < 60 {
                    *value = 20;
                }
                if (110..140).contains(&x) && (30..60).contains(&y) {
                    *value = ((x * 37 + y * 91) % 251) as u8;
                }
            }
        }
        let (x, y) = measure(&image, &Job::default()).unwrap().focus();
        assert!((x - 125.0 / 160.0).abs() < 0.05 && (y - 45.0 / 80.0).abs() < 0.06, "{x} {y}");
    }

    #[test]
    fn tiny_pictures_are_measured() {
        for (width, height) in [(1, 1), (1, 9), (9, 1), (3, 2)] {
            let data = vec![9; width as usize * height as usize];
            let image = Image::from_data(width, height, Layout::Gray, data).unwrap();
            assert!(measure(&image, &Job::default()).is_ok());
        }
    }
}
