//! From one sample layout to a richer one.

use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// `image` with the samples of `layout`: grey to colour, opaque to alpha.
pub(super) fn to_layout(image: Image, layout: Layout, job: &Job) -> Result<Image> {
    match (image.layout(), layout) {
        (from, to) if from == to => Ok(image),
        (Layout::Gray, Layout::Rgb) => expand::<1, 3>(&image, layout, job, |[v]| [v, v, v]),
        (Layout::Gray, Layout::Rgba) => expand::<1, 4>(&image, layout, job, |[v]| [v, v, v, 255]),
        (Layout::Rgb, Layout::Rgba) => {
            expand::<3, 4>(&image, layout, job, |[r, g, b]| [r, g, b, 255])
        }
        (from, to) => Err(Error::internal(format!("no way from {from:?} to {to:?}"))),
    }
}

/// Maps every pixel of `image` to a new picture of `layout`.
pub(super) fn expand<const FROM: usize, const TO: usize>(
    image: &Image,
    layout: Layout,
    job: &Job,
    pixel: impl Fn([u8; FROM]) -> [u8; TO],
) -> Result<Image> {
    let mut result = Image::new(image.width(), image.height(), layout)?;
    let mut y = 0;
    result.for_rows(job, |row| {
        let source = image.row(y).as_chunks::<FROM>().0;
        for (target, source) in row.as_chunks_mut::<TO>().0.iter_mut().zip(source) {
            *target = pixel(*source);
        }
        y += 1;
    })?;
    Ok(result)
}
