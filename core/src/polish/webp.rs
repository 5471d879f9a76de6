//! WebP: what is lossless is packed once more; what is lossy or moves stays as it is, as every
//! other modern format does (reference §5).

use super::contest::{Candidate, Contest};
use super::still::Still;
use super::{attempt, modern, Work};
use crate::image::Format;
use crate::original;
use crate::plan::Original;
use crate::{Error, Result};

pub(super) fn polish(work: &Work<'_>, contest: &mut Contest) -> Result<bool> {
    if !work.probe.lossless || work.probe.frames > 1 {
        return Ok(false);
    }
    // Whoever reads the file's own list of chunks to its end finds that none is missing.
    let cut = original::as_it_is(Format::Webp, Original::WithoutMetadata, work.source)
        .ok_or_else(|| Error::malformed("webp: cut short"))?;
    let Some(still) = attempt(Still::of(work))? else { return Ok(true) };
    if work.probe.orientation == 1 {
        contest.offer(Some(Candidate { data: cut, format: Format::Webp, lossy: None }));
        contest.take(modern::lossless_webp(&still))?;
    }
    Ok(true)
}
