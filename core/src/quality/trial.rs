//! One encode, decoded again and scored.

use super::Found;
use crate::encode::{self, Encoded};
use crate::image::Image;
use crate::insight::Judge;
use crate::plan::{DecodePlan, Encoding, OutputPlan};
use crate::{decode, Job, Limits, Result};

/// What one setting makes of a picture.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The file.
    pub data: Vec<u8>,
    /// Its SSIMULACRA2 score against the picture.
    pub score: f64,
}

/// Encodes `image` with `encoding` and scores the result. For tools that measure encoders.
pub fn trial(image: &Image, encoding: &Encoding, job: &Job) -> Result<Trial> {
    let output = OutputPlan::still(image.width(), image.height(), encoding.clone());
    let judge = Judge::new(image, job)?;
    let scored = scored(image, &judge, &output, &Limits::default(), job)?;
    Ok(Trial { data: scored.encoded.data, score: scored.score })
}

pub(super) struct Scored {
    pub encoded: Encoded,
    pub score: f64,
}

impl Scored {
    pub fn found(self, encodes: u8) -> Found {
        Found { encoded: self.encoded, score: Some(self.score), encodes }
    }
}

pub(super) fn scored(
    image: &Image,
    judge: &Judge,
    output: &OutputPlan,
    limits: &Limits,
    job: &Job,
) -> Result<Scored> {
    let encoded = encode::encode(image, output, job)?;
    let score = judge.score(&decoded(&encoded.data, limits, job)?, job)?;
    Ok(Scored { encoded, score })
}

/// What a client sees of `data`, which we have just written: bounds on sources do not hold for it.
pub(crate) fn decoded(data: &[u8], limits: &Limits, job: &Job) -> Result<Image> {
    let limits = Limits {
        source_bytes: u64::MAX,
        source_pixels: u64::MAX,
        source_side: u32::MAX,
        ..limits.clone()
    };
    let probe = decode::probe(data, &limits)?;
    let layout = probe.layout();
    let (width, height) = (probe.width, probe.height);
    let plan = DecodePlan { scale: 1, width, height, layout, to_srgb: false };
    decode::decode(data, &probe, &plan, &limits, job)
}
