//! Drawing an overlay, once or as a pattern.

use super::composite::Blend;
use super::convert;
use crate::image::{Image, Layout};
use crate::options::{Composite, Repeat};
use crate::plan::drawn_layout;
use crate::{Error, Job, Result};

/// Where and how an overlay is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    pub left: i64,
    pub top: i64,
    pub repeat: Option<Repeat>,
    pub opacity: f64,
    pub composite: Composite,
}

/// Overlays as all kernels want them.
pub(super) fn prepare(image: Image, job: &Job) -> Result<Image> {
    convert::to_layout(image, Layout::Rgba, job)
}

/// Draws `overlay`, which has an alpha channel, on `image`. What hangs over is cut.
pub(super) fn run(image: Image, overlay: &Image, draw: Draw, job: &Job) -> Result<Image> {
    if overlay.layout() != Layout::Rgba {
        return Err(Error::internal("draw: an overlay without an alpha channel"));
    }
    let layout = drawn_layout(image.layout(), draw.composite.clears());
    let mut image = convert::to_layout(image, layout, job)?;
    let blend = Blend::new(draw.composite, draw.opacity);
    let columns = places(draw.left, overlay.width(), image.width(), draw.repeats_along_x());
    let mut y = 0;
    image.for_rows(job, |row| {
        let line = line(y, draw.top, overlay.height(), draw.repeats_along_y());
        y += 1;
        let Some(line) = line else { return };
        let source = overlay.row(line);
        for &(from, to, count) in &columns {
            let under = &mut row[to * layout.channels()..][..count * layout.channels()];
            blend.row(&source[from * 4..][..count * 4], under, layout);
        }
    })?;
    Ok(image)
}

impl Draw {
    fn repeats_along_x(&self) -> bool {
        matches!(self.repeat, Some(Repeat::Both | Repeat::X))
    }

    fn repeats_along_y(&self) -> bool {
        matches!(self.repeat, Some(Repeat::Both | Repeat::Y))
    }
}

/// The row of an overlay that lies on row `y` of the picture.
fn line(y: i64, top: i64, height: u32, repeat: bool) -> Option<u32> {
    let line = y - top;
    let line = if repeat { line.rem_euclid(height.into()) } else { line };
    u32::try_from(line).ok().filter(|line| *line < height)
}

/// Where copies lie on a row of `side` pixels: first column of the overlay, first column of the
/// picture, and their number.
fn places(start: i64, length: u32, side: u32, repeat: bool) -> Vec<(usize, usize, usize)> {
    let (length, side) = (i64::from(length), i64::from(side));
    let first = if repeat { start.rem_euclid(length) - length } else { start };
    let last = if repeat { side } else { first + 1 };
    (first..last)
        .step_by(length as usize)
        .filter_map(|start| {
            let (from, to) = ((-start).max(0), start.max(0));
            let count = (start + length).min(side) - to;
            (count > 0 && from < length).then_some((from as usize, to as usize, count as usize))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ORIGIN: Draw =
        Draw { left: 0, top: 0, repeat: None, opacity: 1.0, composite: Composite::Over };

    fn black(width: u32, height: u32) -> Image {
        Image::new(width, height, Layout::Rgb).unwrap()
    }

    /// Two pixels: red, green.
    fn pair() -> Image {
        Image::from_data(2, 1, Layout::Rgba, vec![255, 0, 0, 255, 0, 255, 0, 255]).unwrap()
    }

    /// `r`, `g` or `.` for each pixel, rows after each other.
    fn drawn(width: u32, height: u32, draw: Draw) -> String {
        let image = run(black(width, height), &pair(), draw, &Job::default()).unwrap();
        let letter = |pixel: &[u8]| match pixel {
            [255, 0, 0] => 'r',
            [0, 255, 0] => 'g',
            _ => '.',
        };
        image.data().chunks(3).map(letter).collect()
    }

    #[test]
    fn an_overlay_lies_where_it_is_put_and_what_hangs_over_is_cut() {
        assert_eq!(drawn(4, 2, Draw { left: 1, top: 1, ..AT_ORIGIN }), ".....rg.");
        assert_eq!(drawn(3, 1, Draw { left: -1, ..AT_ORIGIN }), "g..");
        assert_eq!(drawn(3, 1, Draw { left: 2, ..AT_ORIGIN }), "..r");
        assert_eq!(drawn(3, 1, Draw { left: 3, ..AT_ORIGIN }), "...");
        assert_eq!(drawn(3, 1, Draw { left: -2, ..AT_ORIGIN }), "...");
        assert_eq!(drawn(3, 1, Draw { top: -1, ..AT_ORIGIN }), "...");
    }

    #[test]
    fn a_pattern_runs_from_its_place_to_the_edges() {
        let both = Draw { left: 1, top: 1, repeat: Some(Repeat::Both), ..AT_ORIGIN };
        assert_eq!(drawn(4, 2, both), "grgrgrgr");
        assert_eq!(drawn(4, 3, Draw { repeat: Some(Repeat::X), ..both }), "....grgr....");
        assert_eq!(drawn(4, 3, Draw { repeat: Some(Repeat::Y), ..both }), ".rg..rg..rg.");
        assert_eq!(drawn(5, 1, Draw { left: -7, repeat: Some(Repeat::X), ..AT_ORIGIN }), "grgrg");
    }

    #[test]
    fn a_grey_picture_takes_colour_and_an_opaque_one_takes_holes() {
        let grey = || Image::from_data(2, 1, Layout::Gray, vec![9, 9]).unwrap();
        let image = run(grey(), &pair(), AT_ORIGIN, &Job::default()).unwrap();
        assert_eq!((image.layout(), image.data()), (Layout::Rgb, &[255, 0, 0, 0, 255, 0][..]));
        let out = Draw { composite: Composite::Out, ..AT_ORIGIN };
        let image = run(grey(), &pair(), out, &Job::default()).unwrap();
        assert_eq!((image.layout(), image.data()), (Layout::Rgba, &[0; 8][..]));
    }
}
