//! Copies of a still picture in WebP and AVIF, for clients that take them.

use super::contest::{Candidate, Contest};
use super::same::same_pixels;
use super::still::Still;
use crate::image::{Format, Image};
use crate::kernel::libwebp;
use crate::plan::{to_floor, to_verify, Encoding, OutputPlan};
use crate::quality::{decoded, Kept};
use crate::{encode, Result};

/// Qualities from which the searches begin.
const WEBP_GUESS: u8 = 89;
const AVIF_GUESS: u8 = 82;
/// libaom's speed while a quality is looked for, and that of the last tries of a picture of half a
/// megapixel: five times the time for 8 % fewer bytes at the same score.
const AVIF_SPEED: u8 = 6;
const AVIF_SLOW: u8 = 5;
/// Up to so many pixels the slowest ways are taken; beyond four times as many, the usual ones.
const SMALL: u64 = 1 << 20;

/// Offers what is asked for, at the floor.
pub(super) fn lossy_copies(still: &Still<'_>, contest: &mut Contest) -> Result<()> {
    let (avif, webp) = still.accepts;
    if still.is_grey_only() {
        return Ok(());
    }
    if webp {
        contest.tried_webp();
        contest.take(lossy_webp(still, contest.to_beat()))?;
    }
    if avif && side(still) <= still.limits.avif_side {
        contest.take(lossy_avif(still, contest.to_beat()))?;
    }
    Ok(())
}

/// Offers WebP that shows the very same pixels, when it is asked for.
pub(super) fn lossless_copy(still: &Still<'_>, contest: &mut Contest) -> Result<()> {
    if still.accepts.1 && still.exact && !still.is_grey_only() {
        contest.tried_webp();
        contest.take(lossless_webp(still))?;
    }
    Ok(())
}

/// The picture as lossless WebP, compared with what it came from.
pub(super) fn lossless_webp(still: &Still<'_>) -> Result<Option<Candidate>> {
    if side(still) > libwebp::MAX_SIDE {
        return Ok(None);
    }
    let encoding = Encoding::Webp { quality: None, method: method(pixels(still)) };
    let size = (still.image.width(), still.image.height());
    let _memory = still.job.charge(to_verify(&encoding, size, still.image.layout()))?;
    let output = still.output(encoding);
    let data = encode::encode(&still.image, &output, still.job)?.data;
    let same = same_pixels(&still.image, &decoded(&data, still.limits, still.job)?, still.job)?;
    Ok(same.then_some(Candidate { data, format: Format::Webp, lossy: None }))
}

fn lossy_webp(still: &Still<'_>, most: usize) -> Result<Option<Candidate>> {
    if side(still) > libwebp::MAX_SIDE {
        return Ok(None);
    }
    let encoding = Encoding::Webp { quality: Some(0), method: method(pixels(still)) };
    let size = (still.image.width(), still.image.height());
    let _memory = still.job.charge(to_floor(&encoding, size, still.image.layout()))?;
    let encode = |image: &Image, quality| {
        let encoding = encoding.with_quality(quality);
        let output = OutputPlan::still(image.width(), image.height(), encoding);
        encode::run_adapter(image, &output, still.job)
    };
    let kept = still.floor()?.keep(&encode, WEBP_GUESS, most)?;
    kept.map(|kept| candidate(still, kept, encoding)).transpose()
}

fn lossy_avif(still: &Still<'_>, most: usize) -> Result<Option<Candidate>> {
    let encoding = Encoding::Avif { quality: 0, speed: AVIF_SPEED, full_chroma: true };
    let size = (still.image.width(), still.image.height());
    let _memory = still.job.charge(to_floor(&encoding, size, still.image.layout()))?;
    let at = |speed| {
        move |image: &Image, quality| encode::thorough_avif(image, quality, speed, still.job)
    };
    let floor = still.floor()?;
    let Some(mut kept) = floor.keep(&at(AVIF_SPEED), AVIF_GUESS, most)? else { return Ok(None) };
    if pixels(still) <= SMALL / 2 {
        kept = floor.improve(kept, &at(AVIF_SLOW))?;
    }
    candidate(still, kept, encoding).map(Some)
}

fn candidate(still: &Still<'_>, kept: Kept, encoding: Encoding) -> Result<Candidate> {
    let Kept { data, quality, score } = kept;
    let format = encoding.format();
    let data = still.carried(data, encoding)?;
    Ok(Candidate { data, format, lossy: Some((quality, score)) })
}

/// libwebp's method for so many pixels.
pub(super) fn method(pixels: u64) -> u8 {
    match pixels {
        0..=SMALL => 6,
        _ if pixels <= 4 * SMALL => 5,
        _ => 4,
    }
}

fn pixels(still: &Still<'_>) -> u64 {
    u64::from(still.image.width()) * u64::from(still.image.height())
}

fn side(still: &Still<'_>) -> u32 {
    still.image.width().max(still.image.height())
}
