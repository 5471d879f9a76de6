//! Quality as a score that the result is to have, instead of an encoder's number.

use super::Encoding;
use crate::options::QualityWord;

/// A SSIMULACRA2 score that the encoder's quality is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The score: 100 is the picture itself, above 85 few see a difference, below 50 many do.
    pub score: u8,
    /// Whether the result is scored, and encoded once more where its score is off; otherwise the
    /// first guess is sent.
    pub verified: bool,
}

impl Target {
    /// How far from the target a score may be.
    pub const TOLERANCE: f64 = 2.0;
}

/// The score that `word` stands for.
pub(super) fn score(word: QualityWord) -> u8 {
    match word {
        QualityWord::High => 85,
        QualityWord::MediumHigh | QualityWord::Auto => 75,
        QualityWord::MediumLow => 60,
        QualityWord::Low => 45,
    }
}

/// Score and the quality that most photographs need for it, in ascending order.
type Points = [(u8, u8); 5];
const JPEG: Points = [(30, 18), (45, 29), (60, 47), (75, 77), (85, 90)];
const WEBP: Points = [(30, 12), (45, 30), (60, 56), (75, 82), (85, 96)];
const AVIF: Points = [(30, 16), (45, 30), (60, 47), (75, 77), (85, 91)];

/// The quality that most photographs need for `score`.
pub(super) fn usual_quality(encoding: &Encoding, score: f64) -> u8 {
    match encoding {
        Encoding::Webp { .. } => usual(&WEBP, score),
        Encoding::Avif { .. } => usual(&AVIF, score),
        _ => usual(&JPEG, score),
    }
}

fn usual(points: &Points, score: f64) -> u8 {
    let at = points[1..4].partition_point(|point| f64::from(point.0) < score);
    let [(x0, y0), (x1, y1)] =
        [points[at], points[at + 1]].map(|(x, y)| (f64::from(x), f64::from(y)));
    let quality = y0 + (score - x0) * (y1 - y0) / (x1 - x0);
    quality.round().clamp(1.0, 99.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_quality_lies_on_lines_between_the_points() {
        assert_eq!([30.0, 45.0, 60.0, 85.0].map(|score| usual(&JPEG, score)), [18, 29, 47, 90]);
        assert_eq!(usual(&JPEG, 80.0), 84);
        assert_eq!([-99.0, 100.0].map(|score| usual(&WEBP, score)), [1, 99]);
    }

    #[test]
    fn better_words_have_higher_scores() {
        let words = [QualityWord::Low, QualityWord::MediumLow, QualityWord::MediumHigh];
        let scores: Vec<_> = words.into_iter().map(score).collect();
        assert_eq!(scores, [45, 60, 75]);
        assert_eq!((score(QualityWord::Auto), score(QualityWord::High)), (75, 85));
    }
}
