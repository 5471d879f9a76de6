//! AVIF: still pictures, grids, layers and sequences.
//!
//! rav1d cannot be interrupted inside a frame: a job is checked before and after each coded
//! picture and between rows of the colour conversion. `frame_size_limit` keeps a stream from
//! decoding more pixels than the container's header said, which was checked against the limits.

mod av1;
mod canvas;
mod deep;
mod frames;
mod source;

use av1::{Decoder, Picture};
use canvas::Canvas;
use source::{Part, Source, Tile};

pub(super) use frames::frames;

use super::isobmff::{Crop, Nclx};
use crate::backends::Backend;
use crate::color as colors;
use crate::image::{Cicp, ColorModel, Format, Image, Layout, Probe, Profile};
use crate::kernel::yuv::{self, Frame, Meaning};
use crate::{Error, Job, Limits, Result};

/// Reads the boxes of `source`. No pixel is decoded.
///
/// The size is the one after `clap` and before `irot` and `imir`, which are in `orientation`;
/// an EXIF orientation in the file is ignored, as HEIF says.
pub(crate) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let read = Source::read(source, limits)?;
    let config = &read.color.config;
    let sequence = read.sequence();
    let alpha = read.alpha.is_some();
    Ok(Probe {
        format: Format::Avif,
        width: read.crop.width,
        height: read.crop.height,
        frames: sequence.map_or(1, |tracks| tracks.color.samples.count()),
        loops: sequence.map_or(0, |tracks| tracks.color.plays),
        duration_ms: sequence.map_or(0, |tracks| tracks.color.duration_ms()),
        orientation: read.properties.orientation(),
        model: if config.monochrome { ColorModel::Gray } else { ColorModel::Rgb },
        alpha,
        frames_alpha: sequence.map_or(alpha, |tracks| tracks.alpha.is_some()),
        bits: config.bits,
        progressive: read.properties.layered,
        lossless: false,
        subsampling: subsampling(config.monochrome, config.subsampling),
        profile: profile(&read),
        embedded: read.embedded(limits.exif_bytes as usize),
    })
}

fn subsampling(monochrome: bool, halved: (bool, bool)) -> Option<&'static str> {
    match halved {
        _ if monochrome => Some("4:0:0"),
        (true, true) => Some("4:2:0"),
        (true, false) => Some("4:2:2"),
        (false, false) => Some("4:4:4"),
        (false, true) => None,
    }
}

fn profile(read: &Source<'_>) -> Profile {
    if let Some(icc) = read.properties.icc {
        return Profile::Icc(icc.to_vec());
    }
    let Some(Nclx { primaries, transfer, matrix, full_range }) = read.nclx() else {
        return Profile::Srgb;
    };
    if matches!(primaries, 1 | 2) && matches!(transfer, 1 | 2 | 13) {
        return Profile::Srgb;
    }
    let byte = |point: u16| u8::try_from(point).unwrap_or(2);
    Profile::Cicp(Cicp {
        primaries: byte(primaries),
        transfer: byte(transfer),
        matrix: byte(matrix),
        full_range,
    })
}

/// Decodes the picture to 8 bits a sample; the bytes do not depend on the number of threads.
///
/// With `to_srgb`, the meaning of the numbers, they are converted before they are narrowed.
/// Otherwise they are passed on as they are.
pub(crate) fn decode(
    source: &[u8],
    to_srgb: Option<&Profile>,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    job.check()?;
    let read = Source::read(source, limits)?;
    let layout = match (read.color.config.monochrome, read.alpha.is_some()) {
        (_, true) => Layout::Rgba,
        (true, false) => Layout::Gray,
        (false, false) => Layout::Rgb,
    };
    let mut image = Image::new(read.color.width, read.color.height, layout)?;
    let converted;
    {
        let _memory = job.charge(read.color.bytes())?;
        let color = decode_part(&read, &read.color, job)?;
        let meaning = meaning(&read, &color)?;
        let frame = color.frame()?;
        // Premultiplied colours mean nothing before they are divided by alpha.
        let rows = to_srgb.filter(|_| !read.premultiplied);
        let rows = rows.and_then(|profile| colors::converter::<u16>(profile, layout));
        converted = match rows {
            Some(rows) => deep::fill(&frame, meaning, &*rows, &mut image, job)?,
            None => false,
        };
        if !converted {
            yuv::to_pixels(&frame, meaning, &mut image, job)?;
        }
    }
    if let Some(part) = &read.alpha {
        let _memory = job.charge(part.bytes())?;
        let alpha = decode_part(&read, part, job)?;
        let full_range = alpha.color.is_none_or(|color| color.full_range);
        yuv::fill_alpha(&alpha.frame()?, full_range, &mut image, job)?;
        if read.premultiplied {
            yuv::unpremultiply(&mut image, job)?;
        }
    }
    if let Some(profile) = to_srgb.filter(|_| !converted) {
        deep::convert(&mut image, profile, job)?;
    }
    crop(image, read.crop, job)
}

