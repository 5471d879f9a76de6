//! Reads BMP through `image`: 1 to 32 bits, palettes, run lengths and masks.

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder};

use super::pieces;
use super::watched::{contained, Watched};
use crate::image::{ColorModel, Embedded, Format, Image, Probe, Profile};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// Sizes of the headers behind the file's own, from OS/2's first to the fifth of Windows.
const HEADERS: [u32; 8] = [12, 16, 40, 52, 56, 64, 108, 124];

/// Whether `source` begins as a BMP: two letters are too few to tell it from a text.
pub(super) fn is_bmp(source: &[u8]) -> bool {
    let header = source.get(14..18).and_then(|bytes| bytes.try_into().ok());
    source.starts_with(b"BM")
        && header.is_some_and(|bytes| HEADERS.contains(&u32::from_le_bytes(bytes)))
}

/// Reads the header.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let job = Job::default();
    let decoder = contained("bmp", || open(source, &job))?;
    let (width, height) = decoder.dimensions();
    super::check_size(width, height, limits.source_side, limits)?;
    let alpha = decoder.color_type().has_alpha();
    Ok(Probe {
        format: Format::Bmp,
        width,
        height,
        frames: 1,
        loops: 0,
        duration_ms: 0,
        orientation: 1,
        model: ColorModel::Rgb,
        alpha,
        frames_alpha: alpha,
        bits: 8,
        progressive: false,
        lossless: true,
        subsampling: None,
        profile: Profile::Srgb,
        embedded: Embedded::default(),
    })
}

fn open<'a>(source: &'a [u8], job: &'a Job) -> Result<BmpDecoder<Watched<'a>>> {
    BmpDecoder::new(Watched::new(source, Some(job)))
        .map_err(|error| pieces::error("bmp", &error, job))
}

/// Decodes the picture.
pub(super) fn decode(source: &[u8], plan: &DecodePlan, job: &Job) -> Result<Image> {
    let mut image = Image::new(plan.width, plan.height, plan.layout)?;
    contained("bmp", || {
        let decoder = open(source, job)?;
        let stored = decoder.color_type();
        let planned = matches!(stored, ColorType::Rgb8 | ColorType::Rgba8)
            && decoder.dimensions() == (plan.width, plan.height)
            && decoder.total_bytes() == image.data().len() as u64;
        if !planned {
            return Err(Error::malformed("bmp: two readings of the header differ"));
        }
        let read = decoder.read_image(image.data_mut());
        read.map_err(|error| pieces::error("bmp", &error, job))
    })?;
    Ok(image)
}
