//! What is different between two canvases.

use super::file::Area;
use crate::encode::palette::Pixel;

/// What must be drawn, and what cannot be drawn at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// The smallest area with all that differs.
    pub area: Option<Area>,
    /// Pixels that differ.
    pub count: usize,
    /// The smallest area with all that was visible and must not be.
    pub vanished: Option<Area>,
}

/// Compares canvases whose rows are `width` long.
pub(super) fn compare(width: usize, from: &[Pixel], to: &[Pixel]) -> Change {
    let (mut area, mut vanished, mut count) = (Bounds::default(), Bounds::default(), 0);
    for (y, (from, to)) in from.chunks_exact(width).zip(to.chunks_exact(width)).enumerate() {
        if from == to {
            continue;
        }
        for (x, (from, to)) in from.iter().zip(to).enumerate() {
            if from != to {
                count += 1;
                area.take(x, y);
                if to[3] == 0 {
                    vanished.take(x, y);
                }
            }
        }
    }
    Change { area: area.area(), count, vanished: vanished.area() }
}

/// Corners of what was taken; ends are behind the last pixel.
#[derive(Default)]
struct Bounds(Option<[usize; 4]>);

impl Bounds {
    fn take(&mut self, x: usize, y: usize) {
        let [left, top, right, bottom] = self.0.unwrap_or([x, y, x, y]);
        self.0 = Some([left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)]);
    }

    fn area(self) -> Option<Area> {
        let [left, top, right, bottom] = self.0?;
        Some(Area { left, top, width: right - left, height: bottom - top })
    }
}

impl Area {
    /// The smallest area with both.
    pub fn with(self, other: Option<Area>) -> Area {
        let Some(other) = other else { return self };
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        let right = (self.left + self.width).max(other.left + other.width);
        let bottom = (self.top + self.height).max(other.top + other.height);
        Area { left, top, width: right - left, height: bottom - top }
    }

    /// The parts of a canvas's rows, of `width` pixels, that lie in it.
    pub fn rows(self, width: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        let Area { left, top, width: own, height } = self;
        (top..top + height).map(move |y| y * width + left..y * width + left + own)
    }

    /// Its number of pixels.
    pub fn pixels(self) -> usize {
        self.width * self.height
    }
}
