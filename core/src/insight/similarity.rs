//! How like two pictures look: SSIMULACRA2, by the fast-ssim2 crate.
//!
//! The metric knows no transparency, so pictures are laid over mid grey first. Of a large picture
//! a [`Judge`] scores tiles that lie evenly over it, so that memory and time stay bounded: where
//! tiles meet there are edges that the picture has not, and its score is a point or two too high,
//! more where little is drawn on plain ground. [`whole_score`] takes longer and knows no tiles.

use std::borrow::Cow;

use fast_ssim2::{
    compute_ssimulacra2_with_config, PixelDescriptor, PixelSlice, Ssimulacra2Config,
    Ssimulacra2Error, Ssimulacra2Reference, StripConfig,
};

use crate::image::{Image, Layout};
use crate::plan::{SCORED_ROWS, SCORED_SIDE as SIDE};
use crate::{Error, Job, Result};

/// Side of the tiles that are scored of a longer side.
const TILE: u32 = 256;
/// What transparent pixels are laid over.
const BACKDROP: u32 = 128;

/// A picture that others are compared with.
pub(crate) struct Judge {
    reference: Ssimulacra2Reference,
    size: (u32, u32),
}

impl Judge {
    /// Makes `image` the one that others are compared with.
    pub fn new(image: &Image, job: &Job) -> Result<Self> {
        let pixels = sample(image, job)?;
        let reference = Ssimulacra2Reference::new(&slice(&pixels, image)?).map_err(failed)?;
        job.check()?;
        Ok(Judge { reference, size: (image.width(), image.height()) })
    }

    /// The score of `image`: 100 when nothing differs; 0 and less for what is barely like it.
    pub fn score(&self, image: &Image, job: &Job) -> Result<f64> {
        if self.size != (image.width(), image.height()) {
            return Err(Error::internal("pictures of different sizes were compared"));
        }
        let pixels = sample(image, job)?;
        let score = self.reference.compare(&slice(&pixels, image)?).map_err(failed)?;
        job.check()?;
        Ok(score)
    }
}

/// The score of `other` against all of `reference`, strip by strip.
pub(crate) fn whole_score(reference: &Image, other: &Image, job: &Job) -> Result<f64> {
    let size = (reference.width(), reference.height());
    if size != (other.width(), other.height()) {
        return Err(Error::internal("pictures of different sizes were compared"));
    }
    let (left, right) = (shown(reference, job)?, shown(other, job)?);
    let stop = Stopped(job);
    let strips = StripConfig::new(SCORED_ROWS as usize);
    let config = Ssimulacra2Config::simd().with_strip(strips).with_stop(&stop);
    let [left, right] = [&left, &right].map(|pixels| view(pixels, size));
    let score = compute_ssimulacra2_with_config(&left?, &right?, &config);
    job.check()?;
    score.map_err(failed)
}

/// Ends a comparison when its job ends.
struct Stopped<'a>(&'a Job);

impl enough::Stop for Stopped<'_> {
    fn check(&self) -> std::result::Result<(), enough::StopReason> {
        self.0.check().map_err(|_| enough::StopReason::Cancelled)
    }
}

/// `image` as RGB over mid grey.
fn shown<'a>(image: &'a Image, job: &Job) -> Result<Cow<'a, [u8]>> {
    if image.layout() == Layout::Rgb {
        return Ok(Cow::Borrowed(image.data()));
    }
    let mut pixels = reserved(image.width(), image.height())?;
    for y in 0..image.height() {
        job.check()?;
        append(&mut pixels, image.row(y), image.layout())?;
    }
    Ok(Cow::Owned(pixels))
}

fn reserved(width: u32, height: u32) -> Result<Vec<u8>> {
    let bytes = width as usize * height as usize * 3;
    let mut pixels = Vec::new();
    pixels
        .try_reserve_exact(bytes)
        .map_err(|_| Error::too_large("memory", "what the system gives", bytes))?;
    Ok(pixels)
}

fn failed(error: Ssimulacra2Error) -> Error {
    Error::internal("the pictures could not be compared").with_context(error.to_string())
}

fn slice<'a>(pixels: &'a [u8], image: &Image) -> Result<PixelSlice<'a>> {
    view(pixels, (image.width().min(SIDE), image.height().min(SIDE)))
}

fn view(pixels: &[u8], (width, height): (u32, u32)) -> Result<PixelSlice<'_>> {
    let stride = width as usize * 3;
    PixelSlice::new(pixels, width, height, stride, PixelDescriptor::RGB8_SRGB)
        .map_err(|_| Error::internal("a sample of another size than was said"))
}

/// The part of `image` that is scored, as RGB.
fn sample(image: &Image, job: &Job) -> Result<Vec<u8>> {
    let columns = runs(image.width());
    let mut pixels = reserved(image.width().min(SIDE), image.height().min(SIDE))?;
    let channels = image.layout().channels();
    for y in runs(image.height()).into_iter().flatten() {
        job.check()?;
        let row = image.row(y);
        for run in &columns {
            let part = &row[run.start as usize * channels..run.end as usize * channels];
            append(&mut pixels, part, image.layout())?;
        }
    }
    Ok(pixels)
}

/// All of a side, or tiles that lie evenly on it.
fn runs(side: u32) -> Vec<std::ops::Range<u32>> {
    if side <= SIDE {
        return std::iter::once(0..side).collect();
    }
    let last = SIDE / TILE - 1;
    (0..=last)
        .map(|tile| {
            let start = (u64::from(side - TILE) * u64::from(tile) / u64::from(last)) as u32;
            start..start + TILE
        })
        .collect()
}

