//! The canvas that the frames of an animation are drawn on, one after the other.
//!
//! A frame may cover a part of the canvas, replace what lies under it or be blended with it, and
//! says what becomes of its place before the next one is drawn. Background colours are taken for
//! transparent, as browsers do.

use crate::image::{Image, Layout};
use crate::{Job, Result};

/// How a frame meets what is on the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blend {
    /// It replaces it, transparency included.
    Source,
    /// It is laid over it.
    Over,
}

/// What becomes of a frame's place when its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dispose {
    /// It stays as it is.
    Keep,
    /// It becomes transparent.
    Clear,
    /// It gets back what was there before the frame.
    Restore,
}

/// The place of a frame and its rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
    pub blend: Blend,
    pub dispose: Dispose,
}

impl Place {
    fn right(&self) -> u64 {
        u64::from(self.left) + u64::from(self.width)
    }

    fn bottom(&self) -> u64 {
        u64::from(self.top) + u64::from(self.height)
    }

    /// Whether every pixel of `other` is one of this place.
    fn covers(&self, other: &Place) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right() >= other.right()
            && self.bottom() >= other.bottom()
    }

    /// The part that lies on a canvas of `width` by `height`.
    fn clipped(self, width: u32, height: u32) -> Place {
        let (left, top) = (self.left.min(width), self.top.min(height));
        Place {
            left,
            top,
            width: self.width.min(width - left),
            height: self.height.min(height - top),
            ..self
        }
    }
}

/// The canvas.
pub(super) struct Canvas {
    image: Image,
    layout: Layout,
    /// The frame that was begun last.
    open: Option<Place>,
    /// What was on its place before, when that comes back.
    under: Vec<u8>,
}

impl Canvas {
    /// A transparent canvas that gives pictures in `layout`.
    pub fn new(width: u32, height: u32, layout: Layout) -> Result<Self> {
        let image = Image::new(width, height, Layout::Rgba)?;
        Ok(Canvas { image, layout, open: None, under: Vec::new() })
    }

    /// Ends the last frame and begins the next one at `place`; what of it is off the canvas is
    /// not drawn.
    pub fn begin(&mut self, place: Place, job: &Job) -> Result<()> {
        self.end(job)?;
        let place = place.clipped(self.image.width(), self.image.height());
        if place.dispose == Dispose::Restore {
            self.under.clear();
            for y in 0..place.height {
                job.check()?;
                let (image, under) = (&self.image, &mut self.under);
                under.extend_from_slice(&image.row(place.top + y)[span(&place)]);
            }
        }
        self.open = Some(place);
        Ok(())
    }

    fn end(&mut self, job: &Job) -> Result<()> {
        let Some(place) = self.open.take() else { return Ok(()) };
        if place.dispose == Dispose::Keep || place.width == 0 {
            return Ok(());
        }
        for y in 0..place.height {
            job.check()?;
            let row = &mut row_mut(&mut self.image, place.top + y)[span(&place)];
            match place.dispose {
                Dispose::Restore => {
                    row.copy_from_slice(&self.under[y as usize * row.len()..][..row.len()]);
                }
                _ => row.fill(0),
            }
        }
        Ok(())
    }

    /// Draws row `y` of the frame that was begun, from red, green, blue and alpha.
    pub fn row(&mut self, y: u32, pixels: &[u8]) {
        let Some(place) = self.open.filter(|place| y < place.height) else { return };
        let row = &mut row_mut(&mut self.image, place.top + y)[span(&place)];
        let pixels = &pixels[..row.len()];
        match place.blend {
            Blend::Source => row.copy_from_slice(pixels),
            Blend::Over => {
                let (under, _) = row.as_chunks_mut::<4>();
                let (over, _) = pixels.as_chunks::<4>();
                under.iter_mut().zip(over).for_each(|(under, over)| lay_over(under, *over));
            }
        }
    }

    /// Draws all rows of the frame that was begun.
    pub fn rows(&mut self, frame: &Image, job: &Job) -> Result<()> {
        for y in 0..frame.height() {
            job.check()?;
            self.row(y, frame.row(y));
        }
        Ok(())
    }

