//! Pixels to facts: what a plan needs to know of a picture before it is made.

mod content;
pub(crate) mod describe;
mod detail;
pub(crate) mod faces;
mod interest;
mod lab;
mod saliency;
mod similarity;
mod upright;

use crate::image::{Orientation, Probe};
use crate::options::{Options, TrimBorder};
use crate::plan::look::{Attention, Look, FACES_SIDE, INTEREST_SIDE};
use crate::plan::{Face, Interest, Measured, Needs};
use crate::{Job, Limits, Result};

pub(crate) use similarity::Judge;

/// Measures what `options` ask about the pixels of `source`, on the smallest decode that tells it.
pub(crate) fn measure(
    source: &[u8],
    probe: &Probe,
    options: &Options,
    limits: &Limits,
    job: &Job,
) -> Result<Measured> {
    let needs = Needs::of(options);
    let eye = Eye { source, probe, limits, job };
    let mut measured = Measured::default();
    if let Some(border) = needs.border {
        measured.content = Some(eye.content(&border)?);
    }
    if needs.faces {
        measured.faces = Some(eye.faces()?);
    }
    let found = measured.faces.as_ref().is_some_and(|faces| !faces.is_empty());
    if let Some(attention) = needs.interest.filter(|_| !found) {
        measured.interest = Some(eye.interest(attention)?);
    }
    Ok(measured)
}

struct Eye<'a> {
    source: &'a [u8],
    probe: &'a Probe,
    limits: &'a Limits,
    job: &'a Job,
}

impl Eye<'_> {
    fn interest(&self, attention: Attention) -> Result<Interest> {
        let look = Look::small(self.probe, INTEREST_SIDE);
        let _memory = self.job.charge(look.memory)?;
        let image = upright::picture(&look, self.source, self.probe, self.limits, self.job)?;
        interest::measure(&image, attention, self.job)
    }

    fn faces(&self) -> Result<Vec<Face>> {
        let look = Look::small(self.probe, FACES_SIDE);
        let _memory = self.job.charge(look.memory)?;
        let image = upright::picture(&look, self.source, self.probe, self.limits, self.job)?;
        faces::find(&image, self.job)
    }

    fn content(&self, border: &TrimBorder) -> Result<[u32; 4]> {
        let probe = self.probe;
        let look = Look::full(probe);
        let _memory = self.job.charge(look.memory)?;
        let image = upright::picture(&look, self.source, probe, self.limits, self.job)?;
        let stored = content::find(&image, border, !probe.lossless, self.job)?;
        let size = (f64::from(probe.width), f64::from(probe.height));
        let orientation = Orientation::from_exif(probe.orientation);
        let seen = orientation.rectangle_in_result(stored.map(f64::from), size);
        let empty = stored[2] == 0;
        Ok(if empty { [0; 4] } else { seen.map(|edge| edge as u32) })
    }
}
