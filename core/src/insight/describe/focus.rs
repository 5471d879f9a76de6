//! The one point that should stay in view.

use serde_json::{json, Value};

use super::rounded;
use crate::image::Image;
use crate::plan::Face;
use crate::{Job, Result};

/// The middle of the faces, or of the picture where there is none.
pub(super) fn of(_image: &Image, faces: &[Face], _job: &Job) -> Result<Value> {
    let (x, y, from) = match of_faces(faces) {
        Some((x, y)) => (x, y, "faces"),
        None => (0.5, 0.5, "center"),
    };
    Ok(json!({ "x": rounded(x), "y": rounded(y), "from": from }))
}

/// The mean of their middles; large and sure ones count for more.
fn of_faces(faces: &[Face]) -> Option<(f64, f64)> {
    let weight = |face: &Face| face.width * face.height * face.score;
    let total: f64 = faces.iter().map(weight).sum();
    let mean = |middle: fn(&Face) -> f64| {
        faces.iter().map(|face| middle(face) * weight(face)).sum::<f64>() / total
    };
    let x = || mean(|face| face.left + face.width / 2.0);
    let y = || mean(|face| face.top + face.height / 2.0);
    (total > 0.0).then(|| (x(), y()))
}