    /// Number of rows of the frame that was begun that are on the canvas.
    pub fn visible_rows(&self) -> u32 {
        self.open.map_or(0, |place| if place.width == 0 { 0 } else { place.height })
    }

    /// What is on the canvas now.
    pub fn picture(&self, job: &Job) -> Result<Image> {
        let canvas = &self.image;
        let mut picture = Image::new(canvas.width(), canvas.height(), self.layout)?;
        let channels = self.layout.channels();
        let mut y = 0;
        picture.for_rows(job, |row| {
            let from = canvas.row(y);
            y += 1;
            if channels == 4 {
                return row.copy_from_slice(from);
            }
            for (pixel, target) in from.chunks_exact(4).zip(row.chunks_exact_mut(channels)) {
                target.copy_from_slice(&pixel[..channels]);
            }
        })?;
        Ok(picture)
    }
}

/// The bytes of a row that `place` takes.
fn span(place: &Place) -> std::ops::Range<usize> {
    let start = place.left as usize * 4;
    start..start + place.width as usize * 4
}

fn row_mut(image: &mut Image, y: u32) -> &mut [u8] {
    let stride = image.stride();
    &mut image.data_mut()[y as usize * stride..][..stride]
}

/// Straight alpha over straight alpha, rounded to the nearest.
fn lay_over(under: &mut [u8; 4], over: [u8; 4]) {
    let (top, bottom) = (u32::from(over[3]), u32::from(under[3]));
    if top == 255 || bottom == 0 {
        *under = over;
        return;
    }
    if top == 0 {
        return;
    }
    // In units of 1/255², so that nothing is rounded before the division.
    let (top, bottom) = (top * 255, bottom * (255 - top));
    let whole = top + bottom;
    for channel in 0..3 {
        let sum = u32::from(over[channel]) * top + u32::from(under[channel]) * bottom;
        under[channel] = ((sum + whole / 2) / whole) as u8;
    }
    under[3] = ((whole + 127) / 255) as u8;
}

/// Whether pixels of any frame, as composited, may be transparent: told from places alone.
#[derive(Debug, Default)]
pub(super) struct Opacity {
    seen: bool,
    alpha: bool,
    hole: Option<Place>,
}

impl Opacity {
    /// Takes the next frame of a canvas of `size`; `opaque` when all its pixels are.
    pub fn add(&mut self, place: Place, size: (u32, u32), opaque: bool) {
        let (width, height) = size;
        let canvas = Place { left: 0, top: 0, width, height, ..place };
        let hole = if self.seen { self.hole.take() } else { Some(canvas) };
        let fills = hole.is_none_or(|hole| opaque && place.covers(&hole));
        self.alpha |= !fills || place.blend == Blend::Source && !opaque;
        self.hole = match place.dispose {
            Dispose::Clear => Some(place.clipped(width, height)),
            // What comes back under the first frame is the empty canvas.
            Dispose::Restore if !self.seen => Some(canvas),
            _ => None,
        };
        self.seen = true;
    }

    /// The verdict on all frames so far.
    pub fn alpha(&self) -> bool {
        self.alpha
    }
}

/// Turns times that are fractions of a second into whole milliseconds whose sum stays right.
#[derive(Debug, Default)]
pub(super) struct Clock {
    exact: f64,
    told: u64,
}

