//! Where a uniform border ends: the rectangle of what is not border, to the pixel.
//!
//! A pixel is border when it is fully transparent, or when no channel is further than the
//! tolerance from the border's colour. The content is the smallest rectangle that holds every
//! other pixel. It is looked for at full size, because a line one pixel thin is content too: a
//! picture that was shrunk first has lost it.
//!
//! Where no tolerance is given, a side is left alone when what would go is a gradient or a sky:
//! its colour moves along the side, or from the edge to half way in. And where
//! compression made the border ripple close to something strong, the ripples are border.

use crate::image::{Image, Layout};
use crate::options::TrimBorder;
use crate::{Job, Result};

/// Tolerance for sources whose pixels are exact.
const EXACT: u8 = 10;
/// Tolerance for sources that were compressed with loss, whose flat parts ripple.
const LOSSY: u8 = 20;

/// What is left of `image` without its border, as left, top, width and height: all of it where
/// there is no border, `[0; 4]` where there is nothing else.
pub(super) fn find(image: &Image, border: &TrimBorder, lossy: bool, job: &Job) -> Result<[u32; 4]> {
    let whole = [0, 0, image.width(), image.height()];
    let tolerance = border.tolerance.unwrap_or(if lossy { LOSSY } else { EXACT });
    let given = border.color.map(|color| mixed([color.red, color.green, color.blue, color.alpha]));
    let Some(color) = given.or_else(|| found_color(image, tolerance)) else {
        return Ok(whole);
    };
    let matcher = Matcher { image, color, tolerance };
    let Some(mut edges) = matcher.edges(job)? else {
        return Ok([0; 4]);
    };
    if border.tolerance.is_none() {
        matcher.put_gradients_back(&mut edges);
        if lossy {
            matcher.leave_ripples_out(&mut edges);
        }
    }
    let Edges { left, top, right, bottom } = edges;
    Ok([left, top, right - left, bottom - top])
}

/// Parts of a line whose mean colours are compared.
const PARTS: usize = 8;
/// Side of the largest block that JPEG and WebP compress on its own.
const BLOCK: u32 = 16;
/// How many times stronger something is than what it makes ripple round it.
const RIPPLE: u32 = 3;

/// A colour with alpha multiplied in, so that what is clear is equal whatever its colour.
type Mixed = [u8; 4];

fn mixed([red, green, blue, alpha]: [u8; 4]) -> Mixed {
    let multiply = |value: u8| ((u32::from(value) * u32::from(alpha) + 127) / 255) as u8;
    [multiply(red), multiply(green), multiply(blue), alpha]
}

fn pixel(samples: &[u8]) -> Mixed {
    match *samples {
        [grey] => [grey, grey, grey, 255],
        [red, green, blue] => [red, green, blue, 255],
        [red, green, blue, 255] => [red, green, blue, 255],
        [red, green, blue, alpha] => mixed([red, green, blue, alpha]),
        _ => [0; 4],
    }
}

/// The four sides of a picture.
#[derive(Debug, Clone, Copy)]
enum Side {
    Top,
    Left,
    Bottom,
    Right,
}

const SIDES: [Side; 4] = [Side::Top, Side::Left, Side::Bottom, Side::Right];

/// Pixels of the line that is `depth` lines in from `side`.
fn line(image: &Image, side: Side, depth: u32) -> impl Iterator<Item = Mixed> + '_ {
    let (width, height) = (image.width(), image.height());
    let across = matches!(side, Side::Top | Side::Bottom);
    let length = if across { width } else { height };
    (0..length).map(move |at| {
        let (x, y) = match side {
            Side::Top => (at, depth),
            Side::Bottom => (at, height - 1 - depth),
            Side::Left => (depth, at),
            Side::Right => (width - 1 - depth, at),
        };
        pixel(samples(image, x, y))
    })
}

fn samples(image: &Image, x: u32, y: u32) -> &[u8] {
    let channels = image.layout().channels();
    &image.row(y)[x as usize * channels..][..channels]
}

fn near(a: Mixed, b: Mixed, tolerance: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= tolerance)
}

