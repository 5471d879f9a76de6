//! The blocks of a GIF: pictures, what is said about them, and how often they play.

use crate::decode::compose::{Blend, Dispose, Place};

/// What the application extension that tells the number of plays is called.
const PLAYS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// Steps through bytes; every step is `None` behind the end.
#[derive(Debug, Clone, Copy)]
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(size)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn color_table(&mut self, flags: u8) -> Option<&'a [u8]> {
        if flags & 0x80 == 0 {
            return Some(&[]);
        }
        self.take(3 << ((flags & 7) + 1))
    }

    /// Takes a block in pieces up to its empty last one; gives the first two pieces.
    fn pieces(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let mut pieces = Pieces { reader: *self, whole: false };
        let first = pieces.next().unwrap_or_default();
        let second = pieces.next().unwrap_or_default();
        pieces.by_ref().for_each(drop);
        self.rest = pieces.reader.rest;
        pieces.whole.then_some((first, second))
    }
}

/// The pieces of a block up to its empty last one, or as far as the file goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pieces<'a> {
    reader: Reader<'a>,
    /// Whether the empty piece at the end was met.
    whole: bool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.whole {
            return None;
        }
        let size = self.reader.byte()?;
        self.whole = size == 0;
        if self.whole {
            return None;
        }
        let size = usize::from(size).min(self.reader.rest.len());
        self.reader.take(size).filter(|piece| !piece.is_empty())
    }
}

/// What a graphic control extension says about the picture behind it.
#[derive(Debug, Clone, Copy, Default)]
struct Control {
    dispose: u8,
    /// In hundredths of a second.
    delay: u16,
    transparent: Option<u8>,
}

/// One picture of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture<'a> {
    pub place: Place,
    pub interlaced: bool,
    /// Its own colours, else those of the file.
    pub palette: &'a [u8],
    pub transparent: Option<u8>,
    /// In hundredths of a second, as the file says.
    pub delay: u16,
    /// Bits of a colour index in the coded data; 0 when the file ends before.
    pub index_bits: u8,
    /// The coded data.
    pub data: Pieces<'a>,
}

impl Picture<'_> {
    /// Milliseconds that it is shown. Like in browsers, a delay of 0 or 1 hundredths, which no
    /// screen could follow when it was written, means a tenth of a second.
    pub fn delay_ms(&self) -> u32 {
        match self.delay {
            0 | 1 => 100,
            delay => u32::from(delay) * 10,
        }
    }
}

/// Walks over the pictures of a file. The walk ends where the file does or makes no sense.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks<'a> {
    reader: Reader<'a>,
    palette: &'a [u8],
    control: Control,
    /// Width and height of the canvas.
    pub size: (u32, u32),
    /// How often it plays as far as was walked; 0 is for ever.
    pub loops: u32,
}

impl<'a> Blocks<'a> {
    /// Reads the head of the file; `None` when it is cut short.
    pub fn new(source: &'a [u8]) -> Option<Self> {
        let mut reader = Reader { rest: source.get(6..)? };
        let &[w0, w1, h0, h1, flags, _, _] = reader.take(7)? else { return None };
        let size = (side(w0, w1), side(h0, h1));
        let palette = match reader.color_table(flags) {
            Some(palette) => palette,
            // Without its colours there is no picture in the file.
            None => std::mem::take(&mut reader.rest),
        };
        Some(Blocks { reader, palette, control: Control::default(), size, loops: 1 })
    }

    fn extension(&mut self) -> Option<()> {
        let label = self.reader.byte()?;
        match (label, self.reader.pieces()?) {
            (0xf9, (&[flags, d0, d1, index, ..], _)) => {
                self.control = Control {
                    dispose: flags >> 2 & 7,
                    delay: u16::from_le_bytes([d0, d1]),
                    transparent: (flags & 1 != 0).then_some(index),
                };
            }
            (0xff, (name, &[1, low, high, ..])) if PLAYS.contains(&name) => {
                // The number counts what follows the first time; none is for ever.
                let again = side(low, high);
                self.loops = if again == 0 { 0 } else { again + 1 };
            }
            _ => {}
        }
        Some(())
    }

    fn picture(&mut self) -> Option<Picture<'a>> {
        let &[x0, x1, y0, y1, w0, w1, h0, h1, flags] = self.reader.take(9)? else { return None };
        let control = std::mem::take(&mut self.control);
        let place = Place {
            left: side(x0, x1),
            top: side(y0, y1),
            width: side(w0, w1),
            height: side(h0, h1),
            blend: Blend::Over,
            dispose: match control.dispose {
                2 => Dispose::Clear,
                // 4 was written for 3 by programs that read the standard's bits backwards.
                3 | 4 => Dispose::Restore,
                _ => Dispose::Keep,
            },
        };
        let own = self.reader.color_table(flags);
        let palette = own.filter(|own| !own.is_empty()).unwrap_or(self.palette);
        let index_bits = own.and_then(|_| self.reader.byte()).unwrap_or_default();
        let data = Pieces { reader: self.reader, whole: false };
        if index_bits == 0 || self.reader.pieces().is_none() {
            self.reader.rest = &[];
        }
        Some(Picture {
            place,
            interlaced: flags & 0x40 != 0,
            palette,
            transparent: control.transparent,
            delay: control.delay,
            index_bits,
            data,
        })
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Picture<'a>;

    fn next(&mut self) -> Option<Picture<'a>> {
        loop {
            match self.reader.byte()? {
                0x21 => self.extension()?,
                0x2c => return self.picture(),
                _ => {
                    self.reader.rest = &[];
                    return None;
                }
            }
        }
    }
}

fn side(low: u8, high: u8) -> u32 {
    u32::from(u16::from_le_bytes([low, high]))
}
