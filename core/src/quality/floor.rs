//! The least quality whose score does not fall below a floor.
//!
//! Tries of a large picture begin on an excerpt of a megapixel; from what comes of it the search
//! goes on with the whole picture, all of which is scored. Of a picture beyond 4 Mi pixels, or
//! wider than 4096, the excerpt alone is scored.

use std::borrow::Cow;
use std::ops::Range;

use super::trial::decoded;
use crate::image::Image;
use crate::insight::{excerpt, whole_score, Judge};
use crate::plan::{scored_whole, SCORED_SIDE};
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
/// A picture takes more bytes than another for sure when its excerpt says so many times as many.
const FAR_ABOVE: f64 = 1.25;
/// A score this little above the floor is not worth another try.
const ENOUGH: f64 = 0.3;
/// About how much a step of quality adds to the score near the floor, and how little at least.
const SLOPE: f64 = 0.75;
const LEAST_SLOPE: f64 = 0.1;

/// Encodes a picture at a quality.
pub(crate) type Encode<'a> = dyn Fn(&Image, u8) -> Result<Vec<u8>> + 'a;

/// A picture and the score that what stands for it must keep.
pub(crate) struct Floor<'a> {
    image: &'a Image,
    /// Of the picture or its excerpt; none where all of a large picture is scored.
    judge: Option<Judge>,
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
        let judge = match scored_whole(image.width(), image.height()) {
            true => None,
            false => Some(Judge::new(&*excerpt(image, job)?, job)?),
        };
        Ok(Floor { image, judge, least, limits, job })
    }

    /// The file of the least quality that keeps the floor, by a search that begins at `guess`;
    /// `None` when none does, or when it would clearly take more than `most` bytes.
    pub fn keep(&self, encode: &Encode<'_>, guess: u8, most: usize) -> Result<Option<Kept>> {
        let start = Start { quality: guess, slope: SLOPE };
        if self.image.width().max(self.image.height()) <= SCORED_SIDE {
            return self.search(encode, start, TRIES);
        }
        match self.on_excerpt(encode, start)? {
            Some((start, bytes)) if bytes <= FAR_ABOVE * most as f64 => {
                self.search(encode, start, WHOLE_TRIES)
            }
            _ => Ok(None),
        }
    }

    /// Where the search goes on with the whole picture, and about how many bytes that will take,
    /// by what an excerpt needs.
    fn on_excerpt(&self, encode: &Encode<'_>, start: Start) -> Result<Option<(Start, f64)>> {
        let part = excerpt(self.image, self.job)?;
        let made;
        let judge = match &self.judge {
            Some(judge) => judge,
            None => {
                made = Judge::new(&part, self.job)?;
                &made
            }
        };
        let score = |data: &[u8]| judge.score(&self.read(data)?, self.job);
        let (found, slope) = self.search_by(&part, encode, &score, start, TRIES)?;
        let share = part.data().len() as f64 / self.image.data().len() as f64;
        Ok(found.map(|Kept { data, quality, .. }| {
            (Start { quality, slope }, data.len() as f64 / share)
        }))
    }

    /// What `encode`, which takes more time, makes of the whole picture at about the quality of
    /// `kept`; `kept` itself where that saves nothing.
    pub fn improve(&self, kept: Kept, encode: &Encode<'_>) -> Result<Kept> {
        let quality = kept.quality.saturating_sub(SLOW_GAIN);
        let found = self.search(encode, Start { quality, slope: SLOPE }, SLOW_TRIES)?;
        Ok(found.filter(|found| found.data.len() < kept.data.len()).unwrap_or(kept))
    }

    /// The score of a file against the picture.
    pub fn score(&self, data: &[u8]) -> Result<f64> {
        let image = self.read(data)?;
        match self.judge {
            None => self.score_of(&image),
            // The whole picture is not held while its excerpt is compared.
            Some(_) => match excerpt(&image, self.job)? {
                Cow::Borrowed(_) => self.score_of(&image),
                Cow::Owned(part) => {
                    drop(image);
                    self.score_of(&part)
                }
            },
        }
    }

    /// The score of a picture, or of its excerpt where no more is scored.
    pub fn score_of(&self, image: &Image) -> Result<f64> {
        match &self.judge {
            None => whole_score(self.image, image, self.job),
            Some(judge) => judge.score(&*excerpt(image, self.job)?, self.job),
        }
    }

    fn read(&self, data: &[u8]) -> Result<Image> {
        decoded(data, self.limits, self.job)
    }

    /// The least quality of the picture, in at most `tries`.
    fn search(&self, encode: &Encode<'_>, start: Start, tries: u8) -> Result<Option<Kept>> {
        let score = |data: &[u8]| self.score(data);
        self.search_by(self.image, encode, &score, start, tries).map(|(found, _)| found)
    }

    /// The least quality of `image`, which is the picture or its excerpt, in at most `tries`, and
    /// how much a step of quality adds to the score there; what is left is halved where the
    /// guesses lead nowhere.
    fn search_by(
        &self,
        image: &Image,
        encode: &Encode<'_>,
        score: &dyn Fn(&[u8]) -> Result<f64>,
        start: Start,
        tries: u8,
    ) -> Result<(Option<Kept>, f64)> {
        let mut bounds = Bounds { slope: start.slope, ..Bounds::default() };
        let mut best = None;
        let mut quality = start.quality.clamp(QUALITIES.start, QUALITIES.end - 1);
        for attempt in 1..=tries {
            let data = encode(image, quality)?;
            let score = score(&data)?;
            let above = score - self.least;
            bounds.learn(quality, above);
            if above >= 0.0 {
                best = Some(Kept { data, quality, score });
            }
            if bounds.closed() || (0.0..=ENOUGH).contains(&above) {
                break;
            }
            quality = if attempt < 4 { bounds.aimed() } else { bounds.middle() };
        }
        Ok((best, bounds.slope))
    }
}

