//! Planes of a grid, put together from its tiles.

use super::source::Part;
use crate::kernel::yuv::{Frame, Halved, Plane, Planes, Sample};
use crate::{Error, Result};

/// Planes that we own, of one depth.
pub(super) enum Canvas {
    Low(Sheets<u8>),
    High(Sheets<u16>),
}

pub(super) struct Sheets<S> {
    bits: u8,
    luma: Sheet<S>,
    chroma: Option<([Sheet<S>; 2], Halved)>,
}

struct Sheet<S> {
    samples: Vec<S>,
    width: usize,
    height: usize,
}

impl Canvas {
    /// An empty canvas for `part`, shaped like its first tile.
    pub fn like(tile: &Frame<'_>, part: &Part<'_>) -> Result<Self> {
        let size = (part.width as usize, part.height as usize);
        Ok(match tile {
            Frame::Low(planes) => Canvas::Low(Sheets::like(planes, size)?),
            Frame::High(planes) => Canvas::High(Sheets::like(planes, size)?),
        })
    }

    /// Puts `tile` where its upper left corner is `at`.
    pub fn place(&mut self, tile: &Frame<'_>, at: (usize, usize)) -> Result<()> {
        match (self, tile) {
            (Canvas::Low(sheets), Frame::Low(tile)) => sheets.place(tile, at),
            (Canvas::High(sheets), Frame::High(tile)) => sheets.place(tile, at),
            _ => Err(mixed()),
        }
    }

    pub fn frame(&self) -> Frame<'_> {
        match self {
            Canvas::Low(sheets) => Frame::Low(sheets.planes()),
            Canvas::High(sheets) => Frame::High(sheets.planes()),
        }
    }
}

fn mixed() -> Error {
    Error::malformed("avif: the tiles of a grid differ in depth or chroma")
}

impl<S: Sample> Sheets<S> {
    fn like(tile: &Planes<'_, S>, (width, height): (usize, usize)) -> Result<Self> {
        let chroma = tile.chroma.map(|(_, halved)| {
            let (width, height) = halved.size(width, height);
            Ok(([Sheet::new(width, height)?, Sheet::new(width, height)?], halved))
        });
        Ok(Sheets {
            bits: tile.bits,
            luma: Sheet::new(width, height)?,
            chroma: chroma.transpose()?,
        })
    }

    fn place(&mut self, tile: &Planes<'_, S>, (x, y): (usize, usize)) -> Result<()> {
        if tile.bits != self.bits {
            return Err(mixed());
        }
        self.luma.place(&tile.luma, x, y);
        match (&mut self.chroma, &tile.chroma) {
            (None, None) => Ok(()),
            (Some((sheets, halved)), Some((planes, other))) if halved == other => {
                if halved.width && x % 2 == 1 || halved.height && y % 2 == 1 {
                    return Err(Error::malformed("avif: odd tiles with halved chroma"));
                }
                let (x, y) = halved.size(x, y);
                for (sheet, plane) in sheets.iter_mut().zip(planes) {
                    sheet.place(plane, x, y);
                }
                Ok(())
            }
            _ => Err(mixed()),
        }
    }

    fn planes(&self) -> Planes<'_, S> {
        let chroma = self.chroma.as_ref().map(|([u, v], halved)| ([u.plane(), v.plane()], *halved));
        Planes { bits: self.bits, luma: self.luma.plane(), chroma }
    }
}

impl<S: Sample> Sheet<S> {
    fn new(width: usize, height: usize) -> Result<Self> {
        let count = width * height;
        let mut samples = Vec::new();
        samples
            .try_reserve_exact(count)
            .map_err(|_| Error::too_large("memory", "what the system gives", count))?;
        samples.resize(count, S::default());
        Ok(Sheet { samples, width, height })
    }

    /// Copies what of `tile` lies on the sheet.
    fn place(&mut self, tile: &Plane<'_, S>, x: usize, y: usize) {
        if x >= self.width || y >= self.height {
            return;
        }
        let width = tile.width.min(self.width - x);
        let rows = self.samples.chunks_exact_mut(self.width).skip(y);
        for (row, from) in rows.zip(tile.samples.chunks(tile.stride)).take(tile.height) {
            row[x..x + width].copy_from_slice(&from[..width]);
        }
    }

    fn plane(&self) -> Plane<'_, S> {
        Plane { samples: &self.samples, stride: self.width, width: self.width, height: self.height }
    }
}
