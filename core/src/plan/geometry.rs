//! Sizes and crop windows: the eight fit modes, gravity and trim, in whole numbers where the
//! answer is a whole number.
//!
//! Everything here is in the axes of the picture as it is seen, after orientation, mirror and
//! turn. Sides are rounded to nearest (half up) and are at least 1.

use super::Area;
use crate::options::{Fit, Gravity, PointMode, Side, Trim};
use crate::{Error, Result};

/// The box a picture is fitted to, already multiplied by `dpr`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Width of the box.
    pub width: Option<u32>,
    /// Height of the box.
    pub height: Option<u32>,
    /// How the picture is fitted.
    pub fit: Fit,
    /// Which part stays.
    pub gravity: Gravity,
}

/// Where a picture goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Part of the source that is used.
    pub area: Area,
    /// Width it is scaled to.
    pub width: u32,
    /// Height it is scaled to.
    pub height: u32,
    /// Canvas round it, when that is larger.
    pub canvas: Option<Canvas>,
}

/// A canvas larger than the picture on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canvas {
    /// Space on the left.
    pub left: u32,
    /// Space above.
    pub top: u32,
    /// Width of the canvas.
    pub width: u32,
    /// Height of the canvas.
    pub height: u32,
}

impl Placement {
    /// Size of the result, canvas included.
    pub fn output(&self) -> (u32, u32) {
        self.canvas.map_or((self.width, self.height), |canvas| (canvas.width, canvas.height))
    }

    fn whole(source: (u32, u32), width: u32, height: u32) -> Self {
        let area = Area { left: 0.0, top: 0.0, width: source.0.into(), height: source.1.into() };
        Placement { area, width, height, canvas: None }
    }
}

/// A CSS length in device pixels.
pub fn times_dpr(length: u32, dpr: f64) -> u32 {
    // The cast saturates: what is too large stays too large for the limits.
    (f64::from(length) * dpr + 0.5).floor().max(1.0) as u32
}

/// `a * b / c`, to nearest, at least 1.
fn scaled(a: u32, b: u32, c: u32) -> u32 {
    let c = u64::from(c);
    let value = (2 * u64::from(a) * u64::from(b) + c) / (2 * c);
    u32::try_from(value.max(1)).unwrap_or(u32::MAX)
}

/// Fits `source` = (width, height) to `target`.
pub fn place(source: (u32, u32), target: &Target) -> Placement {
    match (target.width, target.height) {
        (None, None) => Placement::whole(source, source.0, source.1),
        (Some(width), None) => {
            let width = one_side(source.0, width, target.fit);
            Placement::whole(source, width, scaled(source.1, width, source.0))
        }
        (None, Some(height)) => {
            let height = one_side(source.1, height, target.fit);
            Placement::whole(source, scaled(source.0, height, source.1), height)
        }
        (Some(width), Some(height)) => place_in_box(source, (width, height), target),
    }
}

/// One side alone scales in proportion; modes that never enlarge or never shrink still do not.
fn one_side(source: u32, wanted: u32, fit: Fit) -> u32 {
    match fit {
        Fit::ScaleDown | Fit::Crop | Fit::AspectCrop => wanted.min(source),
        Fit::ScaleUp => wanted.max(source),
        Fit::Contain | Fit::Cover | Fit::Pad | Fit::Squeeze => wanted,
    }
}

fn place_in_box(source: (u32, u32), size: (u32, u32), target: &Target) -> Placement {
    let lies_inside = source.0 <= size.0 && source.1 <= size.1;
    let unscaled = Placement::whole(source, source.0, source.1);
    match target.fit {
        Fit::ScaleDown if lies_inside => unscaled,
        Fit::ScaleUp if !lies_inside => unscaled,
        Fit::ScaleDown | Fit::ScaleUp | Fit::Contain => contain(source, size),
        Fit::Squeeze => Placement::whole(source, size.0, size.1),
        Fit::Pad => pad(contain(source, size), size),
        Fit::Cover => cover(source, size, target.gravity),
        Fit::Crop => {
            let size = (size.0.min(source.0), size.1.min(source.1));
            cover(source, size, target.gravity)
        }
        Fit::AspectCrop => cover(source, aspect_size(source, size), target.gravity),
    }
}

fn contain(source: (u32, u32), size: (u32, u32)) -> Placement {
    if wider_or_same(source, size) {
        Placement::whole(source, size.0, scaled(source.1, size.0, source.0))
    } else {
        Placement::whole(source, scaled(source.0, size.1, source.1), size.1)
    }
}

