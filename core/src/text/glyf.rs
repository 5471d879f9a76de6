//! Outlines as WOFF 2.0 rearranges them, put back into the tables `glyf` and `loca`.

use super::sfnt::{broken, too_large, Reader, MAX_FONT};
use crate::Result;

/// The rebuilt tables.
pub(super) struct Outlines {
    pub glyf: Vec<u8>,
    /// Long offsets.
    pub loca: Vec<u8>,
    /// Left edge of each glyph.
    pub left: Vec<i16>,
}

/// Flags of a composite glyph's parts.
mod part {
    pub const WORDS: u16 = 0x1;
    pub const SCALE: u16 = 0x8;
    pub const MORE: u16 = 0x20;
    pub const TWO_SCALES: u16 = 0x40;
    pub const MATRIX: u16 = 0x80;
    pub const INSTRUCTIONS: u16 = 0x100;
}

struct Streams<'a> {
    contours: Reader<'a>,
    points: Reader<'a>,
    flags: Reader<'a>,
    glyphs: Reader<'a>,
    composites: Reader<'a>,
    box_given: &'a [u8],
    boxes: Reader<'a>,
    instructions: Reader<'a>,
    overlaps: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    x: i32,
    y: i32,
    on_curve: bool,
}

pub(super) fn rebuild(bytes: &[u8]) -> Result<Outlines> {
    let mut reader = Reader(bytes);
    reader.take(2)?;
    let options = reader.u16()?;
    let count = usize::from(reader.u16()?);
    reader.take(2)?;
    let mut streams = Streams::new(&mut reader, options, count)?;
    let mut outlines = Outlines { glyf: Vec::new(), loca: Vec::new(), left: Vec::new() };
    for glyph in 0..count {
        outlines.loca.extend((outlines.glyf.len() as u32).to_be_bytes());
        let start = outlines.glyf.len();
        streams.glyph(glyph, &mut outlines.glyf)?;
        let left = outlines
            .glyf
            .get(start + 2..start + 4)
            .map_or(0, |at| i16::from_be_bytes([at[0], at[1]]));
        outlines.left.push(left);
        outlines.glyf.resize(outlines.glyf.len().next_multiple_of(4), 0);
        // Rebuilt outlines are less dense than the streams, but within bounds.
        if outlines.glyf.len() > 2 * MAX_FONT {
            return Err(too_large(outlines.glyf.len()));
        }
    }
    outlines.loca.extend((outlines.glyf.len() as u32).to_be_bytes());
    Ok(outlines)
}

impl<'a> Streams<'a> {
    fn new(reader: &mut Reader<'a>, options: u16, count: usize) -> Result<Self> {
        let mut sizes = [0; 7];
        for size in &mut sizes {
            *size = reader.size()?;
        }
        let [contours, points, flags, glyphs, composites, boxes, instructions] = sizes;
        let contours = Reader(reader.take(contours)?);
        let points = Reader(reader.take(points)?);
        let flags = Reader(reader.take(flags)?);
        let glyphs = Reader(reader.take(glyphs)?);
        let composites = Reader(reader.take(composites)?);
        let mut boxes = Reader(reader.take(boxes)?);
        let box_given = boxes.take(4 * count.div_ceil(32))?;
        let instructions = Reader(reader.take(instructions)?);
        let overlaps = if options & 1 != 0 { reader.take(count.div_ceil(8))? } else { &[] };
        Ok(Streams {
            contours,
            points,
            flags,
            glyphs,
            composites,
            box_given,
            boxes,
            instructions,
            overlaps,
        })
    }

    fn glyph(&mut self, glyph: usize, out: &mut Vec<u8>) -> Result<()> {
        let has_box = bit(self.box_given, glyph);
        match self.contours.i16()? {
            0 if has_box => Err(broken("an empty outline with a box")),
            0 => Ok(()),
            -1 if has_box => self.composite(out),
            -1 => Err(broken("a composite outline without a box")),
            contours => {
                let contours = u16::try_from(contours).map_err(|_| broken("a negative count"))?;
                let overlaps = bit(self.overlaps, glyph);
                self.simple(contours, has_box, overlaps, out)
            }
        }
    }

    fn composite(&mut self, out: &mut Vec<u8>) -> Result<()> {
        out.extend((-1_i16).to_be_bytes());
        out.extend(self.boxes.take(8)?);
        let mut has_instructions = false;
        loop {
            let flags = Reader(self.composites.0).u16()?;
            has_instructions |= flags & part::INSTRUCTIONS != 0;
            let arguments = if flags & part::WORDS != 0 { 4 } else { 2 };
            let scale = match flags {
                flags if flags & part::SCALE != 0 => 2,
                flags if flags & part::TWO_SCALES != 0 => 4,
                flags if flags & part::MATRIX != 0 => 8,
                _ => 0,
            };
            out.extend(self.composites.take(4 + arguments + scale)?);
            if flags & part::MORE == 0 {
                break;
            }
        }
        if has_instructions {
            self.instructions(out)?;
        }
        Ok(())
    }

