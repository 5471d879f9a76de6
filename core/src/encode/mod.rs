//! Pixels to bytes: one adapter a format.

mod avif;
mod gif;
mod jpeg;
mod png;
mod webp;

use crate::backends::Backend;
use crate::image::Image;
use crate::kernel::libjpeg;
use crate::plan::{Encoding, OutputPlan};
use crate::{Error, Job, Result};

/// Writes `image` as `output` says.
pub(crate) fn encode(image: &Image, output: &OutputPlan, job: &Job) -> Result<Vec<u8>> {
    job.check()?;
    match &output.encoding {
        &Encoding::Jpeg { quality, progressive, full_chroma, fast } => {
            let exif = output.exif.as_deref();
            let settings = jpeg::Settings { quality, progressive, full_chroma, fast, exif };
            jpeg::encode(image, &settings, job)
        }
        Encoding::Png { .. } => Err(Error::unsupported("png output is not built yet")),
        Encoding::Gif => Err(Error::unsupported("gif output is not built yet")),
        Encoding::Webp { .. } => Err(Error::unsupported("webp output is not built yet")),
        &Encoding::Avif { quality, speed, full_chroma } => {
            avif::encode(image, avif::Settings { quality, speed, full_chroma }, job)
        }
        Encoding::Json => Err(Error::internal("json has no pixels")),
    }
}

/// Encoders of this build.
pub(crate) fn backends() -> Vec<Backend> {
    let jpeg =
        Backend { role: "jpeg encode", name: libjpeg::name(), accelerated: libjpeg::accelerated() };
    [vec![jpeg], avif::backends()].concat()
}
