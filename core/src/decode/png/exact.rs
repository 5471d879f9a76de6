//! Every stored sample of the default picture, at its own depth.

use png::{ColorType, Decoder, Transformations};

use super::chunks::Chunks;
use super::frames::failed;
use super::{pixels, PICTURE, SIGNATURE};
use crate::decode::pieces::Pieces;
use crate::{Error, Job, Limits, Result};

/// Red, green, blue and alpha of every pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exact {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Bytes of a sample: 1, or 2 with the high byte first.
    pub sample: usize,
    /// Rows from the top without gaps.
    pub data: Vec<u8>,
}

impl Exact {
    /// Bytes of a pixel.
    pub fn pixel(&self) -> usize {
        4 * self.sample
    }

    /// Rows from the top.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.data.chunks_exact(self.width * self.pixel())
    }
}

/// Reads the default picture. Whoever asks has the memory on the account.
pub(in crate::decode) fn exact(source: &[u8], limits: &Limits, job: &Job) -> Result<Exact> {
    let wanted = Chunks::new(source).filter(|chunk| PICTURE.contains(&&chunk.kind));
    let slices = std::iter::once(SIGNATURE).chain(wanted.map(|chunk| chunk.whole));
    let bytes = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let pieces = Pieces::new(slices, job);
    let mut decoder = Decoder::new_with_limits(pieces, png::Limits { bytes });
    decoder.set_transformations(Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(|error| failed(&error, job))?;
    let size = reader.output_buffer_size().unwrap_or(usize::MAX);
    let mut data = pixels::buffer(size as u64)?;
    let info = reader.next_frame(&mut data).map_err(|error| failed(&error, job))?;
    let sample = if info.bit_depth == png::BitDepth::Sixteen { 2 } else { 1 };
    let (width, height) = (info.width as usize, info.height as usize);
    if info.color_type == ColorType::GrayscaleAlpha {
        data = colored(&data, width, sample, job)?;
    }
    if data.len() != 4 * sample * width * height {
        return Err(Error::internal("png: samples of another number than was said"));
    }
    Ok(Exact { width, height, sample, data })
}

/// Grey with alpha as red, green, blue and alpha.
fn colored(data: &[u8], width: usize, sample: usize, job: &Job) -> Result<Vec<u8>> {
    let mut wide = pixels::buffer(2 * data.len() as u64)?;
    let rows = data.chunks_exact(2 * sample * width);
    for (row, target) in rows.zip(wide.chunks_exact_mut(4 * sample * width)) {
        job.check()?;
        let pixels = row.chunks_exact(2 * sample);
        for (pixel, target) in pixels.zip(target.chunks_exact_mut(4 * sample)) {
            let (gray, alpha) = pixel.split_at(sample);
            let (color, last) = target.split_at_mut(3 * sample);
            color.chunks_exact_mut(sample).for_each(|to| to.copy_from_slice(gray));
            last.copy_from_slice(alpha);
        }
    }
    Ok(wide)
}