    fn simple(
        &mut self,
        contours: u16,
        has_box: bool,
        overlaps: bool,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let mut ends = Vec::new();
        let mut total = 0_u16;
        for _ in 0..contours {
            let points = short(&mut self.points)?;
            total = total.checked_add(points).ok_or_else(|| broken("too many points"))?;
            let last = total.checked_sub(1).ok_or_else(|| broken("an empty contour"))?;
            ends.push(last);
        }
        let points = self.points(total)?;
        out.extend(contours.to_be_bytes());
        if has_box {
            out.extend(self.boxes.take(8)?);
        } else {
            out.extend(bounds(&points)?);
        }
        ends.iter().for_each(|end| out.extend(end.to_be_bytes()));
        self.instructions(out)?;
        write_points(&points, overlaps, out)
    }

    fn instructions(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let length = short(&mut self.glyphs)?;
        out.extend(length.to_be_bytes());
        out.extend(self.instructions.take(length.into())?);
        Ok(())
    }

    fn points(&mut self, count: u16) -> Result<Vec<Point>> {
        // Each takes a flag, which bounds what is reserved.
        let flags = self.flags.take(count.into())?;
        let mut points = Vec::with_capacity(flags.len());
        let (mut x, mut y) = (0_i32, 0_i32);
        for flag in flags {
            let (dx, dy) = triplet(flag & 127, &mut self.glyphs)?;
            x = narrow(x + dx)?.into();
            y = narrow(y + dy)?.into();
            points.push(Point { x, y, on_curve: flag & 128 == 0 });
        }
        Ok(points)
    }
}

fn bit(map: &[u8], index: usize) -> bool {
    map.get(index / 8).is_some_and(|byte| byte & (128 >> (index % 8)) != 0)
}

/// A number of one to three bytes.
fn short(reader: &mut Reader<'_>) -> Result<u16> {
    Ok(match reader.u8()? {
        253 => reader.u16()?,
        254 => u16::from(reader.u8()?) + 506,
        255 => u16::from(reader.u8()?) + 253,
        byte => byte.into(),
    })
}

/// The way from one point to the next.
fn triplet(flag: u8, reader: &mut Reader<'_>) -> Result<(i32, i32)> {
    let mut byte = || reader.u8().map(i32::from);
    let signed = |bit: u8, value: i32| if flag & bit != 0 { value } else { -value };
    let code = i32::from(flag);
    Ok(match code {
        0..10 => (0, signed(1, ((code & 14) << 7) + byte()?)),
        10..20 => (signed(1, (((code - 10) & 14) << 7) + byte()?), 0),
        20..84 => {
            let (code, low) = (code - 20, byte()?);
            let dx = 1 + (code & 0x30) + (low >> 4);
            (signed(1, dx), signed(2, 1 + ((code & 0xc) << 2) + (low & 15)))
        }
        84..120 => {
            let code = code - 84;
            let dx = 1 + ((code / 12) << 8) + byte()?;
            (signed(1, dx), signed(2, 1 + (((code % 12) >> 2) << 8) + byte()?))
        }
        120..124 => {
            let (high, middle, low) = (byte()?, byte()?, byte()?);
            (signed(1, (high << 4) + (middle >> 4)), signed(2, ((middle & 15) << 8) + low))
        }
        _ => {
            let (dx, dy) = ((byte()? << 8) + byte()?, (byte()? << 8) + byte()?);
            (signed(1, dx), signed(2, dy))
        }
    })
}

fn narrow(value: i32) -> Result<i16> {
    value.try_into().map_err(|_| broken("an outline is too large"))
}

fn bounds(points: &[Point]) -> Result<Vec<u8>> {
    let xs = || points.iter().map(|point| point.x);
    let ys = || points.iter().map(|point| point.y);
    let mut bytes = Vec::with_capacity(8);
    for side in [xs().min(), ys().min(), xs().max(), ys().max()] {
        bytes.extend(narrow(side.unwrap_or(0))?.to_be_bytes());
    }
    Ok(bytes)
}

/// Flags, then all steps along x, then all along y, none of them shortened.
fn write_points(points: &[Point], overlaps: bool, out: &mut Vec<u8>) -> Result<()> {
    for (index, point) in points.iter().enumerate() {
        let overlap = if overlaps && index == 0 { 0x40 } else { 0 };
        out.push(u8::from(point.on_curve) | overlap);
    }
    for along in [|point: &Point| point.x, |point: &Point| point.y] {
        let mut last = 0;
        for point in points {
            out.extend(narrow(along(point) - last)?.to_be_bytes());
            last = along(point);
        }
    }
    Ok(())
}
