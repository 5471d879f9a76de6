//! Cutting out whole pixels.

use crate::image::Image;
use crate::{Error, Job, Result};

/// Keeps `width` by `height` pixels from (`left`, `top`). Rows move within the buffer, so that no
/// second picture is held.
pub(super) fn run(
    image: Image,
    (left, top): (u32, u32),
    (width, height): (u32, u32),
    job: &Job,
) -> Result<Image> {
    let fits = |start: u32, length: u32, side: u32| {
        start.checked_add(length).is_some_and(|end| end <= side)
    };
    if !fits(left, width, image.width()) || !fits(top, height, image.height()) {
        return Err(Error::internal("crop: the window leaves the picture"));
    }
    let (layout, stride) = (image.layout(), image.stride());
    let row = width as usize * layout.channels();
    let offset = left as usize * layout.channels();
    let mut data = image.into_data();
    for y in 0..height as usize {
        if y % 64 == 0 {
            job.check()?;
        }
        let from = (top as usize + y) * stride + offset;
        data.copy_within(from..from + row, y * row);
    }
    data.truncate(height as usize * row);
    Image::from_data(width, height, layout, data)
}
