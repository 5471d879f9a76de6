//! From figures of a picture to the quality that a score takes.

use super::Features;
use crate::image::Layout;
use crate::plan::{usual_quality, Encoding};

/// What is expected of one picture.
pub(super) struct Model;

impl Model {
    pub fn new(_features: &Features, _layout: Layout) -> Self {
        Model
    }

    /// `encoding` at the quality that should give `score`.
    pub fn guess(&self, encoding: &Encoding, score: f64) -> Encoding {
        encoding.with_quality(usual_quality(encoding, score))
    }

    /// `encoding`, which gave `score`, moved so far that it should give `wanted`.
    pub fn correct(&self, encoding: &Encoding, score: f64, wanted: f64) -> Encoding {
        let [from, to] = [score, wanted].map(|score| i16::from(usual_quality(encoding, score)));
        let quality = i16::from(encoding.quality().unwrap_or(99)) + to - from;
        encoding.with_quality(quality.clamp(1, 99) as u8)
    }
}