/// The part of `image` that is scored, as a picture of its own: all of it, or tiles side by side.
pub(crate) fn excerpt<'a>(image: &'a Image, job: &Job) -> Result<Cow<'a, Image>> {
    if image.width().max(image.height()) <= SIDE {
        return Ok(Cow::Borrowed(image));
    }
    let (columns, rows) = (runs(image.width()), runs(image.height()));
    let channels = image.layout().channels();
    let (width, height) = (image.width().min(SIDE), image.height().min(SIDE));
    let mut part = Image::new(width, height, image.layout())?;
    let mut rows = rows.into_iter().flatten();
    part.for_rows(job, |target| {
        let row = rows.next().map_or(&[][..], |y| image.row(y));
        let mut rest = target;
        for run in &columns {
            let tile = &row[run.start as usize * channels..run.end as usize * channels];
            let (to, behind) = rest.split_at_mut(tile.len());
            to.copy_from_slice(tile);
            rest = behind;
        }
    })?;
    Ok(Cow::Owned(part))
}

fn append(pixels: &mut Vec<u8>, samples: &[u8], layout: Layout) -> Result<()> {
    match layout {
        Layout::Rgb => pixels.extend_from_slice(samples),
        Layout::Gray => pixels.extend(samples.iter().flat_map(|sample| [*sample; 3])),
        Layout::Rgba => pixels.extend(samples.as_chunks::<4>().0.iter().flat_map(opaque)),
        Layout::Cmyk => return Err(Error::internal("inks were to be compared")),
    }
    Ok(())
}

fn opaque(&[red, green, blue, alpha]: &[u8; 4]) -> [u8; 3] {
    let alpha = u32::from(alpha);
    let over = |sample| ((u32::from(sample) * alpha + BACKDROP * (255 - alpha) + 127) / 255) as u8;
    [over(red), over(green), over(blue)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(width: u32, height: u32, noise: u32) -> Image {
        let pixel = |at: u32| {
            let (x, y) = (at % width, at / width);
            let wave =
                128.0 + 60.0 * (f64::from(x) / 9.0).sin() + 50.0 * (f64::from(y) / 7.0).cos();
            wave as u8 ^ (at.wrapping_mul(2_654_435_761) >> 24 & noise) as u8
        };
        Image::from_data(width, height, Layout::Gray, (0..width * height).map(pixel).collect())
            .unwrap()
    }

    #[test]
    fn strips_score_as_the_whole_does() {
        let job = Job::default();
        let (one, other) = (waves(700, 900, 0), waves(700, 900, 15));
        let whole = Judge::new(&one, &job).unwrap().score(&other, &job).unwrap();
        let strips = whole_score(&one, &other, &job).unwrap();
        assert!((whole - strips).abs() < 0.5, "{whole} {strips}");
        assert_eq!(whole_score(&one, &one, &job).unwrap(), 100.0);
    }

    #[test]
    fn a_comparison_ends_with_its_job() {
        let cancel = crate::CancelToken::new();
        let job = Job::new(&crate::Limits::default(), cancel.clone());
        cancel.cancel();
        let image = waves(300, 300, 0);
        let error = whole_score(&image, &image, &job).unwrap_err();
        assert_eq!(error.kind(), crate::Kind::Cancelled);
    }

    #[test]
    fn a_picture_has_full_score_against_itself_and_less_with_more_noise() {
        let job = Job::default();
        for (width, height) in [(64, 48), (1100, 60)] {
            let judge = Judge::new(&waves(width, height, 0), &job).unwrap();
            let score = |noise| judge.score(&waves(width, height, noise), &job).unwrap();
            assert_eq!(score(0), 100.0);
            assert!(score(3) < 99.0 && score(15) < score(3) - 1.0, "{} {}", score(3), score(15));
        }
    }

    #[test]
    fn an_excerpt_scores_as_the_picture_does() {
        let job = Job::default();
        let (clean, noisy) = (waves(1500, 1100, 0), waves(1500, 1100, 7));
        let whole = Judge::new(&clean, &job).unwrap().score(&noisy, &job).unwrap();
        let [clean, noisy] =
            [clean, noisy].map(|image| excerpt(&image, &job).unwrap().into_owned());
        assert_eq!((clean.width(), clean.height()), (1024, 1024));
        assert_eq!(Judge::new(&clean, &job).unwrap().score(&noisy, &job).unwrap(), whole);
    }

    #[test]
    fn tiles_of_a_long_side_reach_from_end_to_end() {
        assert_eq!((runs(1024).len(), runs(1024)[0].end), (1, 1024));
        assert_eq!(runs(1027), [0..256, 257..513, 514..770, 771..1027]);
        let far = runs(100_000);
        assert_eq!((far[0].start, far[3].end), (0, 100_000));
    }

    #[test]
    fn colours_that_nobody_sees_do_not_count() {
        let job = Job::default();
        let clear = |red| {
            let data = (0..32 * 32).flat_map(|at| [red, 0, 0, if at % 3 == 0 { 255 } else { 0 }]);
            let mut image = Image::from_data(32, 32, Layout::Rgba, data.collect()).unwrap();
            image
                .data_mut()
                .as_chunks_mut::<4>()
                .0
                .iter_mut()
                .filter(|p| p[3] > 0)
                .for_each(|p| p[0] = 9);
            image
        };
        let judge = Judge::new(&clear(1), &job).unwrap();
        assert_eq!(judge.score(&clear(200), &job).unwrap(), 100.0);
    }
}