fn is_border(pixel: Mixed, color: Mixed, tolerance: u8) -> bool {
    pixel[3] == 0 || near(pixel, color, tolerance)
}

/// The colour that most of the uniform outermost lines have; `None` when no line is uniform.
fn found_color(image: &Image, tolerance: u8) -> Option<Mixed> {
    let uniform: Vec<(Mixed, usize)> = SIDES
        .iter()
        .filter_map(|side| {
            let color = median(line(image, *side, 0));
            let even = line(image, *side, 0).all(|pixel| is_border(pixel, color, tolerance));
            even.then(|| (color, line(image, *side, 0).count()))
        })
        .collect();
    let votes = |color: Mixed| -> usize {
        uniform.iter().filter(|(other, _)| near(color, *other, tolerance)).map(|(_, n)| n).sum()
    };
    let mut best: Option<(Mixed, usize)> = None;
    for (color, _) in &uniform {
        let count = votes(*color);
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((*color, count));
        }
    }
    best.map(|(color, _)| color)
}

fn median(pixels: impl Iterator<Item = Mixed>) -> Mixed {
    let mut counts = [[0u32; 256]; 4];
    let mut total = 0;
    for pixel in pixels {
        total += 1;
        for (counts, value) in counts.iter_mut().zip(pixel) {
            counts[usize::from(value)] += 1;
        }
    }
    counts.map(|counts| {
        let mut below = 0;
        let reaches_half = |count: &u32| {
            below += count;
            below * 2 >= total
        };
        counts.iter().position(reaches_half).unwrap_or(0) as u8
    })
}

/// The rows and columns between which the content lies; the far ones are not part of it.
#[derive(Debug, Clone, Copy)]
struct Edges {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

struct Matcher<'a> {
    image: &'a Image,
    color: Mixed,
    tolerance: u8,
}

