//! What a plan holds in memory at once, by estimate.

use super::overlay::drawn_layout;
use super::{DecodePlan, Encoding, OutputPlan, Palette, Step, Target};
use crate::image::{Format, Layout, Probe};

/// Code, tables and small buffers of any job.
const BASE: u64 = 2 << 20;
/// Longest side that is scored whole; of a longer one, as much as this.
pub(crate) const SCORED_SIDE: u32 = 1024;
/// Bytes that are kept of a scored pixel while others are compared with it.
const REFERENCE: u64 = 50;
/// Bytes that a comparison takes besides, by scored pixel.
const COMPARISON: u64 = 100;
/// Rows of a strip of a picture that is scored as a whole, and those above and below that it needs.
#[cfg(feature = "codecs")]
pub(crate) const SCORED_ROWS: u32 = 128;
#[cfg(feature = "codecs")]
const STRIP_EDGES: u32 = 2 * 96;
/// The largest picture that is scored as a whole: it takes half a second a megapixel.
#[cfg(feature = "codecs")]
const MOST_PIXELS: u64 = 4 << 20;
#[cfg(feature = "codecs")]
const MOST_WIDE: u32 = 4096;

/// Bytes of pixel and codec memory at the worst moment.
pub(super) fn estimate(
    probe: &Probe,
    decode: &DecodePlan,
    steps: &[Step],
    output: &OutputPlan,
) -> u64 {
    if matches!(output.encoding, Encoding::Json | Encoding::Source(_)) {
        return 0;
    }
    if output.animation.is_some() {
        return BASE + of_frames(probe, decode, steps, output);
    }
    let (peak, picture) = until_encoded(probe, decode, steps);
    let encoder = match output.target {
        Some(target) => aimed(&output.encoding, target, &picture),
        None => encoder(&output.encoding, &picture),
    };
    BASE + peak.max(picture.bytes() + encoder)
}

/// The same where nothing is written.
pub(super) fn to_look(probe: &Probe, decode: &DecodePlan, steps: &[Step]) -> u64 {
    BASE + until_encoded(probe, decode, steps).0
}

/// The worst moment before the encoder begins, and the picture that it is given.
fn until_encoded(probe: &Probe, decode: &DecodePlan, steps: &[Step]) -> (u64, Buffer) {
    let (first, steps, last) = through_steps(decode, steps);
    let codec = match probe.format {
        Format::Svg => first.bytes(),
        _ => decoder(probe),
    };
    (steps.max(first.bytes() + codec), last)
}

/// The picture before the steps, the worst moment in them, and the picture after them.
fn through_steps(decode: &DecodePlan, steps: &[Step]) -> (Buffer, u64, Buffer) {
    let first = Buffer { width: decode.width, height: decode.height, layout: decode.layout };
    let (mut picture, mut peak) = (first, 0);
    for step in steps {
        let before = picture;
        let scratch = picture.apply(step);
        let in_place = picture == before;
        let copy = if in_place { 0 } else { picture.bytes() };
        peak = peak.max(before.bytes() + copy + scratch);
    }
    (first, peak, picture)
}

/// An animation: source, frame and result are alive together, whatever the number of frames.
fn of_frames(probe: &Probe, decode: &DecodePlan, steps: &[Step], output: &OutputPlan) -> u64 {
    let (first, peak, last) = through_steps(decode, steps);
    frames_source(probe) + peak.max(first.bytes()) + frames_encoder(&output.encoding, &last)
}

/// What a source of frames holds besides the frame that it gives: the canvas and what a frame is
/// decoded into.
fn frames_source(probe: &Probe) -> u64 {
    let pixels = u64::from(probe.width) * u64::from(probe.height);
    let wide = if probe.bits > 8 { 2 } else { 1 };
    match probe.format {
        // The second canvas holds what comes back under a frame.
        Format::Gif => 8 * pixels,
        Format::Png => (8 + 4 * wide) * pixels,
        Format::Webp => 12 * pixels,
        Format::Avif => {
            // Eight pictures that later ones refer to and two in work, in halves of a sample.
            let color = match probe.subsampling {
                Some("4:0:0") => 2,
                Some("4:2:0") => 3,
                Some("4:2:2") => 4,
                _ => 6,
            };
            let alpha = if probe.frames_alpha { 2 } else { 0 };
            5 * (color + alpha) * wide * pixels
        }
        _ => decoder(probe),
    }
}

