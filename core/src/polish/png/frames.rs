//! Animated PNG: every frame stays as it is, its rows packed anew.

use super::pack::{deflated, inflated};
use super::plain;
use crate::decode::{PngChunk, PngChunks};
use crate::polish::contest::Candidate;
use crate::polish::Work;
use crate::{encode, Error, Result};

/// Level of deflate for frames.
const LEVEL: i32 = 12;
/// Frames of more bytes are packed less hard.
const LARGE: usize = 4 << 20;
const LARGE_LEVEL: i32 = 9;

/// `file`, which carries no metadata any more, with every frame packed anew where that is smaller.
pub(super) fn repacked(file: &[u8], work: &Work<'_>) -> Result<Option<Candidate>> {
    let Some(header) = PngChunks::new(file).next().and_then(|chunk| Header::read(&chunk)) else {
        return Ok(None);
    };
    let pixels = u64::from(work.probe.width) * u64::from(work.probe.height);
    let _memory = work.job.charge(3 * header.pixel_bits as u64 * pixels / 8)?;
    let mut packer = Packer {
        header,
        out: encode::PNG_SIGNATURE.to_vec(),
        sequence: 0,
        size: header.size,
        data: None,
        work,
    };
    for chunk in PngChunks::new(file) {
        packer.take(&chunk)?;
    }
    Ok(Some(plain(packer.out)))
}

/// What the header says of every frame's rows.
#[derive(Debug, Clone, Copy)]
struct Header {
    size: (u32, u32),
    pixel_bits: usize,
    interlaced: bool,
}

impl Header {
    fn read(chunk: &PngChunk<'_>) -> Option<Self> {
        let &[w3, w2, w1, w0, h3, h2, h1, h0, bits, color, _, _, interlace] = chunk.data else {
            return None;
        };
        let samples = match color {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        Some(Header {
            size: (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0])),
            pixel_bits: samples * usize::from(bits),
            interlaced: interlace != 0,
        })
    }

    /// Bytes of the filtered rows of a frame; `None` where they are not told by its size alone, or
    /// it would not fit: decoders stop at the number of frames that is said, and what comes behind
    /// them has not been looked at.
    fn bytes(&self, (width, height): (u32, u32)) -> Option<usize> {
        if self.interlaced || width > self.size.0 || height > self.size.1 {
            return None;
        }
        let row = (width as usize).checked_mul(self.pixel_bits)?.div_ceil(8).checked_add(1)?;
        row.checked_mul(height as usize)
    }
}

struct Packer<'a> {
    header: Header,
    out: Vec<u8>,
    /// The next number of a control or data chunk.
    sequence: u32,
    /// Size of the frame whose data comes next.
    size: (u32, u32),
    /// Data of a frame so far, and whether it stands in chunks with a number.
    data: Option<(bool, Vec<u8>)>,
    work: &'a Work<'a>,
}

impl Packer<'_> {
    fn take(&mut self, chunk: &PngChunk<'_>) -> Result<()> {
        match (&chunk.kind, chunk.data) {
            (b"IDAT", data) => self.collect(false, data),
            (b"fdAT", [_, _, _, _, data @ ..]) => self.collect(true, data),
            (b"fcTL", control) => {
                self.end_frame()?;
                let (Some(size), Some(rest)) = (size_of(control), control.get(4..)) else {
                    return Err(Error::malformed("png: broken frame control"));
                };
                self.size = size;
                let number = self.number();
                encode::push_png_chunk(&mut self.out, b"fcTL", &[&number, rest])
            }
            (kind, data) => {
                self.end_frame()?;
                encode::push_png_chunk(&mut self.out, kind, &[data])
            }
        }
    }

    fn collect(&mut self, numbered: bool, data: &[u8]) -> Result<()> {
        self.data.get_or_insert((numbered, Vec::new())).1.extend_from_slice(data);
        Ok(())
    }

    fn number(&mut self) -> [u8; 4] {
        self.sequence += 1;
        (self.sequence - 1).to_be_bytes()
    }

    /// Writes the frame whose data is complete.
    fn end_frame(&mut self) -> Result<()> {
        let Some((numbered, data)) = self.data.take() else { return Ok(()) };
        let data = match self.packed(&data)? {
            Some(packed) if packed.len() < data.len() => packed,
            _ => data,
        };
        if numbered {
            let number = self.number();
            return encode::push_png_chunk(&mut self.out, b"fdAT", &[&number, &data]);
        }
        encode::push_png_chunk(&mut self.out, b"IDAT", &[&data])
    }

    fn packed(&self, data: &[u8]) -> Result<Option<Vec<u8>>> {
        let rows = self.header.bytes(self.size).and_then(|bytes| inflated(data, bytes));
        let level = |bytes| if bytes > LARGE { LARGE_LEVEL } else { LEVEL };
        rows.map(|rows| deflated(&rows, level(rows.len()), self.work.job)).transpose()
    }
}

/// Width and height of a frame control chunk.
fn size_of(control: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| control.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some((side(4)?, side(8)?))
}
