//! Whether two files show the same pixels.

use crate::image::{Image, Layout};
use crate::{Job, Result};

/// Whether every pixel that is seen is the same. The samples of a pixel may be laid out another
/// way, and the colour of what is fully transparent does not count.
pub(super) fn same_pixels(one: &Image, other: &Image, job: &Job) -> Result<bool> {
    if (one.width(), one.height()) != (other.width(), other.height()) {
        return Ok(false);
    }
    let inks = [one.layout(), other.layout()].contains(&Layout::Cmyk);
    for y in 0..one.height() {
        job.check()?;
        let alike = one.layout() == other.layout() && one.row(y) == other.row(y);
        if !alike && (inks || pixels(one, y).ne(pixels(other, y))) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The pixels of row `y` as four samples.
fn pixels(image: &Image, y: u32) -> impl Iterator<Item = [u8; 4]> + '_ {
    image.row(y).chunks_exact(image.layout().channels()).map(|pixel| match *pixel {
        [gray] => [gray, gray, gray, 255],
        [red, green, blue] => [red, green, blue, 255],
        [_, _, _, 0] => [0; 4],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => [0; 4],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_and_hidden_colours_do_not_count() {
        let image = |layout, data: &[u8]| Image::from_data(1, 1, layout, data.to_vec()).unwrap();
        let job = Job::default();
        let same = |one: &Image, other: &Image| same_pixels(one, other, &job).unwrap();
        let gray = image(Layout::Gray, &[7]);
        assert!(same(&gray, &image(Layout::Rgba, &[7, 7, 7, 255])));
        assert!(!same(&gray, &image(Layout::Rgba, &[7, 7, 7, 254])));
        assert!(!same(&gray, &image(Layout::Rgb, &[7, 7, 8])));
        let (one, other) = ([1, 2, 3, 0], [9, 9, 9, 0]);
        assert!(!same(&image(Layout::Cmyk, &one), &image(Layout::Cmyk, &other)));
        assert!(same(&image(Layout::Rgba, &one), &image(Layout::Rgba, &other)));
    }
}
