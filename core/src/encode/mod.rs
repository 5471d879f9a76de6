//! Pixels to bytes: one adapter a format.

mod avif;
mod gif;
mod jpeg;
mod png;
mod sink;
mod webp;

use crate::backends::Backend;
use crate::image::Image;
use crate::kernel::{libjpeg, libwebp, IMAGE_CRATE};
use crate::plan::{Encoding, OutputPlan};
use crate::{Error, Job, Result};

/// Writes `image` as `output` says.
pub(crate) fn encode(image: &Image, output: &OutputPlan, job: &Job) -> Result<Vec<u8>> {
    job.check()?;
    run_adapter(image, output, job)
}

/// Encodes by the adapter of the format. It asks `job` by itself.
pub(crate) fn run_adapter(image: &Image, output: &OutputPlan, job: &Job) -> Result<Vec<u8>> {
    match output.encoding {
        Encoding::Jpeg { quality, progressive, full_chroma, fast } => {
            let exif = output.exif.as_deref();
            let settings = jpeg::Settings { quality, progressive, full_chroma, fast, exif };
            jpeg::encode(image, &settings, job)
        }
        Encoding::Png { fast } => png::encode(image, fast, job),
        Encoding::Gif => gif::encode(image, job),
        Encoding::Webp { quality, method } => webp::encode(image, quality, method, job),
        Encoding::Avif { quality, speed, full_chroma } => {
            avif::encode(image, avif::Settings { quality, speed, full_chroma }, job)
        }
        Encoding::Json => Err(Error::internal("json has no pixels")),
    }
}

/// Encoders of this build.
pub(crate) fn backends() -> Vec<Backend> {
    // SAFETY: takes and keeps nothing.
    let webp = unsafe { libwebp_sys::WebPGetEncoderVersion() };
    let mut all = vec![
        Backend { role: "jpeg encode", name: libjpeg::name(), accelerated: libjpeg::accelerated() },
        Backend { role: "png encode", name: IMAGE_CRATE.to_owned(), accelerated: true },
        Backend { role: "gif encode", name: IMAGE_CRATE.to_owned(), accelerated: true },
        Backend {
            role: "webp encode",
            name: libwebp::name(webp),
            accelerated: libwebp::accelerated(),
        },
    ];
    all.extend(avif::backends());
    all
}
