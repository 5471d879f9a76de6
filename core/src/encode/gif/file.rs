//! The blocks of a GIF file.

use crate::encode::palette::Pixel;
use crate::{Error, Result};

/// What happens to a frame's area when its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disposal {
    /// It stays.
    Keep = 1,
    /// It becomes transparent.
    Clear = 2,
    /// It becomes what it was before the frame.
    Restore = 3,
}

/// A rectangle of the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

/// A frame as it is written.
pub(super) struct Block<'a> {
    pub area: Area,
    pub disposal: Disposal,
    /// In hundredths of a second.
    pub delay: u16,
    pub transparent: Option<u8>,
    /// Its own colours; without them the file's are used.
    pub colors: Option<&'a [Pixel]>,
    /// Compressed pixels, their number of bits first.
    pub pixels: &'a [u8],
}

/// A file that grows. Its colours are put in when it is finished.
pub(super) struct File {
    data: Vec<u8>,
}

/// Where the file's colours start.
const COLORS_AT: usize = 13;
/// Bytes that are kept free for them.
const COLORS_ROOM: usize = 3 * 256;

impl File {
    /// `loops` is how often it plays, 0 for ever; `None` for a still picture.
    pub fn new(width: u32, height: u32, loops: Option<u32>) -> Self {
        let mut data = b"GIF89a".to_vec();
        data.extend([width as u16, height as u16].iter().flat_map(|side| side.to_le_bytes()));
        data.resize(COLORS_AT + COLORS_ROOM, 0);
        // The number says how often it plays again; once needs no word.
        let again = match loops {
            None | Some(1) => None,
            Some(0) => Some(0),
            Some(plays) => Some((plays - 1).min(65_535) as u16),
        };
        if let Some(again) = again {
            data.extend_from_slice(b"\x21\xff\x0bNETSCAPE2.0\x03\x01");
            data.extend_from_slice(&again.to_le_bytes());
            data.push(0);
        }
        File { data }
    }

    /// Appends a frame.
    pub fn add(&mut self, block: &Block<'_>) -> Result<()> {
        let room = block.pixels.len() + block.pixels.len() / 255 + COLORS_ROOM + 32;
        let out_of_memory = |_| Error::too_large("memory", "what the system gives", room);
        self.data.try_reserve(room).map_err(out_of_memory)?;
        self.control(block);
        let Area { left, top, width, height } = block.area;
        self.data.push(0x2c);
        let sides = [left, top, width, height].map(|side| (side as u16).to_le_bytes());
        self.data.extend(sides.as_flattened());
        match block.colors {
            Some(colors) => {
                let bits = table_bits(colors.len());
                self.data.push(0x80 | (bits - 1));
                push_table(&mut self.data, colors, bits);
            }
            None => self.data.push(0),
        }
        let Some((bits, codes)) = block.pixels.split_first() else { return Ok(()) };
        self.data.push(*bits);
        for part in codes.chunks(255) {
            self.data.push(part.len() as u8);
            self.data.extend_from_slice(part);
        }
        self.data.push(0);
        Ok(())
    }

    fn control(&mut self, block: &Block<'_>) {
        let keep = block.disposal == Disposal::Keep;
        if keep && block.delay == 0 && block.transparent.is_none() {
            return;
        }
        let flags = (block.disposal as u8) << 2 | u8::from(block.transparent.is_some());
        self.data.extend_from_slice(&[0x21, 0xf9, 4, flags]);
        self.data.extend_from_slice(&block.delay.to_le_bytes());
        self.data.extend_from_slice(&[block.transparent.unwrap_or(0), 0]);
    }

    /// The finished file with `colors` as its own.
    pub fn finish(mut self, colors: &[Pixel]) -> Vec<u8> {
        let bits = table_bits(colors.len());
        let mut table = Vec::with_capacity(COLORS_ROOM);
        push_table(&mut table, colors, bits);
        self.data[10] = 0x80 | (bits - 1) << 4 | (bits - 1);
        self.data.splice(COLORS_AT..COLORS_AT + COLORS_ROOM, table);
        self.data.push(0x3b);
        self.data
    }
}

/// Bits that number `count` colours, at least one.
pub(super) fn table_bits(count: usize) -> u8 {
    count.clamp(2, 256).next_power_of_two().trailing_zeros() as u8
}

fn push_table(data: &mut Vec<u8>, colors: &[Pixel], bits: u8) {
    let end = data.len() + (3 << bits);
    data.extend(colors.iter().flat_map(|color| [color[0], color[1], color[2]]));
    data.resize(end, 0);
}
