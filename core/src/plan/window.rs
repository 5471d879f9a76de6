//! Where a crop window goes when the picture itself decides: pure sums over what was measured.

use super::{Area, Face};

/// Places of a window that are compared, along the axis on which it can move.
const PLACES: u32 = 64;
/// How much less a weight at the rim of the window counts than one in its middle, so that what
/// matters is framed and not just held.
const RIM: f64 = 0.55;
/// How much less a window at the rim of the picture counts than one in its middle.
const OFF_CENTRE: f64 = 0.06;
/// Windows that are told about.
const CANDIDATES: usize = 3;

/// A place that was considered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The window.
    pub area: Area,
    /// Share of all that was measured in the picture that it holds, 0 to 1.
    pub score: f64,
}

/// A weight at a point of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mass {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
    /// How much there is to see.
    pub weight: f64,
}

/// Windows of the size of `window` in a picture of `full` = (width, height), best first: those
/// that hold most of `masses` about their middle. At least one, where there is nothing to hold
/// the central one.
pub fn by_interest(full: (f64, f64), window: &Area, masses: &[Mass]) -> Vec<Candidate> {
    let free = ((full.0 - window.width).max(0.0), (full.1 - window.height).max(0.0));
    let total: f64 = masses.iter().map(|mass| mass.weight).sum();
    let mut places: Vec<(f64, Candidate)> = (0..=PLACES)
        .map(|place| {
            let share = f64::from(place) / f64::from(PLACES);
            let area = Area { left: free.0 * share, top: free.1 * share, ..*window };
            let (held, framed) = held(&area, masses);
            let off = (2.0 * share - 1.0).powi(2);
            let score = if total > 0.0 { held / total } else { 0.0 };
            (framed * (1.0 - OFF_CENTRE * off), Candidate { area, score })
        })
        .collect();
    // A stable sort from the middle outwards: of equal places the central one is first.
    places.sort_by_key(|(_, place)| off_centre(&place.area, full).to_bits());
    places.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best: Vec<Candidate> = Vec::new();
    for (_, place) in places {
        if best.len() < CANDIDATES && best.iter().all(|other| differ(other, &place)) {
            best.push(place);
        }
    }
    best
}

fn off_centre(area: &Area, full: (f64, f64)) -> f64 {
    let x = area.left + area.width / 2.0 - full.0 / 2.0;
    let y = area.top + area.height / 2.0 - full.1 / 2.0;
    x.abs() + y.abs()
}

/// Whether two windows are more than a quarter of a side apart.
fn differ(a: &Candidate, b: &Candidate) -> bool {
    let (x, y) = ((a.area.left - b.area.left).abs(), (a.area.top - b.area.top).abs());
    x > a.area.width / 4.0 || y > a.area.height / 4.0
}

/// What `area` holds, as it is and by its distance from the middle.
fn held(area: &Area, masses: &[Mass]) -> (f64, f64) {
    let (mut plain, mut framed) = (0.0, 0.0);
    for mass in masses {
        let x = 2.0 * (mass.x - area.left) / area.width - 1.0;
        let y = 2.0 * (mass.y - area.top) / area.height - 1.0;
        if x.abs() <= 1.0 && y.abs() <= 1.0 {
            plain += mass.weight;
            framed += mass.weight * (1.0 - RIM * (x * x).max(y * y));
        }
    }
    (plain, framed)
}

