//! From figures of a picture to the quality that a score takes.
//!
//! For some scores the *knob*, which is the encoder's step size on a logarithmic scale, is a sum
//! of weighted figures; between the scores lines are drawn. How the curves of pictures lie about
//! what is expected of them is known as well: a picture that needs more than expected for the
//! score it got needs more for its neighbours too, and less surely so the further they are off.
//! The numbers are made by `examples/quality_curves`, which measures them.

use super::features::{Features, COUNT};
use super::numbers::{AVIF_FULL, AVIF_HALVED, JPEG_FULL, JPEG_HALVED, SCORES, WEBP};
use crate::image::Layout;
use crate::plan::Encoding;

/// Number of scores that the model knows.
const KNOTS: usize = SCORES.len();

/// What is known of an encoder.
pub(super) struct Table {
    /// For each of [`SCORES`] a constant and a weight for each figure; their sum is the knob.
    pub lines: [[f64; COUNT + 1]; KNOTS],
    /// How knobs lie about that, together: their covariance.
    pub spread: [[f64; KNOTS]; KNOTS],
}

/// Above this quality halved chroma costs more than it saves, or never reaches the score.
const HALVED_UP_TO: f64 = 93.0;
/// Scores above this are hardly told apart.
const TOP_SCORE: f64 = 97.0;
/// How much of the way to what is expected is gone: some of what a score is off is chance.
const STRIDE: f64 = 0.95;

/// What is expected of one picture.
pub(super) struct Model {
    values: [f64; COUNT],
    gray: bool,
}

impl Model {
    pub fn new(features: &Features, layout: Layout) -> Self {
        Model { values: features.values, gray: layout == Layout::Gray }
    }

    /// `encoding` at the quality that should give `score`.
    pub fn guess(&self, encoding: &Encoding, score: f64) -> Encoding {
        let halved = with_chroma(encoding, false);
        let knob = self.expected(&halved, score);
        // AV1 predicts chroma from luma: at equal scores full chroma takes no more bytes there.
        let full_pays = matches!(encoding, Encoding::Avif { .. });
        let enough = !has_chroma_choice(encoding) || quality(&halved, knob) <= HALVED_UP_TO;
        if self.gray || (enough && !full_pays) {
            return at(halved, knob);
        }
        let full = with_chroma(encoding, true);
        let knob = self.expected(&full, score);
        at(full, knob)
    }

    /// `encoding`, which gave `score`, moved so far that it should give `wanted`.
    pub fn correct(&self, encoding: &Encoding, score: f64, wanted: f64) -> Encoding {
        let (score, used) = (score.min(TOP_SCORE), encoding.quality().unwrap_or(99));
        let from = knob(encoding, f64::from(used));
        let off = from - self.expected(encoding, score);
        let likeness = likeness(&table(encoding).spread, score, wanted);
        // What takes more may take ever more; what takes less never takes ever less.
        let off = off * if off > 0.0 { likeness } else { likeness.min(1.0) };
        let moved = from + STRIDE * (self.expected(encoding, wanted) + off - from);
        let fixed = self.gray || is_full(encoding) || !has_chroma_choice(encoding);
        if fixed || quality(encoding, moved) <= HALVED_UP_TO + 2.0 {
            let moved = at(encoding.clone(), moved);
            let next = if score < wanted { used.min(98) + 1 } else { used.max(2) - 1 };
            let stays = moved.quality() == Some(used);
            return if stays { encoding.with_quality(next) } else { moved };
        }
        // It was the halving that kept the score down, which says nothing of full chroma.
        let full = with_chroma(encoding, true);
        let knob = self.expected(&full, wanted);
        at(full, knob)
    }

    /// The knob that should give `score`.
    fn expected(&self, encoding: &Encoding, score: f64) -> f64 {
        let mut knobs = table(encoding).lines.map(|[constant, weights @ ..]| {
            constant + weights.iter().zip(&self.values).map(|(w, value)| w * value).sum::<f64>()
        });
        // A better score always takes more.
        for at in 1..KNOTS {
            knobs[at] = knobs[at].max(knobs[at - 1] + 0.001);
        }
        dot(&shares(score), &knobs)
    }
}

/// Shares of the knots in what lies at `score`; beyond the ends the last line goes on.
fn shares(score: f64) -> [f64; KNOTS] {
    let from = SCORES[1..KNOTS - 1].partition_point(|knot| *knot < score);
    let share = (score - SCORES[from]) / (SCORES[from + 1] - SCORES[from]);
    let mut shares = [0.0; KNOTS];
    (shares[from], shares[from + 1]) = (1.0 - share, share);
    shares
}

/// How much of what a picture is off at `score` it is off at `wanted`.
fn likeness(spread: &[[f64; KNOTS]; KNOTS], score: f64, wanted: f64) -> f64 {
    let (from, to) = (shares(score), shares(wanted));
    let toward = spread.map(|row| dot(&row, &from));
    dot(&to, &toward) / dot(&from, &toward).max(1e-9)
}

fn dot(left: &[f64; KNOTS], right: &[f64; KNOTS]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn table(encoding: &Encoding) -> &'static Table {
    match encoding {
        Encoding::Jpeg { full_chroma: true, .. } => &JPEG_FULL,
        Encoding::Avif { full_chroma: true, .. } => &AVIF_FULL,
        Encoding::Avif { .. } => &AVIF_HALVED,
        Encoding::Webp { .. } => &WEBP,
        _ => &JPEG_HALVED,
    }
}

fn has_chroma_choice(encoding: &Encoding) -> bool {
    matches!(encoding, Encoding::Jpeg { .. } | Encoding::Avif { .. })
}