impl Matcher<'_> {
    /// The smallest rectangle of all that is not border; `None` when there is nothing else.
    fn edges(&self, job: &Job) -> Result<Option<Edges>> {
        match self.image.layout() {
            Layout::Gray => self.edges_of::<1>(job),
            Layout::Rgb => self.edges_of::<3>(job),
            Layout::Rgba | Layout::Cmyk => self.edges_of::<4>(job),
        }
    }

    fn edges_of<const N: usize>(&self, job: &Job) -> Result<Option<Edges>> {
        let (width, height) = (self.image.width(), self.image.height());
        let stands_out = |samples: &[u8; N]| !is_border(pixel(samples), self.color, self.tolerance);
        let row = |y: u32| self.image.row(y).as_chunks::<N>().0;
        let plain = |y: u32| !row(y).iter().any(stands_out);
        let mut top = 0;
        while top < height && plain(top) {
            job.check()?;
            top += 1;
        }
        if top == height {
            return Ok(None);
        }
        let mut bottom = height;
        while plain(bottom - 1) {
            job.check()?;
            bottom -= 1;
        }
        let (mut left, mut right) = (width as usize, 0);
        for y in top..bottom {
            job.check()?;
            let row = row(y);
            let first = row[..left].iter().position(stands_out);
            left = first.unwrap_or(left);
            let last = row[right..].iter().rposition(stands_out);
            right = last.map_or(right, |last| right + last + 1);
        }
        Ok(Some(Edges { left: left as u32, top, right: right as u32, bottom }))
    }

    /// Moves an edge back to the side of the picture where what lies between is a gradient.
    fn put_gradients_back(&self, edges: &mut Edges) {
        let (width, height) = (self.image.width(), self.image.height());
        if self.is_gradient(Side::Top, edges.top) {
            edges.top = 0;
        }
        if self.is_gradient(Side::Left, edges.left) {
            edges.left = 0;
        }
        if self.is_gradient(Side::Bottom, height - edges.bottom) {
            edges.bottom = height;
        }
        if self.is_gradient(Side::Right, width - edges.right) {
            edges.right = width;
        }
    }

    /// Moves an edge inwards past lines that only ripple, as lossy compression makes a flat part
    /// ripple that shares a block with something strong. It never leaves the block.
    fn leave_ripples_out(&self, edges: &mut Edges) {
        let (width, height) = (self.image.width(), self.image.height());
        edges.top = self.past_ripples(Side::Top, edges.top);
        edges.left = self.past_ripples(Side::Left, edges.left);
        edges.bottom = height - self.past_ripples(Side::Bottom, height - edges.bottom);
        edges.right = width - self.past_ripples(Side::Right, width - edges.right);
    }

    fn past_ripples(&self, side: Side, depth: u32) -> u32 {
        if depth == 0 {
            return 0;
        }
        let length = match side {
            Side::Top | Side::Bottom => self.image.height(),
            Side::Left | Side::Right => self.image.width(),
        };
        let block = |depth: u32| match side {
            Side::Top | Side::Left => depth / BLOCK,
            Side::Bottom | Side::Right => (length - 1 - depth) / BLOCK,
        };
        let strengths: Vec<u32> = (depth..length)
            .take_while(|inner| block(*inner) == block(depth))
            .map(|inner| self.strength(side, inner))
            .collect();
        let peak = strengths.iter().max().copied().unwrap_or(0);
        let ripples = strengths.iter().take_while(|strength| **strength * RIPPLE <= peak);
        depth + ripples.count() as u32
    }

    /// The largest distance from the border's colour in a line.
    fn strength(&self, side: Side, depth: u32) -> u32 {
        let distance = |pixel: Mixed| {
            let channels = pixel.iter().zip(self.color);
            channels.map(|(a, b)| u32::from(a.abs_diff(b))).max().unwrap_or(0)
        };
        let seen = line(self.image, side, depth).filter(|pixel| pixel[3] > 0);
        seen.map(distance).max().unwrap_or(0)
    }

    /// Whether the lines up to `depth` change along the side or towards the picture by more than
    /// a quarter of the tolerance: a sky does, a border does not.
    fn is_gradient(&self, side: Side, depth: u32) -> bool {
        if depth == 0 {
            return false;
        }
        let most = f64::from(self.tolerance) / 4.0;
        let outer = self.means(side, 0);
        let inner = self.means(side, depth / 2);
        let first = outer[0];
        let far = |mean: &[f64; 4]| mean.iter().zip(first).any(|(a, b)| (a - b).abs() > most);
        outer.iter().chain(&inner).any(far)
    }

    /// The mean colours of the parts of a line, seen pixels only.
    fn means(&self, side: Side, depth: u32) -> Vec<[f64; 4]> {
        let pixels: Vec<Mixed> = line(self.image, side, depth).collect();
        pixels.chunks(pixels.len().div_ceil(PARTS)).map(mean).collect()
    }
}

