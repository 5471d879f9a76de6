//! Turns and mirrors.

use crate::image::{Image, Orientation};
use crate::{Job, Result};

/// Side of the square blocks that a transposition goes through: both sides of a block stay in
/// the first-level cache.
const BLOCK: usize = 32;

/// Turns and mirrors `image`.
pub(super) fn run(image: Image, orientation: Orientation, job: &Job) -> Result<Image> {
    match image.layout().channels() {
        1 => turn::<1>(image, orientation, job),
        3 => turn::<3>(image, orientation, job),
        _ => turn::<4>(image, orientation, job),
    }
}

fn turn<const N: usize>(image: Image, orientation: Orientation, job: &Job) -> Result<Image> {
    if orientation.transpose {
        transpose::<N>(&image, orientation, job)
    } else {
        mirror::<N>(image, orientation, job)
    }
}

fn mirror<const N: usize>(mut image: Image, orientation: Orientation, job: &Job) -> Result<Image> {
    if orientation.mirror_x {
        image.for_rows(job, |row| row.as_chunks_mut::<N>().0.reverse())?;
    }
    if orientation.mirror_y {
        let stride = image.stride();
        let (upper, lower) = {
            let half = image.height() as usize / 2 * stride;
            image.data_mut().split_at_mut(half)
        };
        let below = lower.chunks_exact_mut(stride).rev();
        for (above, below) in upper.chunks_exact_mut(stride).zip(below) {
            job.check()?;
            above.swap_with_slice(below);
        }
    }
    Ok(image)
}

fn transpose<const N: usize>(image: &Image, orientation: Orientation, job: &Job) -> Result<Image> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut result = Image::new(image.height(), image.width(), image.layout())?;
    let source = image.data().as_chunks::<N>().0;
    let target = result.data_mut().as_chunks_mut::<N>().0;
    for top in (0..width).step_by(BLOCK) {
        job.check()?;
        for left in (0..height).step_by(BLOCK) {
            for y in top..width.min(top + BLOCK) {
                let from = if orientation.mirror_y { width - 1 - y } else { y };
                for x in left..height.min(left + BLOCK) {
                    let row = if orientation.mirror_x { height - 1 - x } else { x };
                    target[y * height + x] = source[row * width + from];
                }
            }
        }
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Layout;

    /// Moves every pixel on its own, by the definition of EXIF's orientations.
    fn slow(image: &Image, exif: u8) -> Image {
        let (w, h) = (image.width(), image.height());
        let (w2, h2) = if exif >= 5 { (h, w) } else { (w, h) };
        let n = image.layout().channels();
        let mut data = Vec::new();
        for y in 0..h2 {
            for x in 0..w2 {
                let (sx, sy) = match exif {
                    1 => (x, y),
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    _ => (w - 1 - y, x),
                };
                data.extend_from_slice(&image.row(sy)[sx as usize * n..][..n]);
            }
        }
        Image::from_data(w2, h2, image.layout(), data).unwrap()
    }

    fn picture(layout: Layout, width: u32, height: u32) -> Image {
        let length = width as usize * height as usize * layout.channels();
        let data = (0..length).map(|i| (i * 31 % 251) as u8).collect();
        Image::from_data(width, height, layout, data).unwrap()
    }

    #[test]
    fn every_orientation_moves_every_pixel_to_its_place() {
        let job = Job::default();
        for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
            for exif in 1..=8 {
                let image = picture(layout, 71, 40);
                let expected = slow(&image, exif);
                let got = run(image, Orientation::from_exif(exif), &job).unwrap();
                assert!(got == expected, "orientation {exif}, {layout:?}");
            }
        }
    }

    #[test]
    fn orientation_flip_and_rotate_fold_into_one() {
        let job = Job::default();
        for exif in 1..=8 {
            for (flip_x, flip_y) in [(false, false), (true, false), (false, true), (true, true)] {
                for turns in 0..4 {
                    let image = picture(Layout::Rgb, 7, 4);
                    let mut expected = slow(&image, exif);
                    if flip_x {
                        expected = slow(&expected, 2);
                    }
                    if flip_y {
                        expected = slow(&expected, 4);
                    }
                    for _ in 0..turns {
                        expected = slow(&expected, 6);
                    }
                    let folded = Orientation::from_exif(exif)
                        .then(Orientation::mirror(flip_x, flip_y))
                        .then(Orientation::quarter_turns(turns));
                    assert!(run(image, folded, &job).unwrap() == expected);
                }
            }
        }
    }
}