/// What an encoder of an animation holds besides the frame that it is given.
fn frames_encoder(encoding: &Encoding, picture: &Buffer) -> u64 {
    let pixels = picture.pixels();
    match encoding {
        // Measured on frames of 1 MP.
        Encoding::Webp { quality: None, .. } => 60 * pixels,
        Encoding::Avif { .. } if picture.layout == Layout::Rgba => 140 * pixels,
        Encoding::Avif { .. } => 90 * pixels,
        // Three canvases of libwebp's, and a frame in its own layout.
        Encoding::Webp { .. } => 16 * pixels + encoder(encoding, picture),
        _ => 8 * pixels + encoder(encoding, picture),
    }
}

/// Samples of the picture behind `steps`.
pub(super) fn result_layout(decode: &DecodePlan, steps: &[Step]) -> Layout {
    let mut picture = Buffer { width: decode.width, height: decode.height, layout: decode.layout };
    for step in steps {
        picture.apply(step);
    }
    picture.layout
}

/// What an encoder holds that works to a target: it may choose full chroma, and its result is
/// decoded and scored.
fn aimed(encoding: &Encoding, target: Target, picture: &Buffer) -> u64 {
    let mut encoding = encoding.clone();
    if let Encoding::Jpeg { full_chroma, .. } | Encoding::Avif { full_chroma, .. } = &mut encoding {
        *full_chroma = true;
    }
    let encode = encoder(&encoding, picture);
    if !target.verified {
        return encode;
    }
    let judge =
        u64::from(picture.width.min(SCORED_SIDE)) * u64::from(picture.height.min(SCORED_SIDE));
    let decode = match encoding {
        Encoding::Jpeg { .. } => 6,
        Encoding::Webp { .. } => 1,
        _ => 4,
    };
    let look = picture.bytes() + decode * picture.pixels() + COMPARISON * judge;
    REFERENCE * judge + encode.max(look)
}

/// What is held besides a picture while `encoding` is looked for that keeps a score: an excerpt
/// that is tried and scored by a judge, then the picture itself.
#[cfg(feature = "codecs")]
pub(crate) fn to_floor(encoding: &Encoding, (width, height): (u32, u32), layout: Layout) -> u64 {
    let picture = Buffer { width, height, layout };
    let part = Buffer { width: width.min(SCORED_SIDE), height: height.min(SCORED_SIDE), ..picture };
    let tried = part.pixels();
    let judged = COMPARISON * tried + 2 * part.bytes();
    let held = part.bytes() + REFERENCE * tried;
    let work = written_and_read(encoding, &picture);
    BASE + match scored_whole(width, height) {
        true => {
            let excerpt = held + written_and_read(encoding, &part).max(judged);
            excerpt.max(work.max(scoring(&picture)))
        }
        false => held + work.max(judged),
    }
}

/// Whether all of a picture is scored, of those that are larger than what a judge takes.
#[cfg(feature = "codecs")]
pub(crate) fn scored_whole(width: u32, height: u32) -> bool {
    let pixels = u64::from(width) * u64::from(height);
    width.max(height) > SCORED_SIDE && width <= MOST_WIDE && pixels <= MOST_PIXELS
}

/// What is held besides a picture while another is scored against all of it: the other, both as
/// RGB for the metric, and a strip.
#[cfg(feature = "codecs")]
fn scoring(picture: &Buffer) -> u64 {
    let copies = if picture.layout == Layout::Rgb { 6 } else { 12 };
    let strip = u64::from(picture.width) * u64::from(SCORED_ROWS + STRIP_EDGES);
    picture.bytes() + copies * picture.pixels() + COMPARISON * strip
}

/// What is held besides a picture while it is written and what was written is read again.
#[cfg(feature = "codecs")]
pub(crate) fn to_verify(encoding: &Encoding, (width, height): (u32, u32), layout: Layout) -> u64 {
    BASE + written_and_read(encoding, &Buffer { width, height, layout })
}

