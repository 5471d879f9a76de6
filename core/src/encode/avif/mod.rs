//! AVIF, 8 or 10 bits, full range, BT.601 matrix, sRGB colours.
//!
//! libaom does the work where it was built in; ravif does it otherwise and stays compiled beside
//! it. Neither can be interrupted inside a frame: a job is checked before and after the colour
//! and the alpha picture, and between rows of the conversion. Bytes never depend on the number
//! of threads.

#[cfg(feature = "aom")]
mod aom;
#[cfg(feature = "aom")]
mod boxes;
mod clean;
#[cfg(feature = "aom")]
mod mux;
mod rav1e;
#[cfg(feature = "aom")]
mod sequence;
#[cfg(feature = "aom")]
mod tracks;

#[cfg(feature = "aom")]
pub(super) use sequence::begin;

use crate::backends::Backend;
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// The library that encodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "aom",
    allow(dead_code, reason = "ravif stays built and tested beside libaom")
)]
pub(crate) enum Encoder {
    /// libaom: 4:2:0, 4:4:4 and grey.
    #[cfg(feature = "aom")]
    Aom,
    /// ravif: always 4:4:4, and several times slower at the same size.
    Ravif,
}

impl Encoder {
    /// The best one of this build.
    #[cfg(feature = "aom")]
    pub const BEST: Encoder = Encoder::Aom;
    /// The best one of this build.
    #[cfg(not(feature = "aom"))]
    pub const BEST: Encoder = Encoder::Ravif;
}

/// Knobs of one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    /// 1 to 100.
    pub quality: u8,
    /// 0, smallest, to 10, quickest.
    pub speed: u8,
    /// 4:4:4 instead of 4:2:0. Grey has no chroma at all.
    pub full_chroma: bool,
    /// The fewest bytes for the score: 10 bits, in which predictions are rounded less. It takes a
    /// third more time and twice the memory.
    pub thorough: bool,
}

impl Settings {
    /// Those of a picture that somebody waits for.
    pub fn usual(quality: u8, speed: u8, full_chroma: bool) -> Self {
        Settings { quality, speed, full_chroma, thorough: false }
    }
}

/// Writes `image` (grey, RGB or RGBA) with the best encoder of this build.
pub(crate) fn encode(image: &Image, settings: Settings, job: &Job) -> Result<Vec<u8>> {
    encode_with(Encoder::BEST, image, settings, job)
}

/// Writes `image` with one encoder.
pub(crate) fn encode_with(
    encoder: Encoder,
    image: &Image,
    settings: Settings,
    job: &Job,
) -> Result<Vec<u8>> {
    job.check()?;
    if image.layout() == Layout::Cmyk {
        return Err(Error::internal("avif: cmyk is converted before it is encoded"));
    }
    // The format's own bound: sides are written in 16 bits of the sequence header.
    if image.width().max(image.height()) > 65_535 {
        return Err(Error::too_large("avif side", 65_535, image.width().max(image.height())));
    }
    let data = match encoder {
        #[cfg(feature = "aom")]
        Encoder::Aom => aom::encode(image, settings, job),
        Encoder::Ravif => rav1e::encode(image, settings, job),
    }?;
    job.check()?;
    Ok(data)
}

/// A coded picture or sequence.
#[cfg(feature = "aom")]
struct Coded {
    /// Units of the stream, sequence header first.
    data: Vec<u8>,
    monochrome: bool,
    /// Bits of a sample, 8 or 10.
    bits: u32,
    /// Whether chroma is halved in width and height; also said of grey.
    halved: bool,
}

/// Begins an animation. Without libaom there is none: ravif knows no other frame than the first.
#[cfg(not(feature = "aom"))]
pub(super) fn begin(
    _output: &crate::plan::OutputPlan,
    _plan: crate::plan::AnimationPlan,
    _settings: Settings,
) -> Result<Box<dyn super::Animation>> {
    Err(Error::unsupported("avif: animation needs libaom, which this build is without"))
}

/// Quality of the alpha picture: halfway to the best, because edges of a mask show.
fn alpha_quality(quality: u8) -> u8 {
    quality.saturating_add(100) / 2
}

/// Whether any pixel is not opaque.
fn is_transparent(image: &Image) -> bool {
    image.layout() == Layout::Rgba && image.data().chunks_exact(4).any(|pixel| pixel[3] != 255)
}

/// The encoder that this build uses.
pub(crate) fn backends() -> Vec<Backend> {
    vec![
        #[cfg(feature = "aom")]
        aom::backend(),
        #[cfg(not(feature = "aom"))]
        rav1e::backend(),
    ]
}

#[cfg(test)]
mod tests;
