//! Which part of the picture a crop takes, and what it was chosen by.

use super::geometry::Placement;
use super::look::may_crop;
use super::steps::View;
use super::window::{by_faces, by_interest, Candidate, Mass};
use super::{Area, Face, Interest, Measured};
use crate::options::{Fit, Gravity, Options};

/// What a crop took and why. Areas are pixels of the source as seen: after EXIF orientation,
/// before trim, mirror and turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Crop {
    /// The part that is used.
    pub area: Area,
    /// What chose it; not what was asked for where that could not be had.
    pub gravity: Gravity,
    /// The places that weigh most, best first; empty where nothing was weighed.
    pub candidates: Vec<Candidate>,
    /// The faces that were found, and whether the crop is made for them.
    pub faces: Vec<(Face, bool)>,
}

/// Moves the window of `placement`, and zooms it, to where the measured picture says.
pub(super) fn aim(
    placement: &mut Placement,
    view: &View,
    options: &Options,
    measured: &Measured,
    warnings: &mut Vec<String>,
) -> Option<Crop> {
    if options.zoom.is_some_and(|zoom| zoom > 0.0) && options.gravity != Some(Gravity::Face) {
        warnings.push("zoom has an effect with gravity=face only".to_owned());
    }
    if !may_crop(options) {
        return None;
    }
    let aim = Aim { view, options, full: view.full() };
    let mut crop = match options.gravity.unwrap_or(Gravity::Center) {
        Gravity::Face => aim.at_faces(placement, measured, warnings),
        gravity @ (Gravity::Auto | Gravity::Entropy) => {
            aim.at_interest(placement, gravity, measured)
        }
        gravity => Crop { area: placement.area, gravity, candidates: vec![], faces: vec![] },
    };
    whole_pixels(placement);
    crop.area = view.upright_area(placement.area);
    let cuts = (placement.area.width, placement.area.height) != aim.full;
    (cuts || !crop.faces.is_empty()).then_some(crop)
}

/// Where nothing is scaled, whole pixels are cut out.
fn whole_pixels(placement: &mut Placement) {
    let area = &mut placement.area;
    if (area.width, area.height) == (f64::from(placement.width), f64::from(placement.height)) {
        area.left = (area.left + 0.5).floor();
        area.top = (area.top + 0.5).floor();
    }
}

struct Aim<'a> {
    view: &'a View,
    options: &'a Options,
    full: (f64, f64),
}

impl Aim<'_> {
    fn at_interest(
        &self,
        placement: &mut Placement,
        gravity: Gravity,
        measured: &Measured,
    ) -> Crop {
        let masses = measured.interest.as_ref().map_or(vec![], |map| self.masses(map));
        let mut candidates = by_interest(self.full, &placement.area, &masses);
        if let Some(best) = candidates.first() {
            placement.area = best.area;
        }
        for candidate in &mut candidates {
            candidate.area = self.view.upright_area(candidate.area);
        }
        Crop { area: placement.area, gravity, candidates, faces: vec![] }
    }

    fn at_faces(
        &self,
        placement: &mut Placement,
        measured: &Measured,
        warnings: &mut Vec<String>,
    ) -> Crop {
        let seen: Vec<Face> =
            measured.faces.iter().flatten().filter_map(|face| self.seen(face)).collect();
        if seen.is_empty() {
            warnings.push("no face was found; the crop is that of gravity=auto".to_owned());
            return self.at_interest(placement, Gravity::Auto, measured);
        }
        let never_larger = matches!(self.options.fit, Some(Fit::Crop | Fit::AspectCrop));
        let least = match never_larger {
            true => (f64::from(placement.width), f64::from(placement.height)),
            false => (1.0, 1.0),
        };
        let zoom = self.options.zoom.unwrap_or(0.0);
        let (area, held) = by_faces(self.full, &placement.area, &seen, zoom, least);
        placement.area = area;
        let upright = |face: &Face| {
            let Area { left, top, width, height } = self.view.upright_area(face.area());
            Face { left, top, width, height, ..*face }
        };
        let faces = seen.iter().map(upright).zip(held).collect();
        Crop { area, gravity: Gravity::Face, candidates: vec![], faces }
    }

    /// The part of `face` that trim left, in pixels as seen here.
    fn seen(&self, face: &Face) -> Option<Face> {
        let share = [face.left, face.top, face.width, face.height];
        let [left, top, width, height] = self.view.seen_from_share(share);
        let (right, bottom) = ((left + width).min(self.full.0), (top + height).min(self.full.1));
        let (left, top) = (left.max(0.0), top.max(0.0));
        let face = Face { left, top, width: right - left, height: bottom - top, ..*face };
        (face.width > 0.0 && face.height > 0.0).then_some(face)
    }

    /// Every cell that trim left as a weight at its middle.
    fn masses(&self, map: &Interest) -> Vec<Mass> {
        let (width, height) = (1.0 / f64::from(map.columns), 1.0 / f64::from(map.rows));
        let cells = map.weights.iter().enumerate().map(|(index, weight)| {
            let (row, column) = (index as u32 / map.columns, index as u32 % map.columns);
            let share = [f64::from(column) * width, f64::from(row) * height, width, height];
            let [left, top, width, height] = self.view.seen_from_share(share);
            let (x, y) = (left + width / 2.0, top + height / 2.0);
            Mass { x, y, weight: f64::from(*weight) }
        });
        let inside = |mass: &Mass| {
            (0.0..=self.full.0).contains(&mass.x) && (0.0..=self.full.1).contains(&mass.y)
        };
        cells.filter(inside).filter(|mass| mass.weight > 0.0).collect()
    }
}
