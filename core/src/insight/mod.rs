//! Pixels to facts: what a plan needs to know of a picture before it is made.

mod content;
pub(crate) mod describe;
mod detail;
pub(crate) mod faces;
mod interest;
mod lab;
mod saliency;
mod similarity;

use crate::image::{Image, Orientation, Probe};
use crate::options::{Options, TrimBorder};
use crate::plan::look::{Attention, Look, FACES_SIDE, INTEREST_SIDE};
use crate::plan::{DecodePlan, Face, Interest, Measured, Needs};
use crate::{plan, transform, Job, Result};

pub(crate) use similarity::{excerpt, whole_score, Judge};

/// Decodes the source as a plan says.
pub(crate) type Decode<'a> = dyn Fn(&DecodePlan) -> Result<Image> + 'a;

/// Measures what `options` ask about the pixels, on the smallest decode that tells it.
pub(crate) fn measure(
    decode: &Decode<'_>,
    probe: &Probe,
    options: &Options,
    job: &Job,
) -> Result<Measured> {
    if plan::vector::is_sent(probe, options) {
        return Ok(Measured::default());
    }
    let needs = Needs::of(options);
    let eye = Eye { decode, probe, job };
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
    decode: &'a Decode<'a>,
    probe: &'a Probe,
    job: &'a Job,
}

impl Eye<'_> {
    /// Whoever asks has the memory on the account.
    fn picture(&self, look: &Look) -> Result<Image> {
        let mut image = (self.decode)(&look.decode)?;
        for step in &look.steps {
            self.job.check()?;
            image = transform::run(step, image, &self.probe.profile, self.job)?;
        }
        Ok(image)
    }

    fn interest(&self, attention: Attention) -> Result<Interest> {
        let look = Look::small(self.probe, INTEREST_SIDE);
        let _memory = self.job.charge(look.memory)?;
        let image = self.picture(&look)?;
        interest::measure(&image, attention, self.job)
    }

    fn faces(&self) -> Result<Vec<Face>> {
        let look = Look::small(self.probe, FACES_SIDE);
        let _memory = self.job.charge(look.memory)?;
        let image = self.picture(&look)?;
        faces::find(&image, self.job)
    }

    fn content(&self, border: &TrimBorder) -> Result<[u32; 4]> {
        let probe = self.probe;
        let look = Look::full(probe);
        let _memory = self.job.charge(look.memory)?;
        let image = self.picture(&look)?;
        let stored = content::find(&image, border, !probe.lossless, self.job)?;
        let size = (f64::from(probe.width), f64::from(probe.height));
        let orientation = Orientation::from_exif(probe.orientation);
        let seen = orientation.rectangle_in_result(stored.map(f64::from), size);
        let empty = stored[2] == 0;
        Ok(if empty { [0; 4] } else { seen.map(|edge| edge as u32) })
    }
}