impl Clock {
    /// Milliseconds of the next frame, which lasts `ticks` of which `scale` are a second.
    pub fn delay(&mut self, ticks: u32, scale: u32) -> u32 {
        self.exact += f64::from(ticks) * 1e3 / f64::from(scale.max(1));
        let now = self.exact.round() as u64;
        let delay = now - self.told;
        self.told = now;
        u32::try_from(delay).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const HALF: [u8; 4] = [0, 0, 255, 128];
    const NONE: [u8; 4] = [0; 4];

    fn place(left: u32, width: u32, blend: Blend, dispose: Dispose) -> Place {
        Place { left, top: 0, width, height: 1, blend, dispose }
    }

    /// Draws one-row frames of one colour on a canvas of three pixels; gives every picture.
    fn shown(frames: &[(Place, [u8; 4])]) -> Vec<Vec<u8>> {
        let job = Job::default();
        let mut canvas = Canvas::new(3, 1, Layout::Rgba).unwrap();
        let mut shown = Vec::new();
        for (place, color) in frames {
            canvas.begin(*place, &job).unwrap();
            canvas.row(0, &color.repeat(place.width as usize));
            shown.push(canvas.picture(&job).unwrap().into_data());
        }
        shown
    }

    #[test]
    fn what_is_kept_cleared_or_restored_is_seen_in_the_next_frame() {
        let dot = (place(2, 1, Blend::Over, Dispose::Keep), BLUE);
        for (dispose, first, under) in [
            (Dispose::Keep, BLUE, BLUE),
            (Dispose::Clear, BLUE, NONE),
            (Dispose::Restore, BLUE, RED),
        ] {
            let ground = (place(0, 3, Blend::Over, Dispose::Keep), RED);
            let frame = (place(0, 2, Blend::Over, dispose), first);
            let shown = shown(&[ground, frame, dot]);
            assert_eq!(shown[1], [first, first, RED].concat());
            assert_eq!(shown[2], [under, under, BLUE].concat());
        }
    }

    #[test]
    fn a_source_frame_replaces_and_an_over_frame_mixes() {
        let ground = (place(0, 3, Blend::Over, Dispose::Keep), RED);
        let replaced = shown(&[ground, (place(0, 1, Blend::Source, Dispose::Keep), HALF)]);
        assert_eq!(replaced[1], [HALF, RED, RED].concat());
        let mixed = shown(&[ground, (place(0, 1, Blend::Over, Dispose::Keep), HALF)]);
        assert_eq!(mixed[1], [[127, 0, 128, 255], RED, RED].concat());
        let on_nothing = shown(&[(place(0, 1, Blend::Over, Dispose::Keep), HALF)]);
        assert_eq!(on_nothing[0], [HALF, NONE, NONE].concat());
    }

    #[test]
    fn half_over_half_is_three_quarters() {
        let mut under = [200, 0, 0, 128];
        lay_over(&mut under, [0, 200, 0, 128]);
        assert_eq!(under, [66, 134, 0, 192]);
    }

    #[test]
    fn a_frame_off_the_canvas_is_cut_or_not_drawn() {
        let across = shown(&[(place(2, 5, Blend::Source, Dispose::Clear), RED)]);
        assert_eq!(across[0], [NONE, NONE, RED].concat());
        let beyond = (place(9, 5, Blend::Source, Dispose::Restore), RED);
        assert_eq!(shown(&[beyond, beyond])[1], [NONE; 3].concat());
    }

    #[test]
    fn transparency_is_foreseen_from_the_places() {
        let seen = |frames: &[(Place, bool)]| {
            let mut opacity = Opacity::default();
            frames.iter().for_each(|(place, opaque)| opacity.add(*place, (3, 1), *opaque));
            opacity.alpha()
        };
        let full = |dispose| place(0, 3, Blend::Over, dispose);
        let part = place(0, 2, Blend::Over, Dispose::Keep);
        assert!(!seen(&[(full(Dispose::Keep), true), (part, false)]));
        assert!(seen(&[(part, true)]));
        assert!(seen(&[(full(Dispose::Keep), false)]));
        assert!(!seen(&[(full(Dispose::Clear), true), (full(Dispose::Keep), true)]));
        assert!(seen(&[(full(Dispose::Clear), true), (part, true)]));
        assert!(seen(&[(full(Dispose::Restore), true), (part, true)]));
        let replaced = Place { blend: Blend::Source, ..part };
        assert!(seen(&[(full(Dispose::Keep), true), (replaced, false)]));
    }

    #[test]
    fn thirds_of_a_second_add_up_to_a_second() {
        let mut clock = Clock::default();
        let delays = [0; 3].map(|_| clock.delay(1, 3));
        assert_eq!(delays, [333, 334, 333]);
    }
}
