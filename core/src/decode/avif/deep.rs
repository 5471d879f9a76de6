//! Colours that are converted while there are still more than 8 bits of them.

use crate::color::{self, Rows};
use crate::image::{Image, Profile};
use crate::kernel::yuv::{self, Frame, Meaning};
use crate::{Job, Result};

/// Fills `image` with `frame`, converted by `rows`; `false` when its samples have 8 bits.
pub(super) fn fill(
    frame: &Frame<'_>,
    meaning: Meaning,
    rows: &dyn Rows<u16>,
    image: &mut Image,
    job: &Job,
) -> Result<bool> {
    let Frame::High(planes) = frame else { return Ok(false) };
    yuv::deep_rows(planes, meaning, image, job, |wide, row| rows.convert(wide, row))?;
    Ok(true)
}

/// Converts what is narrowed already.
pub(super) fn convert(image: &mut Image, profile: &Profile, job: &Job) -> Result<()> {
    let Some(rows) = color::converter::<u8>(profile, image.layout()) else { return Ok(()) };
    let mut from = vec![0; image.stride()];
    let mut done = Ok(());
    image.for_rows(job, |row| {
        if done.is_ok() {
            from.copy_from_slice(row);
            done = rows.convert(&from, row);
        }
    })?;
    done
}
