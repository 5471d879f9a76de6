//! Encodes to a score: guesses the encoder's quality from figures of the picture, looks at the
//! result, and corrects the guess once.

mod features;
mod floor;
mod masking;
mod model;
mod numbers;
mod trial;

pub use features::Features;
pub(crate) use floor::{Floor, Kept};
pub use model::knob;
pub(crate) use trial::decoded;
pub use trial::{trial, Trial};

use crate::encode::{self, Encoded};
use crate::image::Image;
use crate::insight::Judge;
use crate::plan::{OutputPlan, Target};
use crate::{Job, Limits, Result};

/// A picture that was encoded to a score.
pub(crate) struct Found {
    /// Its bytes and the settings that were chosen.
    pub encoded: Encoded,
    /// Its score, where it was verified.
    pub score: Option<f64>,
    /// How often the picture was encoded.
    pub encodes: u8,
}

/// Encodes `image` so that its score is `target`'s, with at most two encodes.
pub(crate) fn encode(
    image: &Image,
    output: &OutputPlan,
    target: Target,
    limits: &Limits,
    job: &Job,
) -> Result<Found> {
    let model = model::Model::new(&Features::of(image, job)?, image.layout());
    let wanted = f64::from(target.score);
    let first = OutputPlan { encoding: model.guess(&output.encoding, wanted), ..output.clone() };
    if !target.verified {
        let encoded = encode::encode(image, &first, job)?;
        return Ok(Found { encoded, score: None, encodes: 1 });
    }
    let judge = Judge::new(image, job)?;
    let before = trial::scored(image, &judge, &first, limits, job)?;
    let corrected = model.correct(&before.encoded.encoding, before.score, wanted);
    let miss = |score: f64| (score - wanted).abs();
    if miss(before.score) <= Target::TOLERANCE || corrected == first.encoding {
        return Ok(before.found(1));
    }
    let second = OutputPlan { encoding: corrected, ..first };
    let after = trial::scored(image, &judge, &second, limits, job)?;
    let best = if miss(after.score) < miss(before.score) { after } else { before };
    Ok(best.found(2))
}
