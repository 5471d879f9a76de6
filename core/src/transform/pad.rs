//! Putting a picture on a larger canvas.

use super::convert;
use crate::image::Image;
use crate::options::Color;
use crate::plan::padded_layout;
use crate::{Error, Job, Result};

/// A canvas of `width` by `height` in `background`, with `image` at (`left`, `top`).
pub(super) fn run(
    image: Image,
    (left, top): (u32, u32),
    (width, height): (u32, u32),
    background: Color,
    job: &Job,
) -> Result<Image> {
    let fits = |start: u32, length: u32, side: u32| {
        start.checked_add(length).is_some_and(|end| end <= side)
    };
    if !fits(left, image.width(), width) || !fits(top, image.height(), height) {
        return Err(Error::internal("pad: the picture leaves the canvas"));
    }
    let layout = padded_layout(image.layout(), background);
    let image = convert::to_layout(image, layout, job)?;
    let channels = layout.channels();
    let mut canvas = Image::new(width, height, layout)?;
    let Color { red, green, blue, alpha } = background;
    let pixel = &[red, green, blue, alpha][..channels];
    let mut y = 0;
    canvas.for_rows(job, |row| {
        row.chunks_exact_mut(channels).for_each(|target| target.copy_from_slice(pixel));
        if (top..top + image.height()).contains(&y) {
            let start = left as usize * channels;
            row[start..start + image.stride()].copy_from_slice(image.row(y - top));
        }
        y += 1;
    })?;
    Ok(canvas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Layout;

    const RED: Color = Color { red: 255, green: 0, blue: 0, alpha: 255 };

    #[test]
    fn a_grey_picture_on_a_coloured_canvas_becomes_colour() {
        let image = Image::from_data(1, 1, Layout::Gray, vec![7]).unwrap();
        let padded = run(image, (1, 0), (2, 2), RED, &Job::default()).unwrap();
        assert_eq!(padded.layout(), Layout::Rgb);
        assert_eq!(padded.data(), [255, 0, 0, 7, 7, 7, 255, 0, 0, 255, 0, 0]);
    }

    #[test]
    fn a_see_through_canvas_adds_an_alpha_channel() {
        let image = Image::from_data(1, 1, Layout::Rgb, vec![1, 2, 3]).unwrap();
        let clear = Color { alpha: 0, ..RED };
        let padded = run(image, (0, 0), (2, 1), clear, &Job::default()).unwrap();
        assert_eq!(padded.data(), [1, 2, 3, 255, 255, 0, 0, 0]);
    }
}