/// Where a search begins.
#[derive(Debug, Clone, Copy)]
struct Start {
    quality: u8,
    /// How much a step of quality adds to the score.
    slope: f64,
}

/// What is known: the best quality that falls below the floor and the least that keeps it, each
/// with how far its score is above.
#[derive(Debug, Default)]
struct Bounds {
    below: Option<(u8, f64)>,
    above: Option<(u8, f64)>,
    slope: f64,
}

impl Bounds {
    fn learn(&mut self, quality: u8, above: f64) {
        if above >= 0.0 {
            self.above = Some((quality, above));
        } else {
            self.below = Some((quality, above));
        }
        if let (Some((low, less)), Some((high, more))) = (self.below, self.above) {
            self.slope = ((more - less) / f64::from(high - low)).max(LEAST_SLOPE);
        }
    }

    /// Qualities that are left: from the first to the one before the second.
    fn left(&self) -> (u8, u8) {
        let low = self.below.map_or(QUALITIES.start, |(quality, _)| quality + 1);
        (low, self.above.map_or(QUALITIES.end, |(quality, _)| quality))
    }

    fn closed(&self) -> bool {
        let (low, high) = self.left();
        low >= high
    }

    /// Where the score meets the floor, by the slope.
    fn aimed(&self) -> u8 {
        let (low, high) = self.left();
        let Some((quality, above)) = self.above.or(self.below) else { return low };
        let aimed = f64::from(quality) - above / self.slope;
        (aimed.round() as u8).clamp(low, high - 1)
    }

    fn middle(&self) -> u8 {
        let (low, high) = self.left();
        low + (high - low) / 2
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
        let kept = floor.keep(&jpeg, 84, usize::MAX).unwrap().unwrap();
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
        let kept = floor.keep(&jpeg, 84, usize::MAX).unwrap().unwrap();
        let read = decoded(&kept.data, &limits, &job).unwrap();
        assert_eq!(read.width(), 1300);
        assert_eq!(kept.score, whole_score(&image, &read, &job).unwrap());
        assert!(kept.score >= 75.0);
        let half = kept.data.len() / 2;
        assert!(floor.keep(&jpeg, kept.quality, half).unwrap().is_none());
    }

    #[test]
    fn a_better_way_replaces_what_was_kept_and_a_worse_one_does_not() {
        let (limits, job) = (Limits::default(), Job::default());
        let image = picture(160, 120, Layout::Rgb);
        let floor = Floor::new(&image, 80.0, &limits, &job).unwrap();
        let padded = |image: &Image, quality| {
            jpeg(image, quality).map(|data| [data, vec![0; 1 << 16]].concat())
        };
        let kept = floor.keep(&padded, 84, usize::MAX).unwrap().unwrap();
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
        assert!(floor.keep(&jpeg, 84, usize::MAX).unwrap().is_none());
    }
}