fn is_full(encoding: &Encoding) -> bool {
    matches!(
        encoding,
        Encoding::Jpeg { full_chroma: true, .. } | Encoding::Avif { full_chroma: true, .. }
    )
}

fn with_chroma(encoding: &Encoding, full: bool) -> Encoding {
    let mut encoding = encoding.clone();
    if let Encoding::Jpeg { full_chroma, .. } | Encoding::Avif { full_chroma, .. } = &mut encoding {
        *full_chroma = full;
    }
    encoding
}

/// `encoding` at `knob`, within what is lossy.
fn at(encoding: Encoding, knob: f64) -> Encoding {
    let quality = quality(&encoding, knob);
    encoding.with_quality(quality.round().clamp(1.0, 99.0) as u8)
}

/// Quality and knob, which is less the logarithm of the step between two levels. Between the
/// points lines are drawn.
type Knobs = [(f64, f64)];

/// libjpeg scales its tables by this many percent.
#[rustfmt::skip]
const JPEG_KNOBS: [(f64, f64); 22] = [
    (1.0, -8.517), (2.0, -7.824), (3.0, -7.419), (5.0, -6.908), (8.0, -6.438),
    (12.0, -6.032), (18.0, -5.627), (25.0, -5.298), (34.0, -4.991), (42.0, -4.78),
    (50.0, -4.605), (58.0, -4.431), (66.0, -4.22), (73.0, -3.989), (79.0, -3.738),
    (84.0, -3.466), (88.0, -3.178), (91.0, -2.89), (94.0, -2.485), (96.0, -2.079),
    (98.0, -1.386), (99.0, -0.693),
];

/// Steps of the quantiser that libwebp takes for a quality, near enough.
#[rustfmt::skip]
const WEBP_KNOBS: [(f64, f64); 18] = [
    (1.0, -5.181), (2.0, -5.067), (4.0, -4.902), (7.0, -4.723), (11.0, -4.582),
    (16.0, -4.425), (23.0, -4.22), (32.0, -4.009), (43.0, -3.856), (55.0, -3.691),
    (66.0, -3.538), (75.0, -3.408), (80.0, -3.173), (85.0, -2.903), (89.0, -2.646),
    (93.0, -2.325), (96.0, -2.012), (99.0, -1.579),
];

/// Steps of the AV1 quantiser that a quality is mapped to, near enough.
#[rustfmt::skip]
const AVIF_KNOBS: [(f64, f64); 18] = [
    (1.0, -7.51), (7.0, -7.207), (14.0, -6.702), (21.0, -6.408), (29.0, -6.012),
    (37.0, -5.675), (45.0, -5.359), (52.0, -5.102), (60.0, -4.95), (68.0, -4.781),
    (75.0, -4.59), (80.0, -4.489), (85.0, -4.288), (88.0, -4.065), (91.0, -3.795),
    (94.0, -3.477), (97.0, -3.006), (99.0, -2.493),
];

fn knobs(encoding: &Encoding) -> &'static Knobs {
    match encoding {
        Encoding::Webp { .. } => &WEBP_KNOBS,
        Encoding::Avif { .. } => &AVIF_KNOBS,
        _ => &JPEG_KNOBS,
    }
}

/// The knob of `encoding` at `quality`.
pub fn knob(encoding: &Encoding, quality: f64) -> f64 {
    between(knobs(encoding), quality, |(quality, knob)| (quality, knob))
}

fn quality(encoding: &Encoding, wanted: f64) -> f64 {
    between(knobs(encoding), wanted, |(quality, knob)| (knob, quality))
}

/// The place at `x` on the lines through `points`; beyond the ends the last line goes on.
fn between(points: &Knobs, x: f64, axes: impl Fn((f64, f64)) -> (f64, f64)) -> f64 {
    let from = points[1..points.len() - 1].partition_point(|point| axes(*point).0 < x);
    let ((x0, y0), (x1, y1)) = (axes(points[from]), axes(points[from + 1]));
    y0 + (x - x0) * (y1 - y0) / (x1 - x0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Image;
    use crate::Job;

    const JPEG: Encoding =
        Encoding::Jpeg { quality: 85, progressive: true, full_chroma: false, fast: false };

    fn model() -> Model {
        let sample = |at: u32| (at.wrapping_mul(2_654_435_761) >> 27) as u8 + (at / 300) as u8;
        let data = (0..96 * 96 * 3).map(sample).collect();
        let image = Image::from_data(96, 96, Layout::Rgb, data).unwrap();
        Model::new(&Features::of(&image, &Job::default()).unwrap(), image.layout())
    }

    #[test]
    fn a_better_score_takes_a_better_quality_in_every_format() {
        let model = model();
        let webp = Encoding::Webp { quality: Some(1), method: 4 };
        let avif = Encoding::Avif { quality: 1, speed: 6, full_chroma: false };
        for encoding in [JPEG, webp, avif] {
            let knobs = [45.0, 60.0, 75.0].map(|score| model.expected(&encoding, score));
            assert!(knobs.is_sorted_by(|low, high| low < high), "{encoding:?} {knobs:?}");
        }
    }

    #[test]
    fn a_score_that_was_too_low_takes_more_and_one_that_was_too_high_less() {
        let model = model();
        let quality = |score| model.correct(&JPEG.with_quality(50), score, 60.0).quality().unwrap();
        assert!(quality(70.0) < 50 && 50 < quality(50.0), "{} {}", quality(70.0), quality(50.0));
    }

    #[test]
    fn knob_and_quality_are_inverse() {
        for number in [1.0, 30.0, 50.0, 75.0, 99.0] {
            assert!((quality(&JPEG, knob(&JPEG, number)) - number).abs() < 1e-9);
        }
        assert!((knob(&JPEG, 50.0) + 100f64.ln()).abs() < 0.01);
    }
}