/// Whether `a` is at least as wide in shape as `b`.
fn wider_or_same(a: (u32, u32), b: (u32, u32)) -> bool {
    u64::from(a.0) * u64::from(b.1) >= u64::from(b.0) * u64::from(a.1)
}

fn pad(inner: Placement, size: (u32, u32)) -> Placement {
    if (inner.width, inner.height) == size {
        return inner;
    }
    let canvas = Canvas {
        left: (size.0 - inner.width) / 2,
        top: (size.1 - inner.height) / 2,
        width: size.0,
        height: size.1,
    };
    Placement { canvas: Some(canvas), ..inner }
}

/// The result of `fit=aspect-crop`: the box when the source covers it, else the largest part of
/// the source that has the box's shape.
fn aspect_size(source: (u32, u32), size: (u32, u32)) -> (u32, u32) {
    if source.0 >= size.0 && source.1 >= size.1 {
        size
    } else if wider_or_same(source, size) {
        (scaled(size.0, source.1, size.1).min(source.0), source.1)
    } else {
        (source.0, scaled(size.1, source.0, size.0).min(source.1))
    }
}

/// Scales and crops to exactly `size`.
fn cover(source: (u32, u32), size: (u32, u32), gravity: Gravity) -> Placement {
    let full = (f64::from(source.0), f64::from(source.1));
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let window = if wider_or_same(source, size) {
        ((width * full.1 / height).min(full.0), full.1)
    } else {
        (full.0, (height * full.0 / width).min(full.1))
    };
    let (mut left, mut top) = offset(full, window, gravity);
    if window == (width, height) {
        // Nothing is scaled, so whole pixels are cut out.
        left = (left + 0.5).floor();
        top = (top + 0.5).floor();
    }
    let area = Area { left, top, width: window.0, height: window.1 };
    Placement { area, width: size.0, height: size.1, canvas: None }
}

/// Left and top of a crop window.
fn offset(full: (f64, f64), window: (f64, f64), gravity: Gravity) -> (f64, f64) {
    let free = (full.0 - window.0, full.1 - window.1);
    let (x, y) = match gravity {
        Gravity::Side(Side::Left) => (0.0, 0.5),
        Gravity::Side(Side::Right) => (1.0, 0.5),
        Gravity::Side(Side::Top) => (0.5, 0.0),
        Gravity::Side(Side::Bottom) => (0.5, 1.0),
        Gravity::Point { x, y, mode: PointMode::Remainder } => (x, y),
        Gravity::Point { x, y, mode: PointMode::BoxCenter } => {
            let left = (x * full.0 - window.0 / 2.0).clamp(0.0, free.0);
            let top = (y * full.1 - window.1 / 2.0).clamp(0.0, free.1);
            return (left, top);
        }
        // What only pixels can tell moves the window afterwards.
        Gravity::Center | Gravity::Auto | Gravity::Face | Gravity::Entropy => (0.5, 0.5),
    };
    (x * free.0, y * free.1)
}

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub left: u32,
    /// Top edge.
    pub top: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// What is left of `source` after `trim`. Pixel values are multiplied by `dpr`; values between 0
/// and 1 are shares of the side. `trim.width` and `trim.height` count from the trimmed left and
/// top edge; where the far edge is given too, the smaller rest counts.
pub fn trimmed(source: (u32, u32), trim: &Trim, dpr: f64) -> Result<Rect> {
    let (left, width) = trimmed_side(source.0, [trim.left, trim.right, trim.width], dpr);
    let (top, height) = trimmed_side(source.1, [trim.top, trim.bottom, trim.height], dpr);
    if width == 0 || height == 0 {
        return Err(Error::invalid(
            "trim",
            &format!("something left of {}x{} pixels", source.0, source.1),
            "nothing",
        ));
    }
    Ok(Rect { left, top, width, height })
}

