//! Reads the first page of a TIFF through `tiff`: 1 to 16 bits, grey, palette, RGB, RGBA and
//! CMYK, in strips, tiles or planes. JPEG inside is refused.
//!
//! The crate knows no palettes: such a page is read as grey, whose numbers are then looked up.

mod directory;
mod rows;

use std::io::{Read, Result as IoResult, Seek, SeekFrom};

use ::tiff::decoder::{Decoder, Limits as Bounds};
use ::tiff::tags::Tag;
use ::tiff::{ColorType, TiffError};

use super::watched::{contained, Watched};
use crate::image::{xmp, ColorModel, Embedded, Format, Image, Probe, Profile};
use crate::kernel::yuv::unpremultiply;
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};
use rows::Rows;

/// Compressions that are read: none, fax group 4, LZW, both numbers of deflate, PackBits.
const COMPRESSIONS: [u16; 6] = [1, 4, 5, 8, 32_946, 32_773];
/// The number of JPEG in TIFF, and that of its forerunner.
const JPEG: [u16; 2] = [6, 7];
/// Bytes of stored samples for each pixel that the plan counts on, at one byte a sample.
pub(super) const PLANNED: u64 = 5;

/// How a page stores its pixels.
#[derive(Debug, Clone)]
struct Page {
    width: u32,
    height: u32,
    /// Bits of a sample: 1, 2, 4, 8 or 16.
    bits: u8,
    /// Samples of a pixel, as the crate gives them.
    samples: usize,
    /// Of these, how many are colour.
    colors: usize,
    alpha: Alpha,
    /// Whether each sample has a plane of its own.
    planar: bool,
    /// Red, green and blue of each index.
    palette: Option<Vec<[u8; 3]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alpha {
    None,
    Straight,
    Multiplied,
}

/// Reads the directory of the first page.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let job = Job::default();
    contained("tiff", || {
        let mut decoder = open(source, limits, &job)?;
        let page = page(&mut decoder, limits, &job)?;
        let alpha = page.alpha != Alpha::None;
        let model = match (page.colors, &page.palette) {
            (1, None) => ColorModel::Gray,
            (4, _) => ColorModel::Cmyk,
            _ => ColorModel::Rgb,
        };
        let most = limits.profile_bytes as usize;
        let profile = bytes(&mut decoder, Tag::IccProfile).filter(|icc| icc.len() <= most);
        let packet = bytes(&mut decoder, Tag::Unknown(700));
        let xmp = packet.filter(|packet| packet.len() <= limits.exif_bytes as usize);
        let signed = xmp.as_deref().is_some_and(xmp::has_provenance);
        Ok(Probe {
            format: Format::Tiff,
            width: page.width,
            height: page.height,
            frames: 1,
            loops: 0,
            duration_ms: 0,
            orientation: orientation(&mut decoder),
            model,
            alpha,
            frames_alpha: alpha,
            bits: page.bits.max(8),
            progressive: false,
            lossless: true,
            subsampling: None,
            profile: profile.map_or(Profile::Srgb, Profile::Icc),
            embedded: Embedded { xmp, content_credentials: signed, ..Embedded::default() },
        })
    })
}

/// Decodes the first page.
pub(super) fn decode(
    source: &[u8],
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    contained("tiff", || {
        let mut decoder = open(source, limits, job)?;
        let page = page(&mut decoder, limits, job)?;
        if (page.width, page.height) != (plan.width, plan.height) {
            return Err(Error::malformed("tiff: two readings of the header differ"));
        }
        let layout = decoder.image_buffer_layout().map_err(|error| failed(&error, job))?;
        let stored = layout.complete_len as u64;
        let wide = if page.bits > 8 { 2 } else { 1 };
        let planned = PLANNED * wide * u64::from(page.width) * u64::from(page.height);
        let _more = job.charge(stored.saturating_sub(planned))?;
        let mut samples = rows::buffer(stored)?;
        decoder.read_image_bytes(&mut samples).map_err(|error| failed(&error, job))?;
        let mut image = Image::new(plan.width, plan.height, plan.layout)?;
        Rows::new(&page, &samples)?.write(&mut image, job)?;
        if page.alpha == Alpha::Multiplied {
            unpremultiply(&mut image, job)?;
        }
        Ok(image)
    })
}

/// The source, with the two bytes that call a palette a palette told as grey.
struct Source<'a> {
    bytes: Watched<'a>,
    grey: Option<(u64, [u8; 2])>,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let start = self.bytes.stream_position()?;
        let read = self.bytes.read(buffer)?;
        if let Some((at, value)) = self.grey {
            for (byte, place) in value.into_iter().zip(at..) {
                let inside = place.checked_sub(start).and_then(|place| usize::try_from(place).ok());
                if let Some(target) = inside.and_then(|place| buffer[..read].get_mut(place)) {
                    *target = byte;
                }
            }
        }
        Ok(read)
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, position: SeekFrom) -> IoResult<u64> {
        self.bytes.seek(position)
    }
}

type Pages<'a> = Decoder<Source<'a>>;

fn open<'a>(source: &'a [u8], limits: &Limits, job: &'a Job) -> Result<Pages<'a>> {
    let memory = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let bounds = || {
        let mut bounds = Bounds::default();
        bounds.decoding_buffer_size = memory;
        bounds.intermediate_buffer_size = memory;
        bounds.ifd_value_size = (limits.profile_bytes as usize).max(bounds.ifd_value_size);
        bounds
    };
    let grey = directory::palette_mark(source);
    let source = Source { bytes: Watched::new(source, Some(job)), grey };
    let decoder = Decoder::new(source).map_err(|error| failed(&error, job))?;
    Ok(decoder.with_limits(bounds()))
}

