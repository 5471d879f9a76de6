//! GIF: frames cut to what changes and packed anew, the same pixels for the same time; a still one
//! may become PNG, and any one WebP.

use super::contest::{Candidate, Contest};
use super::still::Still;
use super::{attempt, modern, moving, png, Work};
use crate::image::Format;
use crate::original;
use crate::plan::{Encoding, Original};
use crate::{Error, Result};

pub(super) fn polish(work: &Work<'_>, contest: &mut Contest) -> Result<bool> {
    let cut = original::as_it_is(Format::Gif, Original::WithoutMetadata, work.source)
        .ok_or_else(|| Error::malformed("gif: cut short"))?;
    moving::check(work)?;
    contest.offer(Some(Candidate { data: cut, format: Format::Gif, lossy: None }));
    contest.take(moving::rewritten(work, Encoding::Gif))?;
    if work.probe.frames > 1 {
        moving::copies(work, contest)?;
        return Ok(true);
    }
    let Some(still) = attempt(Still::of(work))? else { return Ok(true) };
    contest.take(png::of_picture(&still.image, work))?;
    modern::lossless_copy(&still, contest)?;
    if work.lossy() {
        modern::lossy_copies(&still, contest)?;
    }
    Ok(true)
}