/// What is left of `source` when its border is cut off: `content`, as it was measured (left,
/// top, width, height), and `keep` pixels times `dpr` round it. `None` where there is nothing but border.
pub fn without_border(source: (u32, u32), content: [u32; 4], keep: u32, dpr: f64) -> Option<Rect> {
    let keep = if keep == 0 { 0 } else { times_dpr(keep, dpr) };
    let side = |full: u32, start: u32, length: u32| {
        let end = start.saturating_add(length).saturating_add(keep).min(full);
        let start = start.saturating_sub(keep);
        (start, end.saturating_sub(start))
    };
    let [left, top, width, height] = content;
    if width == 0 || height == 0 {
        return None;
    }
    let ((left, width), (top, height)) = (side(source.0, left, width), side(source.1, top, height));
    (width > 0 && height > 0).then_some(Rect { left, top, width, height })
}

fn trimmed_side(side: u32, [near, far, keep]: [Option<f64>; 3], dpr: f64) -> (u32, u32) {
    let pixels = |value: f64| {
        let exact = if value > 0.0 && value < 1.0 { value * f64::from(side) } else { value * dpr };
        (exact + 0.5).floor() as u32
    };
    let start = near.map_or(0, pixels).min(side);
    let end = side.saturating_sub(far.map_or(0, pixels));
    let rest = end.saturating_sub(start);
    (start, keep.map_or(rest, |keep| pixels(keep).min(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(source: (u32, u32), size: (u32, u32), fit: Fit, gravity: Gravity) -> Placement {
        place(source, &Target { width: Some(size.0), height: Some(size.1), fit, gravity })
    }

    fn point(x: f64, y: f64, mode: PointMode) -> Gravity {
        Gravity::Point { x, y, mode }
    }

    #[test]
    fn half_a_pixel_is_rounded_up() {
        assert_eq!(scaled(1, 1, 2), 1);
        assert_eq!(scaled(3, 1, 2), 2);
        assert_eq!(scaled(1, 1, 1000), 1);
    }

    #[test]
    fn a_point_is_the_same_share_of_source_and_window() {
        let gravity = point(0.33, 0.5, PointMode::Remainder);
        let placement = placed((900, 900), (300, 900), Fit::Cover, gravity);
        assert_eq!(placement.area, Area { left: 198.0, top: 0.0, width: 300.0, height: 900.0 });
    }

    #[test]
    fn a_box_centre_is_kept_inside_the_picture() {
        let gravity = point(0.1, 0.5, PointMode::BoxCenter);
        let placement = placed((900, 900), (300, 900), Fit::Cover, gravity);
        assert_eq!(placement.area.left, 0.0);
        let gravity = point(0.5, 0.5, PointMode::BoxCenter);
        assert_eq!(placed((900, 900), (300, 900), Fit::Cover, gravity).area.left, 300.0);
    }

    #[test]
    fn no_mode_leaves_the_source_or_makes_an_empty_side() {
        let sides = [1, 2, 3, 7, 100, 12_000];
        let pairs: Vec<(u32, u32)> =
            sides.iter().flat_map(|w| sides.iter().map(move |h| (*w, *h))).collect();
        for (_, fit) in Fit::WORDS {
            for ((w, h), (bw, bh)) in pairs.iter().flat_map(|a| pairs.iter().map(move |b| (*a, *b)))
            {
                let place = placed((w, h), (bw, bh), *fit, Gravity::Side(Side::Right));
                let area = place.area;
                assert!(place.width >= 1 && place.height >= 1, "{fit:?} {w}x{h} {bw}x{bh}");
                assert!(area.left >= 0.0 && area.left + area.width <= f64::from(w) + 1e-6);
                assert!(area.top >= 0.0 && area.top + area.height <= f64::from(h) + 1e-6);
                let (width, height) = place.output();
                let never_larger = matches!(fit, Fit::ScaleDown | Fit::Crop | Fit::AspectCrop);
                assert!(!never_larger || (width <= w && height <= h), "{fit:?} {w}x{h} {bw}x{bh}");
            }
        }
    }

    #[test]
    fn trim_that_leaves_nothing_is_refused() {
        let trim = Trim { left: Some(60.0), right: Some(60.0), ..Trim::default() };
        assert!(trimmed((100, 50), &trim, 1.0).is_err());
        assert!(trimmed((121, 50), &trim, 1.0).is_ok());
    }

    #[test]
    fn trim_takes_shares_pixels_and_kept_sides() {
        let trim = Trim {
            top: Some(0.1),
            left: Some(10.0),
            width: Some(50.0),
            height: Some(0.5),
            ..Trim::default()
        };
        let rect = trimmed((300, 200), &trim, 2.0).unwrap();
        assert_eq!(rect, Rect { left: 20, top: 20, width: 100, height: 100 });
    }
}