/// Matrix and range: the container's word counts more than the stream's.
fn meaning(read: &Source<'_>, color: &Decoded) -> Result<Meaning> {
    meaning_of(read.properties.nclx.or(color.color))
}

fn meaning_of(points: Option<Nclx>) -> Result<Meaning> {
    let points = points.ok_or_else(|| Error::malformed("avif: no sequence header"))?;
    Ok(Meaning { matrix: points.matrix, full_range: points.full_range })
}

/// Decoded planes of a part, and the code points of its stream.
struct Decoded {
    planes: Kept,
    color: Option<Nclx>,
}

enum Kept {
    Picture(Picture),
    Canvas(Canvas),
}

impl Decoded {
    fn frame(&self) -> Result<Frame<'_>> {
        match &self.planes {
            Kept::Picture(picture) => picture.frame(),
            Kept::Canvas(canvas) => Ok(canvas.frame()),
        }
    }
}

fn decode_part(read: &Source<'_>, part: &Part<'_>, job: &Job) -> Result<Decoded> {
    let [first, rest @ ..] = part.tiles.as_slice() else {
        return Err(Error::malformed("avif: a picture without tiles"));
    };
    let pixels = u64::from(part.tile_width) * u64::from(part.tile_height);
    let mut decoder = Decoder::open(job.threads(), pixels, first.reading)?;
    let picture = decode_tile(&mut decoder, read, part, first)?;
    job.check()?;
    let color = picture.color();
    if rest.is_empty() {
        return Ok(Decoded { planes: Kept::Picture(picture), color });
    }
    let mut canvas = Canvas::like(&picture.frame()?, part)?;
    canvas.place(&picture.frame()?, (0, 0))?;
    for (index, tile) in rest.iter().enumerate() {
        if tile.reading != first.reading {
            return Err(Error::unsupported("avif: tiles of different layers"));
        }
        let picture = decode_tile(&mut decoder, read, part, tile)?;
        job.check()?;
        let (column, row) = ((index + 1) % part.columns, (index + 1) / part.columns);
        let at = (column * part.tile_width as usize, row * part.tile_height as usize);
        canvas.place(&picture.frame()?, at)?;
    }
    Ok(Decoded { planes: Kept::Canvas(canvas), color })
}

fn decode_tile(
    decoder: &mut Decoder,
    read: &Source<'_>,
    part: &Part<'_>,
    tile: &Tile<'_>,
) -> Result<Picture> {
    let picture = decoder.decode(&read.data(tile)?)?;
    let size = picture.frame()?.size();
    if size != (part.tile_width as usize, part.tile_height as usize) {
        return Err(Error::malformed("avif: the AV1 picture has another size than its item"));
    }
    Ok(picture)
}

fn crop(image: Image, crop: Crop, job: &Job) -> Result<Image> {
    if (crop.width, crop.height) == (image.width(), image.height()) {
        return Ok(image);
    }
    let mut kept = Image::new(crop.width, crop.height, image.layout())?;
    let start = crop.left as usize * image.layout().channels();
    let stride = kept.stride();
    let mut y = crop.top;
    kept.for_rows(job, |row| {
        row.copy_from_slice(&image.row(y)[start..start + stride]);
        y += 1;
    })?;
    Ok(kept)
}

/// The decoder's name and state.
pub(crate) fn backend() -> Backend {
    av1::backend()
}

#[cfg(test)]
mod tests;