#[cfg(feature = "codecs")]
fn written_and_read(encoding: &Encoding, picture: &Buffer) -> u64 {
    let pixels = picture.pixels();
    let (thorough, decode) = match encoding {
        // A second copy of all coefficients, before they are quantised; and those of the reader.
        Encoding::Jpeg { full_chroma: true, .. } => (6, 6),
        Encoding::Jpeg { .. } => (3, 3),
        Encoding::Webp { quality: Some(_), .. } => (0, 1),
        // 10 bits: planes and predictions in words.
        Encoding::Avif { .. } => (20, 4),
        _ => (0, 4),
    };
    let write = encoder(encoding, picture) + thorough * pixels;
    write.max(picture.bytes() + decode * pixels)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Buffer {
    width: u32,
    height: u32,
    layout: Layout,
}

impl Buffer {
    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    fn bytes(&self) -> u64 {
        self.pixels() * self.layout.channels() as u64
    }

    /// Becomes the result of `step`; returns what the step needs besides both pictures.
    fn apply(&mut self, step: &Step) -> u64 {
        let channels = self.layout.channels() as u64;
        match *step {
            Step::Resize { area, width, height } => {
                let between = area.width.ceil() as u64 * u64::from(height) * channels;
                (self.width, self.height) = (width, height);
                return between;
            }
            Step::Crop { width, height, .. } => (self.width, self.height) = (width, height),
            Step::ToSrgb if self.layout == Layout::Cmyk => self.layout = Layout::Rgb,
            Step::ToSrgb | Step::Adjust { .. } => {}
            // Both hand the host RGBA and take as much back.
            Step::Segment => {
                self.layout = Layout::Rgba;
                return self.pixels();
            }
            Step::Generate { width, height } => {
                let before = self.pixels();
                (self.width, self.height) = (width, height);
                return 4 * (before + self.pixels());
            }
            Step::Orient { .. } => return self.bytes(),
            Step::Pad { width, height, background, .. } => {
                (self.width, self.height) = (width, height);
                self.layout = padded_layout(self.layout, background);
            }
            Step::Flatten { background } if background.alpha == 255 => self.layout = Layout::Rgb,
            Step::Flatten { .. } => {}
            Step::Draw { composite, .. } => {
                self.layout = drawn_layout(self.layout, composite.clears());
            }
            Step::Blur { .. } | Step::Sharpen { .. } => return self.bytes(),
        }
        0
    }
}

/// Samples of a picture after padding with `background`.
pub(crate) fn padded_layout(layout: Layout, background: crate::options::Color) -> Layout {
    let grey = background.red == background.green && background.green == background.blue;
    match layout {
        _ if background.alpha < 255 => Layout::Rgba,
        Layout::Gray if !grey => Layout::Rgb,
        other => other,
    }
}

/// What a decoder holds besides the picture. Like [`encoder`]'s, the figures are the peaks that
/// were measured on pictures of 3 to 12 MP, rounded up.
fn decoder(probe: &Probe) -> u64 {
    let pixels = u64::from(probe.width) * u64::from(probe.height);
    let wide = if probe.bits > 8 { 2 } else { 1 };
    match probe.format {
        // All coefficients of a progressive file are held, two bytes each.
        Format::Jpeg if probe.progressive => match probe.subsampling {
            Some("4:2:0") => 3 * pixels,
            Some("4:2:2") => 4 * pixels,
            _ => 2 * pixels * probe.layout().channels() as u64,
        },
        Format::Jpeg => 64 * u64::from(probe.width),
        Format::Png if probe.bits > 8 => 2 * pixels * probe.layout().channels() as u64,
        Format::Png => 64 * u64::from(probe.width),
        Format::Gif => 4 * pixels,
        Format::Webp if probe.lossless => 4 * pixels,
        Format::Webp => pixels,
        Format::Avif => 4 * wide * pixels,
        // Planes of a decoder, and RGBA before our own picture.
        Format::Heic => 12 * pixels,
        // As many samples as a page may have, in one piece.
        Format::Tiff => 5 * wide * pixels,
        Format::Bmp => 64 * u64::from(probe.width),
        // Planes of floating point numbers, at several stages.
        Format::Jxl => 32 * pixels,
        Format::Json => 0,
        // Its canvas is as large as the picture: see `until_encoded`.
        Format::Svg => 0,
    }
}

/// What an encoder holds besides the picture.
fn encoder(encoding: &Encoding, picture: &Buffer) -> u64 {
    let pixels = picture.pixels();
    match encoding {
        Encoding::Jpeg { fast: true, .. } => pixels,
        Encoding::Jpeg { full_chroma: true, .. } => 13 * pixels,
        Encoding::Jpeg { .. } => 7 * pixels,
        Encoding::Png { palette: Palette::Learnt { .. }, .. } => 2 * picture.bytes() + 8 * pixels,
        Encoding::Png { palette: Palette::Same, .. } => 2 * picture.bytes() + 3 * pixels,
        Encoding::Png { palette: Palette::Never, .. } => picture.bytes(),
        Encoding::Gif => 28 * pixels,
        Encoding::Webp { quality: None, .. } => 30 * pixels,
        // The alpha plane is compressed without loss, which takes most of it.
        Encoding::Webp { .. } if picture.layout == Layout::Rgba => 24 * pixels,
        Encoding::Webp { .. } => 6 * pixels,
        Encoding::Avif { .. } => 40 * pixels,
        Encoding::Source(_) | Encoding::Json => 0,
    }
}
