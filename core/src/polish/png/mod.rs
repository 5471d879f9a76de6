//! PNG: the form that says its pixels in the fewest bytes, each with the filters and the deflate
//! that suit it; with a palette that is near enough, as JPEG, or as WebP and AVIF where that is
//! asked for.

mod file;
mod filter;
mod form;
mod frames;
mod pack;
mod stats;

use super::contest::{Candidate, Contest};
use super::still::Still;
use super::{attempt, jpeg, modern, moving, Work};
use crate::decode::{self, Exact};
use crate::image::{Format, Image, Layout};
use crate::original;
use crate::plan::{to_floor, Encoding, Original, OutputPlan, Palette};
use crate::quality::Kept;
use crate::{encode, Error, Result};
use file::Colors;
#[cfg(test)]
pub(super) use pack::deflated;

/// Bytes that are held of a byte of samples while the best file is looked for: the samples, a form
/// of them, its filtered rows, and those compressed.
const HELD: u64 = 4;
/// Quality of a palette from which the search begins.
const GUESS: u8 = 80;
/// How many times smaller the file of a search may become when it is packed.
const PACKED: usize = 4;

pub(super) fn polish(work: &Work<'_>, contest: &mut Contest) -> Result<bool> {
    let cut = original::as_it_is(Format::Png, Original::WithoutMetadata, work.source)
        .ok_or_else(|| Error::malformed("png: cut short"))?;
    let upright = work.probe.orientation == 1;
    if file::moves(work.source) {
        moving::check(work)?;
        if upright {
            contest.take(frames::repacked(&cut, work))?;
            contest.offer(Some(plain(cut)));
            moving::copies(work, contest)?;
        }
        return Ok(true);
    }
    contest.take(lossless(work))?;
    if upright {
        contest.offer(Some(plain(cut)));
    }
    if !(work.lossy() || work.options.webp) {
        return Ok(true);
    }
    let Some(still) = attempt(Still::of(work))? else { return Ok(true) };
    modern::lossless_copy(&still, contest)?;
    if work.lossy() {
        if !work.probe.alpha {
            contest.offer(jpeg::lossy(&still, false, contest.to_beat())?);
        }
        contest.take(quantised(&still, work, contest.to_beat()))?;
        modern::lossy_copies(&still, contest)?;
    }
    Ok(true)
}

fn plain(data: Vec<u8>) -> Candidate {
    Candidate { data, format: Format::Png, lossy: None }
}

/// The very same samples in the best form.
fn lossless(work: &Work<'_>) -> Result<Option<Candidate>> {
    let probe = work.probe;
    let sample = if probe.bits > 8 { 2 } else { 1 };
    let bytes = 4 * sample * u64::from(probe.width) * u64::from(probe.height);
    let _memory = work.job.charge(HELD * bytes)?;
    let exact = decode::exact_png(work.source, work.limits, work.job)?;
    packed(exact, &Colors::of(work), work).map(Some)
}

/// `picture`, whose colours are plain sRGB, as the best PNG.
pub(super) fn of_picture(picture: &Image, work: &Work<'_>) -> Result<Option<Candidate>> {
    let mut data = Vec::new();
    let pixels = picture.width() as usize * picture.height() as usize;
    let _memory = work.job.charge(HELD * 4 * pixels as u64)?;
    data.try_reserve_exact(4 * pixels)
        .map_err(|_| Error::too_large("memory", "what the system gives", 4 * pixels))?;
    for y in 0..picture.height() {
        work.job.check()?;
        for pixel in picture.row(y).chunks_exact(picture.layout().channels()) {
            data.extend_from_slice(&match *pixel {
                [gray] => [gray, gray, gray, 255],
                [red, green, blue] => [red, green, blue, 255],
                [red, green, blue, alpha] => [red, green, blue, alpha],
                _ => return Err(Error::internal("png takes no cmyk")),
            });
        }
    }
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let exact = Exact { width, height, sample: 1, data };
    packed(exact, &Colors::default(), work).map(Some)
}

/// The best file of `exact`, read again and compared.
fn packed(exact: Exact, colors: &Colors, work: &Work<'_>) -> Result<Candidate> {
    let exact = stats::narrowed(exact, work.job)?;
    let data = pack::smallest(&exact, colors, work.job)?;
    let read = stats::narrowed(decode::exact_png(&data, work.limits, work.job)?, work.job)?;
    if read != exact {
        return Err(Error::internal("png: the file that was written shows another picture"));
    }
    Ok(plain(data))
}

/// The picture with as few colours as keep the floor; none far above `most` bytes.
fn quantised(still: &Still<'_>, work: &Work<'_>, most: usize) -> Result<Option<Candidate>> {
    let image = &still.image;
    let encoding = |quality| Encoding::Png { fast: true, palette: Palette::Learnt { quality } };
    let memory = to_floor(&encoding(GUESS), (image.width(), image.height()), image.layout());
    let kept = {
        let _memory = work.job.charge(memory)?;
        let encode = |image: &Image, quality| {
            let output = OutputPlan::still(image.width(), image.height(), encoding(quality));
            encode::run_adapter(image, &output, work.job)
        };
        still.floor()?.keep(&encode, GUESS, most.saturating_mul(PACKED))?
    };
    let Some(Kept { data, quality, score }) = kept else { return Ok(None) };
    let bytes = 4 * u64::from(image.width()) * u64::from(image.height());
    let _memory = work.job.charge(HELD * bytes)?;
    let exact = decode::exact_png(&data, work.limits, work.job)?;
    // The picture is upright now, and a profile of grey does not fit a palette of colours.
    let colors = match Colors::of(work) {
        colors if image.layout() == Layout::Gray => colors.upright(),
        colors => colors.upright().for_palette(),
    };
    let file = packed(exact, &colors, work)?;
    Ok(Some(Candidate { lossy: Some((quality, score)), ..file }))
}
