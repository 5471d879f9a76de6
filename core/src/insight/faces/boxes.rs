//! From the numbers of the anchors to faces.

use super::network::{Anchors, BOX};
use crate::plan::Face;

/// Candidates that are looked at: enough for a crowd, few enough for any noise.
const MOST: usize = 256;

/// Boxes that overlap by more than this share of their union are one face.
const SAME: f64 = 0.3;

/// A box that the network sees as a face, in pixels of its input.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    score: f32,
    center: [f64; 2],
    size: [f64; 2],
}

impl Candidate {
    fn edges(&self, axis: usize) -> (f64, f64) {
        (self.center[axis] - self.size[axis] / 2.0, self.center[axis] + self.size[axis] / 2.0)
    }

    fn area(&self) -> f64 {
        self.size[0] * self.size[1]
    }

    /// The shared area over the joint one.
    fn overlap(&self, other: &Candidate) -> f64 {
        let shared = |axis| {
            let (own, others) = (self.edges(axis), other.edges(axis));
            (own.1.min(others.1) - own.0.max(others.0)).max(0.0)
        };
        let shared = shared(0) * shared(1);
        shared / (self.area() + other.area() - shared)
    }
}

/// The anchors whose score, on the network's own scale, is at least `sure`; best first.
pub(super) fn candidates(scales: &[Anchors], sure: f32) -> Vec<Candidate> {
    let mut found = Vec::new();
    for scale in scales {
        for (index, cell) in scale.values.chunks_exact(scale.per_cell).enumerate() {
            let cell_at = [index % scale.columns, index / scale.columns];
            let corner = cell_at.map(|at| (at as f64 + 0.5) * scale.stride as f64);
            let (scores, boxes) = cell.split_at(scale.each);
            for (&score, numbers) in scores.iter().zip(boxes.chunks_exact(BOX)) {
                let [x, y, width, height] = [0, 1, 2, 3].map(|at| f64::from(numbers[at]));
                // Not a number fails here too.
                if score >= sure && width > 1.0 && height > 1.0 {
                    let center = [corner[0] + x, corner[1] + y];
                    found.push(Candidate { score, center, size: [width, height] });
                }
            }
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(MOST);
    found
}

/// One face for all candidates that overlap: their mean, weighted by how sure they are. Positions
/// are shares of `picture`.
pub(super) fn faces(mut candidates: Vec<Candidate>, picture: (usize, usize)) -> Vec<Face> {
    let mut faces = Vec::new();
    while !candidates.is_empty() {
        let best = candidates.remove(0);
        let (mut same, rest): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|other| other.overlap(&best) > SAME);
        candidates = rest;
        same.push(best);
        faces.extend(face(&mean(&same, &best), picture));
    }
    faces
}

fn mean(same: &[Candidate], best: &Candidate) -> Candidate {
    let mut total = 0.0;
    let (mut center, mut size) = ([0.0; 2], [0.0; 2]);
    for one in same {
        let weight = probability(one.score);
        total += weight;
        for axis in 0..2 {
            center[axis] += one.center[axis] * weight;
            size[axis] += one.size[axis] * weight;
        }
    }
    Candidate {
        score: best.score,
        center: center.map(|sum| sum / total),
        size: size.map(|sum| sum / total),
    }
}

/// `None` when nothing of the box is in the picture.
fn face(found: &Candidate, picture: (usize, usize)) -> Option<Face> {
    let share = |axis: usize, length: usize| {
        let (start, end) = found.edges(axis);
        let (start, end) = (start / length as f64, end / length as f64);
        (start.clamp(0.0, 1.0), end.clamp(0.0, 1.0))
    };
    let ((left, right), (top, bottom)) = (share(0, picture.0), share(1, picture.1));
    let score = (probability(found.score) * 1e4).round() / 1e4;
    (right > left && bottom > top).then_some(Face {
        left,
        top,
        width: right - left,
        height: bottom - top,
        score,
    })
}

/// The logistic function, with an exponential that is the same on every machine.
fn probability(score: f32) -> f64 {
    let x = f64::from(score.clamp(-30.0, 30.0));
    // e^x = (e^(x / 1024))^1024
    let small = x / 1024.0;
    let mut power = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0)));
    for _ in 0..10 {
        power *= power;
    }
    power / (1.0 + power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(score: f32, x: f64, y: f64, size: f64) -> Candidate {
        Candidate { score, center: [x, y], size: [size, size] }
    }

    #[test]
    fn overlapping_boxes_are_one_face_and_the_best_comes_first() {
        let candidates =
            vec![at(3.0, 50.0, 50.0, 20.0), at(2.0, 150.0, 50.0, 20.0), at(1.0, 52.0, 50.0, 20.0)];
        let faces = faces(candidates, (200, 100));
        assert_eq!(faces.len(), 2);
        assert!(faces[0].score > faces[1].score);
        assert!(faces[0].left > 0.2 && faces[0].left < 0.21, "{}", faces[0].left);
        assert!((faces[1].left - 0.7).abs() < 1e-9);
    }

    #[test]
    fn a_face_over_the_edge_ends_at_the_edge() {
        let face = faces(vec![at(3.0, 5.0, 50.0, 40.0)], (100, 100))[0];
        assert_eq!((face.left, face.width), (0.0, 0.25));
        assert!(faces(vec![at(3.0, -50.0, 50.0, 40.0)], (100, 100)).is_empty());
    }

    #[test]
    fn a_score_is_the_logistic_of_the_network() {
        for score in [-30.0_f32, -2.0, 0.0, 0.62, 5.0, 90.0] {
            let expected = 1.0 / (1.0 + (-f64::from(score.clamp(-30.0, 30.0))).exp());
            assert!((probability(score) - expected).abs() < 1e-9);
        }
    }
}
