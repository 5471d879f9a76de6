//! The one point that should stay in view.

use serde_json::{json, Value};

use super::super::interest;
use super::{rounded, shrunk};
use crate::image::Image;
use crate::plan::look::{Attention, INTEREST_SIDE};
use crate::plan::{Face, Interest};
use crate::{Job, Result};

/// The middle of the faces; without faces that of what stands out, as `gravity=auto` measures it;
/// without that the middle of the picture.
pub(super) fn of(image: &Image, faces: &[Face], job: &Job) -> Result<Value> {
    let (x, y, from) = match of_faces(faces) {
        Some((x, y)) => (x, y, "faces"),
        None => {
            let small = shrunk(image, INTEREST_SIDE, job)?;
            match of_interest(&interest::measure(&small, Attention::Salient, job)?) {
                Some((x, y)) => (x, y, "saliency"),
                None => (0.5, 0.5, "center"),
            }
        }
    };
    Ok(json!({ "x": rounded(x), "y": rounded(y), "from": from }))
}

/// The mean of their middles; large and sure ones count for more.
fn of_faces(faces: &[Face]) -> Option<(f64, f64)> {
    let weight = |face: &Face| face.width * face.height * face.score;
    let middle = |face: &Face| (face.left + face.width / 2.0, face.top + face.height / 2.0);
    mean(faces.iter().map(|face| (middle(face), weight(face))))
}

/// The mean of the cells by their weights.
fn of_interest(interest: &Interest) -> Option<(f64, f64)> {
    let columns = interest.columns.max(1);
    let middle = |index: usize| {
        let (column, row) = (index as u32 % columns, index as u32 / columns);
        let share = |at: u32, count: u32| (f64::from(at) + 0.5) / f64::from(count);
        (share(column, columns), share(row, interest.rows))
    };
    let weights = interest.weights.iter().enumerate();
    mean(weights.map(|(index, weight)| (middle(index), f64::from(*weight))))
}

/// The mean of points by weights; `None` without any weight.
fn mean(points: impl Iterator<Item = ((f64, f64), f64)>) -> Option<(f64, f64)> {
    let sum = points.fold((0.0, 0.0, 0.0), |sum, ((x, y), weight)| {
        (sum.0 + x * weight, sum.1 + y * weight, sum.2 + weight)
    });
    (sum.2 > 0.0).then(|| (sum.0 / sum.2, sum.1 / sum.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_focus_of_two_faces_lies_nearer_to_the_larger_one() {
        let face =
            |left: f64, side: f64| Face { left, top: 0.2, width: side, height: side, score: 0.9 };
        let (x, y) = of_faces(&[face(0.1, 0.2), face(0.7, 0.1)]).unwrap();
        assert!((x - 0.31).abs() < 1e-9, "{x}");
        assert!((y - 0.29).abs() < 1e-9, "{y}");
        assert_eq!(of_faces(&[]), None);
    }

    #[test]
    fn the_focus_of_interest_is_where_its_weight_is() {
        let mut interest = Interest { columns: 4, rows: 2, weights: vec![0.0; 8] };
        assert_eq!(of_interest(&interest), None);
        interest.weights[6] = 3.0;
        assert_eq!(of_interest(&interest), Some((0.625, 0.75)));
    }
}
