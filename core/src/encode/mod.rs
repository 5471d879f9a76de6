//! Pixels to bytes: one adapter a format.

mod gif;
mod jpeg;
mod png;
mod webp;

use crate::backends::Backend;
use crate::image::Image;
use crate::plan::{Encoding, OutputPlan};
use crate::{Error, Job, Result};

/// Writes `image` as `output` says.
pub(crate) fn encode(_image: &Image, output: &OutputPlan, job: &Job) -> Result<Vec<u8>> {
    job.check()?;
    match &output.encoding {
        Encoding::Jpeg { .. } => Err(Error::unsupported("jpeg output is not built yet")),
        Encoding::Png { .. } => Err(Error::unsupported("png output is not built yet")),
        Encoding::Gif => Err(Error::unsupported("gif output is not built yet")),
        Encoding::Webp { .. } => Err(Error::unsupported("webp output is not built yet")),
        Encoding::Avif { .. } => Err(Error::unsupported("avif output is not built yet")),
        Encoding::Json => Err(Error::internal("json has no pixels")),
    }
}

/// Encoders of this build.
pub(crate) fn backends() -> Vec<Backend> {
    Vec::new()
}
