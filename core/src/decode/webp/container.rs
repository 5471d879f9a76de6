//! The RIFF container of a WebP and the headers of its bitstreams.

use crate::decode::compose::{Blend, Dispose, Opacity, Place};
use crate::{Error, Result};

/// More chunks than this are not looked at.
const MAX_CHUNKS: usize = 65_536;

const FLAG_ANIMATION: u8 = 0x02;
const FLAG_ALPHA: u8 = 0x10;

/// Where the first frame lies and what codes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// Bytes that libwebp decodes as one picture.
    pub data: &'a [u8],
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    pub alpha: bool,
    pub lossless: bool,
}

/// What the container says.
#[derive(Debug)]
pub(super) struct Container<'a> {
    pub width: u32,
    pub height: u32,
    pub alpha: bool,
    pub frames: u32,
    /// How often an animation plays; 0 is for ever.
    pub loops: u32,
    pub duration_ms: u64,
    /// Whether any frame, as composited, may be transparent.
    pub frames_alpha: bool,
    pub first: Frame<'a>,
    pub icc: Option<&'a [u8]>,
    pub exif: Option<&'a [u8]>,
    pub xmp: Option<&'a [u8]>,
    /// Whether there are Content Credentials.
    pub credentials: bool,
}

/// Iterates over `(kind, data)`; the last chunk of a cut file is given as far as it goes.
struct Chunks<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.rest.split_first_chunk::<4>()?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let size = u32::from_le_bytes(*size) as usize;
        let data = &rest[..size.min(rest.len())];
        // Chunks begin at even places.
        self.rest = rest.get(size.saturating_add(size & 1)..).unwrap_or_default();
        Some((kind, data))
    }
}

fn u24(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0])
}

/// A coded picture: width, height, alpha, lossless.
#[derive(Debug, Clone, Copy)]
struct Coded {
    width: u32,
    height: u32,
    alpha: bool,
    lossless: bool,
}

/// Reads the head of a `VP8 ` or `VP8L` chunk.
fn coded(kind: &[u8; 4], data: &[u8]) -> Result<Coded> {
    match (kind, data) {
        (b"VP8 ", &[tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..]) if tag & 1 == 0 => {
            Ok(Coded {
                width: u32::from(u16::from_le_bytes([w0, w1]) & 0x3fff),
                height: u32::from(u16::from_le_bytes([h0, h1]) & 0x3fff),
                alpha: false,
                lossless: false,
            })
        }
        (b"VP8L", &[0x2f, b0, b1, b2, b3, ..]) => {
            let bits = u32::from_le_bytes([b0, b1, b2, b3]);
            if bits >> 29 != 0 {
                return Err(Error::unsupported("webp: unknown version of the lossless coding"));
            }
            Ok(Coded {
                width: (bits & 0x3fff) + 1,
                height: (bits >> 14 & 0x3fff) + 1,
                alpha: bits >> 28 & 1 != 0,
                lossless: true,
            })
        }
        _ => Err(Error::malformed("webp: broken frame header")),
    }
}

impl<'a> Container<'a> {
    /// Reads the whole container, without decoding.
    pub fn read(source: &'a [u8], max_frames: u32) -> Result<Self> {
        let body = source.get(12..).unwrap_or_default();
        match (Chunks { rest: body }).next() {
            Some((b"VP8X", &[flags, _, _, _, ref sizes @ ..])) if sizes.len() >= 6 => {
                let (width, height) = (u24(sizes) + 1, u24(&sizes[3..]) + 1);
                Self::extended(source, flags, width, height, max_frames)
            }
            Some((kind @ (b"VP8 " | b"VP8L"), data)) => {
                let Coded { width, height, alpha, lossless } = coded(kind, data)?;
                let first = Frame { data: source, x: 0, y: 0, width, height, alpha, lossless };
                Ok(Self::around(first, width, height))
            }
            _ => Err(Error::malformed("webp: no picture")),
        }
    }

    fn around(first: Frame<'a>, width: u32, height: u32) -> Self {
        let alpha = first.alpha || (first.width, first.height) != (width, height);
        Container {
            width,
            height,
            alpha,
            frames: 1,
            loops: 0,
            duration_ms: 0,
            frames_alpha: alpha,
            first,
            icc: None,
            exif: None,
            xmp: None,
            credentials: false,
        }
    }