/// The window for `faces` (in pixels of the picture, not empty), and which of them it is for.
///
/// The largest face is always held; each smaller one while all still fit. The window is
/// `window` at `zoom` 0 and the smallest of its shape round these faces at 1, but no smaller
/// than `least` = (width, height).
pub fn by_faces(
    full: (f64, f64),
    window: &Area,
    faces: &[Face],
    zoom: f64,
    least: (f64, f64),
) -> (Area, Vec<bool>) {
    let mut order: Vec<usize> = (0..faces.len()).collect();
    let size = |index: &usize| faces[*index].width * faces[*index].height;
    order.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let mut held = vec![false; faces.len()];
    let mut group: Option<Area> = None;
    for index in order {
        let area = faces[index].area();
        let larger = group.map_or(area, |group| union(&group, &area));
        let fits = larger.width <= window.width && larger.height <= window.height;
        if group.is_none() || fits {
            held[index] = true;
            group = Some(larger);
        }
    }
    let group = group.unwrap_or(*window);
    let shape = window.width / window.height;
    let tight = group.width.max(group.height * shape).max(least.0).min(window.width);
    let width = window.width + (tight - window.width) * zoom;
    let height = window.height * (width / window.width);
    let left = (group.left + (group.width - width) / 2.0).clamp(0.0, full.0 - width);
    let top = (group.top + (group.height - height) / 2.0).clamp(0.0, full.1 - height);
    (Area { left, top, width, height }, held)
}

fn union(a: &Area, b: &Area) -> Area {
    let (left, top) = (a.left.min(b.left), a.top.min(b.top));
    let width = (a.left + a.width).max(b.left + b.width) - left;
    let height = (a.top + a.height).max(b.top + b.height) - top;
    Area { left, top, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Area = Area { left: 0.0, top: 0.0, width: 100.0, height: 100.0 };

    fn mass(x: f64, weight: f64) -> Mass {
        Mass { x, y: 50.0, weight }
    }

    fn face(left: f64, top: f64, side: f64) -> Face {
        Face { left, top, width: side, height: side, score: 0.9 }
    }

    #[test]
    fn the_window_frames_what_weighs_most() {
        let best = by_interest((300.0, 100.0), &WINDOW, &[mass(220.0, 5.0), mass(30.0, 2.0)]);
        let middle = best[0].area.left + 50.0;
        assert!((middle - 220.0).abs() < 12.0, "{best:?}");
        assert!((best[0].score - 5.0 / 7.0).abs() < 1e-9);
        assert_eq!(best.len(), 3);
    }

    #[test]
    fn where_nothing_is_to_be_seen_the_middle_is_taken() {
        assert_eq!(by_interest((300.0, 100.0), &WINDOW, &[])[0].area.left, 100.0);
        let whole = by_interest((100.0, 100.0), &WINDOW, &[mass(9.0, 1.0)]);
        assert_eq!((whole.len(), whole[0].score), (1, 1.0));
    }

    #[test]
    fn all_faces_are_held_when_they_fit_and_else_the_largest() {
        let near = [face(120.0, 20.0, 30.0), face(180.0, 30.0, 20.0)];
        let (area, held) = by_faces((300.0, 100.0), &WINDOW, &near, 0.0, (0.0, 0.0));
        assert_eq!((area.left, held), (110.0, vec![true, true]));
        let far = [face(0.0, 20.0, 20.0), face(250.0, 30.0, 30.0), face(230.0, 30.0, 9.0)];
        let (area, held) = by_faces((300.0, 100.0), &WINDOW, &far, 0.0, (0.0, 0.0));
        assert_eq!((area.left, held), (200.0, vec![false, true, true]));
    }

    #[test]
    fn zoom_goes_from_the_whole_window_to_the_face_alone() {
        let at = |zoom| {
            by_faces((300.0, 100.0), &WINDOW, &[face(140.0, 30.0, 20.0)], zoom, (0.0, 0.0)).0
        };
        assert_eq!(at(0.0), Area { left: 100.0, ..WINDOW });
        assert_eq!(at(0.5), Area { left: 120.0, top: 10.0, width: 60.0, height: 60.0 });
        assert_eq!(at(1.0), Area { left: 140.0, top: 30.0, width: 20.0, height: 20.0 });
    }

    #[test]
    fn zoom_never_asks_for_fewer_pixels_than_the_result_may_have() {
        let faces = [face(0.0, 0.0, 20.0)];
        let (area, _) = by_faces((300.0, 100.0), &WINDOW, &faces, 1.0, (50.0, 50.0));
        assert_eq!(area, Area { left: 0.0, top: 0.0, width: 50.0, height: 50.0 });
    }
}