fn mean(pixels: &[Mixed]) -> [f64; 4] {
    let mut sums = [0u64; 4];
    for pixel in pixels.iter().filter(|pixel| pixel[3] > 0) {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(*value);
        }
    }
    sums.map(|sum| sum as f64 / pixels.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Color;

    const CLEAR: Color = Color { red: 0, green: 0, blue: 0, alpha: 0 };

    fn canvas(width: u32, height: u32, color: [u8; 4]) -> Image {
        let data = color.repeat((width * height) as usize);
        Image::from_data(width, height, Layout::Rgba, data).unwrap()
    }

    fn paint(image: &mut Image, [left, top, width, height]: [u32; 4], color: [u8; 4]) {
        let stride = image.stride();
        for y in top..top + height {
            for x in left..left + width {
                let at = y as usize * stride + x as usize * 4;
                image.data_mut()[at..at + 4].copy_from_slice(&color);
            }
        }
    }

    fn found(image: &Image, border: TrimBorder) -> [u32; 4] {
        find(image, &border, false, &Job::default()).unwrap()
    }

    fn auto(image: &Image) -> [u32; 4] {
        found(image, TrimBorder::default())
    }

    const WHITE: [u8; 4] = [255; 4];
    const RED: [u8; 4] = [200, 0, 0, 255];

    #[test]
    fn a_border_is_cut_to_the_pixel_on_every_side() {
        for inner in [[3, 5, 10, 7], [0, 5, 10, 7], [3, 0, 37, 30], [12, 29, 1, 1]] {
            let mut image = canvas(40, 30, WHITE);
            paint(&mut image, inner, RED);
            assert_eq!(auto(&image), inner);
        }
    }

    #[test]
    fn a_picture_without_a_border_stays_whole() {
        let mut image = canvas(40, 30, WHITE);
        paint(&mut image, [0, 0, 20, 15], RED);
        paint(&mut image, [20, 15, 20, 15], RED);
        assert_eq!(auto(&image), [0, 0, 40, 30]);
    }

    #[test]
    fn a_picture_of_nothing_but_border_is_told_apart() {
        assert_eq!(auto(&canvas(9, 5, RED)), [0; 4]);
        assert_eq!(auto(&canvas(1, 1, WHITE)), [0; 4]);
    }

    #[test]
    fn transparent_pixels_are_border_whatever_their_colour() {
        let mut image = canvas(20, 20, [9, 8, 7, 0]);
        paint(&mut image, [0, 0, 20, 4], [250, 250, 0, 0]);
        paint(&mut image, [6, 5, 4, 3], RED);
        assert_eq!(auto(&image), [6, 5, 4, 3]);
        let clear = TrimBorder { color: Some(CLEAR), ..TrimBorder::default() };
        assert_eq!(found(&image, clear), [6, 5, 4, 3]);
    }

    #[test]
    fn only_the_colour_that_is_named_goes() {
        let mut image = canvas(20, 20, WHITE);
        paint(&mut image, [2, 2, 10, 10], RED);
        let red = Color { red: 200, green: 0, blue: 0, alpha: 255 };
        let named = TrimBorder { color: Some(red), ..TrimBorder::default() };
        assert_eq!(found(&image, named), [0, 0, 20, 20]);
        let white = TrimBorder { color: Some(Color::WHITE), ..TrimBorder::default() };
        assert_eq!(found(&image, white), [2, 2, 10, 10]);
    }

    #[test]
    fn the_tolerance_is_the_largest_difference_that_still_is_border() {
        let mut image = canvas(20, 20, WHITE);
        paint(&mut image, [4, 4, 8, 8], [235, 255, 255, 255]);
        paint(&mut image, [6, 6, 2, 2], RED);
        let with = |tolerance| {
            found(&image, TrimBorder { tolerance: Some(tolerance), ..TrimBorder::default() })
        };
        assert_eq!(with(0), [4, 4, 8, 8]);
        assert_eq!(with(19), [4, 4, 8, 8]);
        assert_eq!(with(20), [6, 6, 2, 2]);
        assert_eq!(with(255), [0; 4]);
    }

    #[test]
    fn a_gradient_is_no_border_unless_a_tolerance_says_so() {
        let mut image = canvas(50, 100, WHITE);
        for y in 0..100 {
            let value = 255 - y as u8;
            paint(&mut image, [0, y, 50, 1], [value, value, value, 255]);
        }
        assert_eq!(auto(&image), [0, 0, 50, 100]);
        let told = TrimBorder { tolerance: Some(10), ..TrimBorder::default() };
        assert_eq!(found(&image, told), [0, 11, 50, 89]);
    }

    #[test]
    fn a_shadow_that_fades_into_the_border_does_not_save_the_border() {
        let mut image = canvas(60, 60, WHITE);
        for depth in 0..8 {
            let value = 254 - 2 * depth as u8;
            paint(&mut image, [0, 30 + depth, 60, 1], [value, value, value, 255]);
        }
        paint(&mut image, [0, 38, 60, 22], RED);
        assert_eq!(auto(&image)[1], 35);
    }

    #[test]
    fn a_grey_picture_is_compared_with_a_colour() {
        let mut image = Image::from_data(9, 9, Layout::Gray, vec![255; 81]).unwrap();
        image.data_mut()[4 * 9 + 5] = 0;
        assert_eq!(auto(&image), [5, 4, 1, 1]);
    }
}