    fn extended(
        source: &'a [u8],
        flags: u8,
        width: u32,
        height: u32,
        max_frames: u32,
    ) -> Result<Self> {
        let chunks = || (Chunks { rest: &source[12..] }).take(MAX_CHUNKS);
        let animated = flags & FLAG_ANIMATION != 0;
        let first = if animated {
            moving(source).next().map(|data| Moving::read(data, (width, height)).map(|it| it.coded))
        } else {
            let mut alpha = flags & FLAG_ALPHA != 0;
            chunks().find_map(|(kind, data)| {
                alpha |= kind == b"ALPH";
                matches!(kind, b"VP8 " | b"VP8L").then(|| still(source, kind, data, alpha))
            })
        };
        let first = first.ok_or_else(|| Error::malformed("webp: no picture"))??;
        let mut container = Self::around(first, width, height);
        container.alpha |= flags & FLAG_ALPHA != 0;
        container.frames_alpha = container.alpha;
        if !animated && (first.width, first.height) != (width, height) {
            return Err(Error::malformed("webp: picture and canvas differ in size"));
        }
        if animated {
            container.count(source, max_frames)?;
        }
        for (kind, data) in chunks() {
            match kind {
                b"ANIM" if animated => {
                    container.loops =
                        data.get(4..6).map_or(0, |n| u32::from(n[0]) | u32::from(n[1]) << 8);
                }
                b"ICCP" => container.icc = container.icc.or(Some(data)),
                b"EXIF" => container.exif = container.exif.or(Some(data)),
                b"XMP " => container.xmp = container.xmp.or(Some(data)),
                b"C2PA" => container.credentials = true,
                _ => {}
            }
        }
        Ok(container)
    }

    /// Takes the number of frames, their time and their transparency.
    fn count(&mut self, source: &[u8], max_frames: u32) -> Result<()> {
        let size = (self.width, self.height);
        let mut opacity = Opacity::default();
        self.frames = 0;
        for data in moving(source) {
            self.frames += 1;
            if self.frames > max_frames {
                return Err(Error::too_large("frames", max_frames, "more"));
            }
            // A broken frame is found when its turn comes.
            let Ok(frame) = Moving::read(data, size) else { continue };
            self.duration_ms += u64::from(frame.duration_ms);
            opacity.add(frame.place, size, !frame.coded.alpha);
        }
        self.frames_alpha |= opacity.alpha();
        Ok(())
    }
}

/// The data of every frame of an animation.
pub(super) fn moving(source: &[u8]) -> impl Iterator<Item = &[u8]> {
    let chunks = Chunks { rest: source.get(12..).unwrap_or_default() };
    chunks.take(MAX_CHUNKS).filter(|(kind, _)| *kind == b"ANMF").map(|(_, data)| data)
}

/// A frame of an animation.
#[derive(Debug)]
pub(super) struct Moving<'a> {
    pub coded: Frame<'a>,
    pub place: Place,
    pub duration_ms: u32,
}

impl<'a> Moving<'a> {
    /// Reads the head of a frame. It must lie on the canvas, which is of `size`.
    pub fn read(data: &'a [u8], (width, height): (u32, u32)) -> Result<Self> {
        let coded = animation_frame(data, width, height)?;
        // What was read has this head.
        let flags = data[15];
        let place = Place {
            left: coded.x,
            top: coded.y,
            width: coded.width,
            height: coded.height,
            blend: if flags & 2 == 0 { Blend::Over } else { Blend::Source },
            dispose: if flags & 1 == 0 { Dispose::Keep } else { Dispose::Clear },
        };
        Ok(Moving { coded, place, duration_ms: u24(&data[12..]) })
    }
}

fn still<'a>(source: &'a [u8], kind: &[u8; 4], data: &[u8], alpha: bool) -> Result<Frame<'a>> {
    let coded = coded(kind, data)?;
    Ok(Frame {
        data: source,
        x: 0,
        y: 0,
        width: coded.width,
        height: coded.height,
        alpha: alpha || coded.alpha,
        lossless: coded.lossless,
    })
}

/// Reads a frame of an animation. It must lie on the canvas.
fn animation_frame(data: &[u8], width: u32, height: u32) -> Result<Frame<'_>> {
    let Some((place, data)) = data.split_at_checked(16) else {
        return Err(Error::malformed("webp: frame cut short"));
    };
    let mut alpha = false;
    let coded = (Chunks { rest: data })
        .take(MAX_CHUNKS)
        .find_map(|(kind, data)| {
            alpha |= kind == b"ALPH";
            matches!(kind, b"VP8 " | b"VP8L").then(|| coded(kind, data))
        })
        .ok_or_else(|| Error::malformed("webp: a frame without a picture"))??;
    let frame = Frame {
        data,
        x: u24(place) * 2,
        y: u24(&place[3..]) * 2,
        width: coded.width,
        height: coded.height,
        alpha: alpha || coded.alpha,
        lossless: coded.lossless,
    };
    let same = (u24(&place[6..]) + 1, u24(&place[9..]) + 1) == (frame.width, frame.height);
    if !same || frame.x + frame.width > width || frame.y + frame.height > height {
        return Err(Error::malformed("webp: a frame off its canvas"));
    }
    Ok(frame)
}
