//! Pixels to bytes: one adapter a format.

mod avif;
mod carry;
mod gif;
mod jpeg;
mod palette;
mod png;
mod sink;
mod webp;

use crate::backends::Backend;
use crate::image::{Frame, Image};
use crate::kernel::{libjpeg, libwebp, IMAGE_CRATE};
use crate::plan::{Encoding, OutputPlan};
use crate::{Error, Job, Limits, Result};

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
    if let Encoding::Png { fast, palette } = output.encoding {
        let (data, palette) = png::encode(image, fast, palette, job)?;
        let data = carry::into_file(data, output)?;
        return Ok(Encoded { data, encoding: Encoding::Png { fast, palette } });
    }
    let data = carry::into_file(run_adapter(image, output, job)?, output)?;
    Ok(Encoded { data, encoding: output.encoding.clone() })
}

/// `file` with the metadata and the profile of `output`; [`encode`] has put them in already.
pub(crate) fn carried(file: Vec<u8>, output: &OutputPlan) -> Result<Vec<u8>> {
    carry::into_file(file, output)
}

/// The JPEG `source` with its coefficients coded anew and nothing else but what `output` says that
/// it carries. Damaged data is `Malformed`.
pub(crate) fn recoded_jpeg(
    source: &[u8],
    output: &OutputPlan,
    limits: &Limits,
    job: &Job,
) -> Result<Vec<u8>> {
    let file = jpeg::recode(source, output.metadata.exif.as_deref(), limits, job)?;
    carry::into_file(file, output)
}

/// `image` as a JPEG that takes the fewest bytes at its quality, without metadata.
pub(crate) fn thorough_jpeg(
    image: &Image,
    quality: u8,
    full_chroma: bool,
    job: &Job,
) -> Result<Vec<u8>> {
    let settings = jpeg::Settings {
        quality,
        progressive: true,
        full_chroma,
        fast: false,
        thorough: true,
        exif: None,
    };
    jpeg::encode(image, &settings, job)
}

/// `image` as an AVIF that takes the fewest bytes for its score, at an encoder's speed.
///
/// Full chroma: AV1 predicts it from luma, so that it takes no more bytes at the same score.
pub(crate) fn thorough_avif(image: &Image, quality: u8, speed: u8, job: &Job) -> Result<Vec<u8>> {
    let settings = avif::Settings { quality, speed, full_chroma: true, thorough: true };
    avif::encode(image, settings, job)
}

/// What a PNG starts with.
pub(crate) const PNG_SIGNATURE: &[u8] = png::SIGNATURE;

/// Appends a chunk to a PNG.
pub(crate) fn push_png_chunk(file: &mut Vec<u8>, kind: &[u8; 4], parts: &[&[u8]]) -> Result<()> {
    png::push(file, kind, parts)
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
    let plan = output.animation.ok_or_else(|| Error::internal("no animation was planned"))?;
    match output.encoding {
        Encoding::Gif => gif::begin(output, plan),
        Encoding::Webp { quality, method } => webp::begin(output, plan, quality, method, job),
        Encoding::Avif { quality, speed, full_chroma } => {
            avif::begin(output, plan, avif::Settings::usual(quality, speed, full_chroma))
        }
        Encoding::Png { fast, .. } => png::begin(output, plan, fast),
        Encoding::Jpeg { .. } | Encoding::Source(_) | Encoding::Json => {
            Err(Error::internal("a format without animation was planned for one"))
        }
    }
}

/// Encodes by the adapter of the format. It asks `job` by itself.
pub(crate) fn run_adapter(image: &Image, output: &OutputPlan, job: &Job) -> Result<Vec<u8>> {
    match output.encoding {
        Encoding::Jpeg { quality, progressive, full_chroma, fast } => {
            let exif = output.metadata.exif.as_deref();
            let settings =
                jpeg::Settings { quality, progressive, full_chroma, fast, thorough: false, exif };
            jpeg::encode(image, &settings, job)
        }
        Encoding::Png { fast, palette } => {
            png::encode(image, fast, palette, job).map(|(data, _)| data)
        }
        Encoding::Gif => gif::encode(image, job),
        Encoding::Webp { quality, method } => webp::encode(image, quality, method, job),
        Encoding::Avif { quality, speed, full_chroma } => {
            avif::encode(image, avif::Settings::usual(quality, speed, full_chroma), job)
        }
        Encoding::Source(_) | Encoding::Json => Err(Error::internal("nothing to encode")),
    }
}

/// Encoders of this build.
pub(crate) fn backends() -> Vec<Backend> {
    // SAFETY: takes and keeps nothing.
    let webp = unsafe { libwebp_sys::WebPGetEncoderVersion() };
    let mut all = vec![
        Backend { role: "jpeg encode", name: libjpeg::name(), accelerated: libjpeg::accelerated() },
        Backend { role: "png encode", name: IMAGE_CRATE.to_owned(), accelerated: true },
        Backend { role: "gif encode", name: "quantizr 1.4".to_owned(), accelerated: true },
        Backend {
            role: "webp encode",
            name: libwebp::name(webp),
            accelerated: libwebp::accelerated(),
        },
    ];
    all.extend(avif::backends());
    all
}
