//! The least quality whose score does not fall below a floor.
//!
//! Tries are made on an excerpt, so that a large picture costs no more than one of a megapixel;
//! what comes of it is scored on the whole picture again.

use std::borrow::Cow;
use std::ops::Range;

use super::trial::decoded;
use crate::image::Image;
use crate::insight::{excerpt, Judge};
use crate::{Job, Limits, Result};

/// Qualities that are tried: less is no photograph's work, more saves nothing.
const QUALITIES: Range<u8> = 8..99;
/// Most tries on the excerpt.
const TRIES: u8 = 6;
/// Most tries on the whole picture.
const WHOLE_TRIES: u8 = 4;
/// Most tries of a slower way to encode, and how far below the quality that the quicker one has
/// found they begin.
const SLOW_TRIES: u8 = 3;
const SLOW_GAIN: u8 = 2;
/// A score this little above the floor is not worth another try.
const ENOUGH: f64 = 0.3;
/// About how much a step of quality adds to the score near the floor.
const SLOPE: f64 = 0.75;

/// Encodes a picture at a quality.
pub(crate) type Encode<'a> = dyn Fn(&Image, u8) -> Result<Vec<u8>> + 'a;

/// A picture and the score that what stands for it must keep.
pub(crate) struct Floor<'a> {
    image: &'a Image,
    part: Cow<'a, Image>,
    judge: Judge,
    least: f64,
    limits: &'a Limits,
    job: &'a Job,
}

/// A file that keeps the floor.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub data: Vec<u8>,
    pub quality: u8,
    /// Its SSIMULACRA2 score.
    pub score: f64,
}

impl<'a> Floor<'a> {
    /// What stands for `image` must score `least` or more.
    pub fn new(image: &'a Image, least: f64, limits: &'a Limits, job: &'a Job) -> Result<Self> {
        let part = excerpt(image, job)?;
        let judge = Judge::new(&part, job)?;
        Ok(Floor { image, part, judge, least, limits, job })
    }

    /// The file of the least quality that keeps the floor, by a search that begins at `guess`;
    /// `None` when none does.
    pub fn keep(&self, encode: &Encode<'_>, guess: u8) -> Result<Option<Kept>> {
        let found = self.search(&self.part, encode, guess, TRIES)?;
        if matches!(self.part, Cow::Borrowed(_)) {
            return Ok(found);
        }
        // Where tiles of an excerpt meet, codecs have a harder time than in the whole picture.
        let guess = found.map_or(guess, |found| found.quality);
        self.search(self.image, encode, guess, WHOLE_TRIES)
    }

    /// What `encode`, which takes more time, makes of the whole picture at about the quality of
    /// `kept`; `kept` itself where that saves nothing.
    pub fn improve(&self, kept: Kept, encode: &Encode<'_>) -> Result<Kept> {
        let guess = kept.quality.saturating_sub(SLOW_GAIN);
        let found = self.search(self.image, encode, guess, SLOW_TRIES)?;
        Ok(found.filter(|found| found.data.len() < kept.data.len()).unwrap_or(kept))
    }

    /// The score of a file against the picture.
    pub fn score(&self, data: &[u8]) -> Result<f64> {
        let image = decoded(data, self.limits, self.job)?;
        let part = match excerpt(&image, self.job)? {
            Cow::Owned(part) => part,
            Cow::Borrowed(_) => return self.score_of(&image),
        };
        // The whole picture is not held while its excerpt is compared.
        drop(image);
        self.score_of(&part)
    }

    /// The score of a picture, or of its excerpt.
    pub fn score_of(&self, image: &Image) -> Result<f64> {
        let part = match (image.width(), image.height()) {
            size if size == (self.part.width(), self.part.height()) => Cow::Borrowed(image),
            _ => excerpt(image, self.job)?,
        };
        self.judge.score(&part, self.job)
    }

    /// The least quality of `image`, which is the picture or its excerpt, in at most `tries`;
    /// what is left is halved where the guess leads nowhere.
    fn search(
        &self,
        image: &Image,
        encode: &Encode<'_>,
        guess: u8,
        tries: u8,
    ) -> Result<Option<Kept>> {
        let Range { start: mut low, end: mut high } = QUALITIES;
        let mut best = None;
        let mut quality = guess.clamp(low, high - 1);
        for attempt in 1..=tries {
            let data = encode(image, quality)?;
            let score = self.score(&data)?;
            if score >= self.least {
                high = quality;
                best = Some(Kept { data, quality, score });
            } else {
                low = quality + 1;
            }
            let near = (0.0..=ENOUGH).contains(&(score - self.least));
            if low >= high || near {
                break;
            }
            let aimed = f64::from(quality) + (self.least - score) / SLOPE;
            let middle = f64::from(low) + f64::from(high - low) / 2.0;
            let next = if attempt < 4 { aimed } else { middle };
            quality = (next.round() as u8).clamp(low, high - 1);
        }
        Ok(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec_tests::picture;
    use crate::encode;
    use crate::image::Layout;

    fn jpeg(image: &Image, quality: u8) -> Result<Vec<u8>> {
        encode::thorough_jpeg(image, quality, true, &Job::default())
    }

    #[test]
    fn what_keeps_the_floor_takes_fewer_bytes_than_the_best() {
        let (limits, job) = (Limits::default(), Job::default());
        let image = picture(160, 120, Layout::Rgb);
        let floor = Floor::new(&image, 80.0, &limits, &job).unwrap();
        let kept = floor.keep(&jpeg, 84).unwrap().unwrap();
        assert_eq!(floor.score(&kept.data).unwrap(), kept.score);
        assert!((80.0..90.0).contains(&kept.score), "{}", kept.score);
        assert!(kept.data.len() < jpeg(&image, 98).unwrap().len());
        assert_eq!(kept.data, jpeg(&image, kept.quality).unwrap());
    }

    #[test]
    fn a_large_picture_is_scored_as_a_whole() {
        let (limits, job) = (Limits::default(), Job::default());
        let image = picture(1300, 1100, Layout::Rgb);
        let floor = Floor::new(&image, 75.0, &limits, &job).unwrap();
        let kept = floor.keep(&jpeg, 84).unwrap().unwrap();
        assert_eq!(decoded(&kept.data, &limits, &job).unwrap().width(), 1300);
        assert!(kept.score >= 75.0);
    }

    #[test]
    fn a_better_way_replaces_what_was_kept_and_a_worse_one_does_not() {
        let (limits, job) = (Limits::default(), Job::default());
        let image = picture(160, 120, Layout::Rgb);
        let floor = Floor::new(&image, 80.0, &limits, &job).unwrap();
        let padded = |image: &Image, quality| {
            jpeg(image, quality).map(|data| [data, vec![0; 1 << 16]].concat())
        };
        let kept = floor.keep(&padded, 84).unwrap().unwrap();
        let better = floor.improve(kept.clone(), &jpeg).unwrap();
        assert!(better.score >= 80.0 && better.data.len() < kept.data.len());
        let same = floor.improve(better.clone(), &padded).unwrap();
        assert_eq!(same.data, better.data);
    }

    #[test]
    fn a_floor_that_nothing_keeps_is_told() {
        let (limits, job) = (Limits::default(), Job::default());
        let image = picture(80, 60, Layout::Rgb);
        let floor = Floor::new(&image, 100.0, &limits, &job).unwrap();
        assert!(floor.keep(&jpeg, 84).unwrap().is_none());
    }
}
