//! A file to fewer bytes that show the same picture, or to the reason why there are none
//! (reference §5).
//!
//! Goes in: a whole file and what the client takes. Comes out: a smaller file, or the source. It
//! is never larger, and never further from the source than was asked: lossless results are decoded
//! and compared with the source, lossy ones are scored against it. A source that cannot be
//! polished is no error but a status; errors are for a job that was cancelled or ran out of time.

mod answer;
mod contest;
mod gif;
mod jpeg;
mod modern;
mod moving;
mod options;
mod png;
mod same;
mod still;
mod webp;

pub use answer::{PolishStatus, Polished};
pub use options::{PolishMode, PolishOptions};

use contest::Contest;

use crate::guard::guard;
use crate::image::{exif, Format, Orientation, Probe, Profile, ProfileUse};
use crate::plan::{DecodePlan, Encoding, Metadata, OutputPlan};
use crate::{decode, Error, Job, Kind, Limits, Result};

/// One source at work.
struct Work<'a> {
    source: &'a [u8],
    probe: &'a Probe,
    options: &'a PolishOptions,
    limits: &'a Limits,
    job: &'a Job,
}

/// Polishes `source`. `Cancelled` and `Timeout` are the only errors.
pub(crate) fn polish(
    source: &[u8],
    options: &PolishOptions,
    limits: &Limits,
    job: &Job,
) -> Result<Polished> {
    job.check()?;
    let mut answer = untouched(source);
    // A bug in a codec must not cost the caller his picture.
    match guard(|| run(source, options, limits, job, &mut answer)) {
        Ok(()) => {}
        Err(error) => match PolishStatus::of(&error) {
            Some(status) => answer = Polished { status, ..answer },
            None => return Err(error),
        },
    }
    Ok(answer)
}

/// The source as the answer.
fn untouched(source: &[u8]) -> Polished {
    let format = decode::sniffed(source);
    Polished {
        data: source.to_vec(),
        status: PolishStatus::NotCompressed,
        format,
        width: 0,
        height: 0,
        quality: None,
        score: None,
        original_format: format,
        original_size: source.len(),
    }
}

fn run(
    source: &[u8],
    options: &PolishOptions,
    limits: &Limits,
    job: &Job,
    answer: &mut Polished,
) -> Result<()> {
    let bytes = source.len() as u64;
    if bytes > limits.source_bytes {
        return Err(Error::too_large("source bytes", limits.source_bytes, bytes));
    }
    let probe = decode::probe(source, limits)?;
    (answer.width, answer.height) = probe.oriented_size();
    let work = Work { source, probe: &probe, options, limits, job };
    let mut contest = Contest::new(probe.format, source.len());
    let tried = match probe.format {
        _ if probe.embedded.gain_map => false,
        Format::Jpeg => jpeg::polish(&work, &mut contest)?,
        Format::Png => png::polish(&work, &mut contest)?,
        Format::Gif => gif::polish(&work, &mut contest)?,
        Format::Webp => webp::polish(&work, &mut contest)?,
        Format::Avif => false,
        other => return Err(Error::unsupported(format!("{} is not polished", other.name()))),
    };
    if !tried {
        answer.status = PolishStatus::NotNeeded;
        return Ok(());
    }
    let limited = contest.limited;
    let (best, in_vain) = contest.end();
    if in_vain {
        answer.status = PolishStatus::WebpBigger;
    }
    if let Some(best) = best {
        if !in_vain {
            answer.status = PolishStatus::Ok;
        }
        answer.data = best.data;
        answer.format = Some(best.format);
        (answer.quality, answer.score) = best.lossy.unzip();
    } else if limited {
        answer.status = PolishStatus::InputTooLarge;
    }
    Ok(())
}

impl Work<'_> {
    fn lossy(&self) -> bool {
        self.options.mode == PolishMode::Lossy
    }

    /// The stored picture, every pixel.
    fn decode_plan(&self) -> DecodePlan {
        let Probe { width, height, .. } = *self.probe;
        DecodePlan { scale: 1, width, height, layout: self.probe.layout(), to_srgb: false }
    }

    /// The profile, where numbers mean other colours with it than without.
    fn profile(&self) -> Profile {
        match self.probe.profile.usage(self.probe.model) {
            ProfileUse::Convert => self.probe.profile.clone(),
            ProfileUse::Nothing | ProfileUse::Broken => Profile::Srgb,
        }
    }

    /// What a file of the stored pixels carries: colours, and how they are turned.
    fn output(&self, encoding: Encoding) -> OutputPlan {
        let Probe { width, height, orientation, .. } = *self.probe;
        let turned = Orientation::from_exif(orientation) != Orientation::IDENTITY;
        let exif = turned.then(|| exif::orientation_only(orientation));
        OutputPlan {
            metadata: Metadata { exif, ..Metadata::default() },
            profile: self.profile(),
            ..OutputPlan::still(width, height, encoding)
        }
    }
}

/// What was made, or nothing where this way of making it takes more than a limit allows or is not
/// possible for the picture. The source's own faults and the job's end stay errors.
fn attempt<T>(made: Result<Option<T>>) -> Result<Option<T>> {
    match made {
        Err(error) if matches!(error.kind(), Kind::TooLarge | Kind::Unsupported) => Ok(None),
        made => made,
    }
}

#[cfg(test)]
mod tests;
