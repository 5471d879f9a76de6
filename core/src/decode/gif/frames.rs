//! The frames of a GIF: coded rows are drawn on the canvas as they come, without a picture
//! in between.

use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

use super::blocks::{Blocks, Picture, Pieces};
use crate::decode::compose::Canvas;
use crate::decode::Frames;
use crate::image::Frame;
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// The frames of a file, one by one.
struct Source<'a> {
    blocks: Blocks<'a>,
    canvas: Canvas,
    coded: Option<(u8, Decoder)>,
    /// Colour indices of a row, and its pixels.
    row: (Vec<u8>, Vec<u8>),
    /// Coded pixels that may still be read.
    pixels_left: u64,
}

/// Begins to read the frames of `source`.
pub(in crate::decode) fn frames<'a>(
    source: &'a [u8],
    plan: &DecodePlan,
    limits: &Limits,
) -> Result<Box<dyn Frames + 'a>> {
    let blocks = Blocks::new(source).ok_or_else(broken)?;
    if blocks.size != (plan.width, plan.height) {
        return Err(Error::internal("gif: the plan is for another picture"));
    }
    Ok(Box::new(Source {
        blocks,
        canvas: Canvas::new(plan.width, plan.height, plan.layout)?,
        coded: None,
        row: Default::default(),
        pixels_left: limits.animation_pixels,
    }))
}

impl Frames for Source<'_> {
    fn next(&mut self, job: &Job) -> Result<Option<Frame>> {
        let Some(picture) = self.blocks.next() else { return Ok(None) };
        self.canvas.begin(picture.place, job)?;
        if self.canvas.visible_rows() > 0 {
            self.draw(&picture, job)?;
        }
        let image = self.canvas.picture(job)?;
        Ok(Some(Frame { image, delay_ms: picture.delay_ms() }))
    }
}

impl Source<'_> {
    fn draw(&mut self, picture: &Picture<'_>, job: &Job) -> Result<()> {
        let mut lzw = Lzw {
            decoder: decoder(&mut self.coded, picture.index_bits)?,
            pieces: picture.data,
            piece: &[],
        };
        let (indices, pixels) = &mut self.row;
        let width = picture.place.width as usize;
        indices.resize(width, 0);
        pixels.resize(width * 4, 0);
        let colors = colors(picture);
        let visible = self.canvas.visible_rows();
        for y in Rows::new(picture) {
            if y >= visible && !picture.interlaced {
                break;
            }
            job.check()?;
            // A frame larger than its canvas must not buy more work than a whole animation.
            self.pixels_left = self.pixels_left.checked_sub(width as u64).ok_or_else(too_much)?;
            lzw.fill(indices)?;
            for (pixel, index) in pixels.chunks_exact_mut(4).zip(indices.iter()) {
                pixel.copy_from_slice(&colors[usize::from(*index)]);
            }
            self.canvas.row(y, pixels);
        }
        Ok(())
    }
}

fn broken() -> Error {
    Error::malformed("gif: broken data")
}

fn too_much() -> Error {
    Error::too_large("animation pixels", "what the header says", "more")
}

/// Pixels by colour index; what the palette lacks is transparent.
fn colors(picture: &Picture<'_>) -> [[u8; 4]; 256] {
    let mut colors = [[0; 4]; 256];
    for (color, entry) in colors.iter_mut().zip(picture.palette.chunks_exact(3)) {
        *color = [entry[0], entry[1], entry[2], 255];
    }
    if let Some(index) = picture.transparent {
        colors[usize::from(index)] = [0; 4];
    }
    colors
}

/// A decoder for codes of `bits`, the last one when it fits.
fn decoder(kept: &mut Option<(u8, Decoder)>, bits: u8) -> Result<&mut Decoder> {
    if !(1..=11).contains(&bits) {
        return Err(broken());
    }
    match kept {
        Some((size, decoder)) if *size == bits => decoder.reset(),
        _ => *kept = Some((bits, Decoder::new(BitOrder::Lsb, bits))),
    }
    kept.as_mut().map(|(_, decoder)| decoder).ok_or_else(broken)
}

/// Decodes the pieces of one picture.
struct Lzw<'d, 'a> {
    decoder: &'d mut Decoder,
    pieces: Pieces<'a>,
    piece: &'a [u8],
}

impl Lzw<'_, '_> {
    /// Fills `row`, or says that the picture ends before.
    fn fill(&mut self, mut row: &mut [u8]) -> Result<()> {
        while !row.is_empty() {
            let fed = if self.piece.is_empty() {
                let next = self.pieces.next();
                self.piece = next.unwrap_or_default();
                next.is_some()
            } else {
                true
            };
            let done = self.decoder.decode_bytes(self.piece, row);
            self.piece = &self.piece[done.consumed_in..];
            row = &mut row[done.consumed_out..];
            let ended = match done.status {
                Err(_) => true,
                Ok(LzwStatus::Done) => true,
                Ok(_) => !fed && done.consumed_out == 0,
            };
            if ended && !row.is_empty() {
                return Err(broken());
            }
        }
        Ok(())
    }
}

/// The rows of a picture in the order in which they are coded.
struct Rows {
    height: u32,
    next: u32,
    /// Steps of this pass and the ones behind it, with the row each of those begins at.
    step: u32,
    passes: &'static [(u32, u32)],
}

impl Rows {
    fn new(picture: &Picture<'_>) -> Self {
        let height = picture.place.height;
        if picture.interlaced {
            Rows { height, next: 0, step: 8, passes: &[(4, 8), (2, 4), (1, 2)] }
        } else {
            Rows { height, next: 0, step: 1, passes: &[] }
        }
    }
}

impl Iterator for Rows {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.next >= self.height {
            let ((first, step), rest) = self.passes.split_first()?;
            (self.next, self.step, self.passes) = (*first, *step, rest);
        }
        let row = self.next;
        self.next += self.step;
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interlaced_rows_come_in_four_passes() {
        let rows = |height| {
            let passes: &[(u32, u32)] = &[(4, 8), (2, 4), (1, 2)];
            Rows { height, next: 0, step: 8, passes }.collect::<Vec<_>>()
        };
        assert_eq!(rows(1), [0]);
        assert_eq!(rows(3), [0, 2, 1]);
        assert_eq!(rows(11), [0, 8, 4, 2, 6, 10, 1, 3, 5, 7, 9]);
    }
}
