//! JPEG: coefficients coded anew; and, where that is asked for, quantised anew down to the floor.

use super::contest::{Candidate, Contest};
use super::same::same_pixels;
use super::still::Still;
use super::{attempt, modern, Work};
use crate::image::{Format, Layout};
use crate::plan::{to_floor, Encoding};
use crate::quality::Kept;
use crate::{decode, encode, Result};

/// Quality from which the search begins.
const GUESS: u8 = 82;

pub(super) fn polish(work: &Work<'_>, contest: &mut Contest) -> Result<bool> {
    contest.offer(lossless(work)?);
    if !work.lossy() {
        // A JPEG that must not lose anything never becomes another format (reference §5).
        return Ok(true);
    }
    let Some(still) = attempt(Still::of(work))? else { return Ok(true) };
    let halved = work.probe.subsampling == Some("4:2:0");
    contest.offer(lossy(&still, !halved, contest.to_beat())?);
    modern::lossy_copies(&still, contest)?;
    Ok(true)
}

/// The same coefficients in fewer bytes; `None` where a decoder would show other pixels, as it
/// may of a progressive file whose last scans are missing.
fn lossless(work: &Work<'_>) -> Result<Option<Candidate>> {
    let _memory = work.job.charge(memory(work))?;
    let encoding =
        Encoding::Jpeg { quality: 100, progressive: true, full_chroma: true, fast: false };
    let output = work.output(encoding);
    let data = encode::recoded_jpeg(work.source, &output, work.limits, work.job)?;
    let plan = work.decode_plan();
    let read = |file: &[u8]| decode::decode(file, work.probe, &plan, work.limits, work.job);
    let same = same_pixels(&read(work.source)?, &read(&data)?, work.job)?;
    Ok(same.then_some(Candidate { data, format: Format::Jpeg, lossy: None }))
}

/// Bytes that are held at the worst moment: both decoded pictures, and the coefficients of one.
fn memory(work: &Work<'_>) -> u64 {
    let pixels = u64::from(work.probe.width) * u64::from(work.probe.height);
    let channels = work.probe.layout().channels() as u64;
    let coefficients = match work.probe.subsampling {
        Some("4:2:0") => 3,
        Some("4:2:2") => 4,
        _ => 2 * channels,
    };
    (2 * channels + coefficients) * pixels + 2 * work.source.len() as u64
}

/// The smallest JPEG that keeps the floor; none far above `most` bytes. `may_be_full` says that
/// full chroma is tried as well.
pub(super) fn lossy(
    still: &Still<'_>,
    may_be_full: bool,
    most: usize,
) -> Result<Option<Candidate>> {
    let mut best: Option<Candidate> = None;
    let gray = still.image.layout() == Layout::Gray;
    for full_chroma in [false, true] {
        if full_chroma && (gray || (!may_be_full && best.is_some())) {
            continue;
        }
        let most = best.as_ref().map_or(most, |best| best.data.len());
        let made = attempt(with_chroma(still, full_chroma, most))?;
        let better =
            |made: &Candidate| best.as_ref().is_none_or(|best| made.data.len() < best.data.len());
        best = made.filter(better).or(best);
    }
    Ok(best)
}

fn with_chroma(still: &Still<'_>, full_chroma: bool, most: usize) -> Result<Option<Candidate>> {
    let job = still.job;
    let encoding = Encoding::Jpeg { quality: 0, progressive: true, full_chroma, fast: false };
    let size = (still.image.width(), still.image.height());
    let _memory = job.charge(to_floor(&encoding, size, still.image.layout()))?;
    let encode = |image: &_, quality| encode::thorough_jpeg(image, quality, full_chroma, job);
    let Some(Kept { data, quality, score }) = still.floor()?.keep(&encode, GUESS, most)? else {
        return Ok(None);
    };
    let data = still.carried(data, encoding)?;
    Ok(Some(Candidate { data, format: Format::Jpeg, lossy: Some((quality, score)) }))
}
