//! Pixels to bytes: one adapter a format.

mod avif;
mod gif;
mod jpeg;
mod png;
mod sink;
mod webp;

use crate::backends::Backend;
use crate::image::{Frame, Image};
use crate::kernel::{libjpeg, libwebp, IMAGE_CRATE};
use crate::plan::{Encoding, OutputPlan};
use crate::{Error, Job, Result};

/// A finished file.
pub(crate) struct Encoded {
    /// Its bytes.
    pub data: Vec<u8>,
    /// The encoder's settings in the end, where the plan left a choice.
    pub encoding: Encoding,
}

/// Writes `image` as `output` says.
pub(crate) fn encode(image: &Image, output: &OutputPlan, job: &Job) -> Result<Encoded> {
    job.check()?;
    let data = run_adapter(image, output, job)?;
    Ok(Encoded { data, encoding: output.encoding.clone() })
}

/// Takes the frames of an animation one by one, so that memory does not grow with their number.
pub(crate) trait Animation {
    /// Adds the next frame.
    fn add(&mut self, frame: &Frame, job: &Job) -> Result<()>;
    /// The finished file.
    fn finish(self: Box<Self>, job: &Job) -> Result<Vec<u8>>;
}

/// Begins the animation that `output` plans.
pub(crate) fn animation(output: &OutputPlan, job: &Job) -> Result<Box<dyn Animation>> {
    job.check()?;
    let name = output.encoding.format().name();
    Err(Error::unsupported(format!("{name}: animation is not written in this version")))
}

/// Encodes by the adapter of the format. It asks `job` by itself.
pub(crate) fn run_adapter(image: &Image, output: &OutputPlan, job: &Job) -> Result<Vec<u8>> {
    match output.encoding {
        Encoding::Jpeg { quality, progressive, full_chroma, fast } => {
            let exif = output.metadata.exif.as_deref();
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