/// What the directory says of the samples, or why they cannot be read.
fn page(decoder: &mut Pages<'_>, limits: &Limits, job: &Job) -> Result<Page> {
    let failed = |error: TiffError| failed(&error, job);
    let (width, height) = decoder.dimensions().map_err(failed)?;
    super::check_size(width, height, limits.source_side, limits)?;
    check_coding(decoder)?;
    let color = decoder.colortype().map_err(failed)?;
    let (samples, colors) = match color {
        ColorType::Gray(_) => (1, 1),
        ColorType::RGB(_) => (3, 3),
        ColorType::RGBA(_) => (4, 3),
        ColorType::CMYK(_) => (4, 4),
        ColorType::CMYKA(_) => (5, 4),
        ColorType::Multiband { num_samples: samples @ 1..=8, .. } => (usize::from(samples), 1),
        _ => return Err(Error::unsupported("tiff: samples of another kind")),
    };
    let bits = color.bit_depth();
    if !matches!(bits, 1 | 2 | 4 | 8 | 16) {
        return Err(Error::unsupported(format!("tiff: samples of {bits} bits")));
    }
    check_predictor(decoder, samples)?;
    let alpha = if samples > colors && colors < 4 { alpha(decoder) } else { Alpha::None };
    let planar = samples > 1 && number(decoder, Tag::PlanarConfiguration, 1) == 2;
    let palette = match decoder.inner().grey {
        Some(_) => Some(palette(decoder, bits)?),
        None => None,
    };
    check_chunks(decoder, samples, limits)?;
    Ok(Page { width, height, bits, samples, colors, alpha, planar, palette })
}

fn check_coding(decoder: &mut Pages<'_>) -> Result<()> {
    let compression = number(decoder, Tag::Compression, 1);
    if JPEG.contains(&compression) {
        return Err(Error::unsupported("tiff: jpeg inside is not supported"));
    }
    if !COMPRESSIONS.contains(&compression) {
        return Err(Error::unsupported(format!("tiff: compression {compression}")));
    }
    match number(decoder, Tag::SampleFormat, 1) {
        1 => Ok(()),
        _ => Err(Error::unsupported("tiff: samples that are no plain numbers")),
    }
}

/// The crate drops samples that are no colour before it undoes the predictor, which then mixes
/// up what is left.
fn check_predictor(decoder: &mut Pages<'_>, samples: usize) -> Result<()> {
    let stored = usize::from(number(decoder, Tag::SamplesPerPixel, 1));
    if stored != samples && number(decoder, Tag::Predictor, 1) != 1 {
        return Err(Error::unsupported("tiff: a predictor over samples that are no colour"));
    }
    Ok(())
}

/// A tile may be far larger than the picture; the crate holds a row of it.
fn check_chunks(decoder: &mut Pages<'_>, samples: usize, limits: &Limits) -> Result<()> {
    let (width, _) = decoder.chunk_dimensions();
    let row = u64::from(width) * 2 * samples as u64;
    if row > limits.memory / 4 {
        return Err(Error::too_large("memory", limits.memory, row));
    }
    Ok(())
}

fn alpha(decoder: &mut Pages<'_>) -> Alpha {
    let kinds = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).ok().flatten();
    match kinds.and_then(|kinds| kinds.first().copied()) {
        Some(1) => Alpha::Multiplied,
        Some(2) => Alpha::Straight,
        _ => Alpha::None,
    }
}

fn palette(decoder: &mut Pages<'_>, bits: u8) -> Result<Vec<[u8; 3]>> {
    let colors = 1_usize << bits.min(8);
    let words = decoder.find_tag_unsigned_vec::<u16>(Tag::ColorMap).ok().flatten();
    let words = words.filter(|words| bits <= 8 && words.len() == 3 * colors);
    let words = words.ok_or_else(|| Error::malformed("tiff: a palette without its colours"))?;
    // Some writers put numbers of 8 bits where 16 belong.
    let small = words.iter().all(|word| *word < 256);
    // Writers scale by 256 as often as by 257: the upper half is right for both.
    let byte = |word: u16| if small { word as u8 } else { (word >> 8) as u8 };
    Ok((0..colors).map(|at| [at, colors + at, 2 * colors + at].map(|at| byte(words[at]))).collect())
}

fn orientation(decoder: &mut Pages<'_>) -> u8 {
    let value = number(decoder, Tag::Orientation, 1);
    u8::try_from(value).ok().filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

/// The first number of a tag; `otherwise` where it is absent or broken.
fn number(decoder: &mut Pages<'_>, tag: Tag, otherwise: u16) -> u16 {
    let values = decoder.find_tag_unsigned_vec::<u16>(tag).ok().flatten();
    values.and_then(|values| values.first().copied()).unwrap_or(otherwise)
}

fn bytes(decoder: &mut Pages<'_>, tag: Tag) -> Option<Vec<u8>> {
    decoder.get_tag_u8_vec(tag).ok().filter(|bytes| !bytes.is_empty())
}

fn failed(error: &TiffError, job: &Job) -> Error {
    // A stopped job is not the file's fault, whatever the decoder made of it.
    if let Err(stopped) = job.check() {
        return stopped;
    }
    let ours = match error {
        TiffError::LimitsExceeded => Error::too_large("memory", "what a job may hold", "more"),
        TiffError::UnsupportedError(_) => Error::unsupported("tiff: unknown feature"),
        _ => Error::malformed("tiff: broken data"),
    };
    ours.with_context(error.to_string())
}
