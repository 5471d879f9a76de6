//! Animated PNG: each frame is the rectangle that changed, drawn over the one before.
//!
//! Frames stay as they are when their time is over: what must vanish is overwritten. Where
//! nothing changed inside the rectangle, transparent pixels may be laid over it instead.

use super::chunks::{picture, push, replace, SIGNATURE};
use super::failed;
use crate::encode::sink::Sink;
use crate::encode::Animation;
use crate::image::{Frame, Image, Layout};
use crate::plan::{AnimationPlan, OutputPlan};
use crate::{Error, Job, Result};

/// Longest side that readers take.
const MAX_SIDE: u32 = i32::MAX as u32;

/// Begins an animation. `fast` takes one filter for all rows.
pub(in crate::encode) fn begin(
    output: &OutputPlan,
    plan: AnimationPlan,
    fast: bool,
) -> Result<Box<dyn Animation>> {
    let (width, height) = (output.width, output.height);
    if width.max(height) > MAX_SIDE {
        return Err(Error::too_large("output side", MAX_SIDE, width.max(height)));
    }
    let mut file = SIGNATURE.to_vec();
    let sides = [width.to_be_bytes(), height.to_be_bytes()];
    // Eight bits of red, green, blue and alpha.
    push(&mut file, b"IHDR", &[sides.as_flattened(), &[8, 6, 0, 0, 0]])?;
    let count_at = file.len();
    push(&mut file, b"acTL", &[&[0; 4], &plan.loops.to_be_bytes()])?;
    Ok(Box::new(Apng {
        size: (width as usize, height as usize),
        loops: plan.loops,
        fast,
        file,
        count_at,
        frames: 0,
        sequence: 0,
        shown: Vec::new(),
        control: None,
    }))
}

struct Apng {
    size: (usize, usize),
    loops: u32,
    fast: bool,
    file: Vec<u8>,
    /// Where the number of frames is told.
    count_at: usize,
    frames: u32,
    sequence: u32,
    /// What is seen now, in RGBA.
    shown: Vec<u8>,
    /// The last frame's control and where it stands.
    control: Option<(usize, Control)>,
}

/// A frame's place, time and blending.
#[derive(Debug, Clone, Copy)]
struct Control {
    sequence: u32,
    area: Area,
    delay_ms: u64,
    /// Laid over what is there instead of taking its place.
    over: bool,
}

/// A rectangle of the canvas.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Control {
    fn data(&self) -> [u8; 26] {
        let Area { left, top, right, bottom } = self.area;
        let numbers = [right - left, bottom - top, left, top].map(|number| number as u32);
        let (part, whole) = fraction(self.delay_ms);
        let mut data = [0; 26];
        data[..4].copy_from_slice(&self.sequence.to_be_bytes());
        data[4..20].copy_from_slice(numbers.map(u32::to_be_bytes).as_flattened());
        data[20..22].copy_from_slice(&part.to_be_bytes());
        data[22..24].copy_from_slice(&whole.to_be_bytes());
        data[25] = u8::from(self.over);
        data
    }
}

/// Milliseconds as parts of a second, as fine as two bytes allow.
fn fraction(ms: u64) -> (u16, u16) {
    for whole in [1000u16, 100, 10, 1] {
        let step = 1000 / u64::from(whole);
        if let Ok(part) = u16::try_from((ms + step / 2) / step) {
            return (part, whole);
        }
    }
    (u16::MAX, 1)
}

impl Apng {
    /// The rectangle with all pixels that are not shown yet.
    fn changed(&self, pixels: &[u8]) -> Option<Area> {
        let (width, height) = self.size;
        if self.shown.is_empty() {
            return Some(Area { left: 0, top: 0, right: width, bottom: height });
        }
        let mut found: Option<Area> = None;
        let rows = self.shown.chunks_exact(4 * width).zip(pixels.chunks_exact(4 * width));
        for (y, (old, new)) in rows.enumerate().filter(|(_, (old, new))| old != new) {
            let pixels = || old.chunks_exact(4).zip(new.chunks_exact(4));
            let left = pixels().position(|(old, new)| old != new).unwrap_or(0);
            let right = width - pixels().rev().position(|(old, new)| old != new).unwrap_or(0);
            let before = found.unwrap_or(Area { left, top: y, right, bottom: y });
            found = Some(Area {
                left: before.left.min(left),
                top: before.top,
                right: before.right.max(right),
                bottom: y + 1,
            });
        }
        found
    }

    /// The pixels of `area`; with `over` nothing where nothing changes, `None` when what is there
    /// would show through what comes.
    fn cut(&self, pixels: &[u8], area: Area, over: bool) -> Option<Vec<u8>> {
        let mut cut = Vec::with_capacity(4 * (area.right - area.left) * (area.bottom - area.top));
        for y in area.top..area.bottom {
            let row = 4 * (y * self.size.0 + area.left)..4 * (y * self.size.0 + area.right);
            if !over {
                cut.extend_from_slice(&pixels[row]);
                continue;
            }
            let (old, new) = (&self.shown[row.clone()], &pixels[row]);
            for (old, new) in old.chunks_exact(4).zip(new.chunks_exact(4)) {
                match (old == new, old[3], new[3]) {
                    (true, ..) => cut.extend_from_slice(&[0; 4]),
                    (_, 0, _) | (_, _, 255) => cut.extend_from_slice(new),
                    _ => return None,
                }
            }
        }
        Some(cut)
    }

    /// Compressed pixels of `area`.
    fn compressed(&self, pixels: &[u8], area: Area, job: &Job) -> Result<Vec<u8>> {
        let (width, height) = (area.right - area.left, area.bottom - area.top);
        let mut data = Vec::new();
        let sink = Sink::new(&mut data, job);
        let mut encoder = png::Encoder::new(sink, width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgba);
        let effort = if self.fast { png::Compression::Fast } else { png::Compression::Balanced };
        encoder.set_compression(effort);
        let filter = if self.fast { png::Filter::Up } else { png::Filter::Adaptive };
        encoder.set_filter(filter);
        let mut writer = encoder.write_header().map_err(|error| failed(error, job))?;
        writer.write_image_data(pixels).map_err(|error| failed(error, job))?;
        writer.finish().map_err(|error| failed(error, job))?;
        Ok(picture(&data))
    }

    /// The smaller way to show `pixels`.
    fn smallest(&self, pixels: &[u8], area: Area, job: &Job) -> Result<(Vec<u8>, bool)> {
        let whole = self.cut(pixels, area, false).unwrap_or_default();
        let plain = self.compressed(&whole, area, job)?;
        drop(whole);
        if self.shown.is_empty() {
            return Ok((plain, false));
        }
        job.check()?;
        if let Some(sparse) = self.cut(pixels, area, true) {
            let sparse = self.compressed(&sparse, area, job)?;
            if sparse.len() < plain.len() {
                return Ok((sparse, true));
            }
        }
        Ok((plain, false))
    }

    fn next_sequence(&mut self) -> u32 {
        self.sequence += 1;
        self.sequence - 1
    }
}

impl Animation for Apng {
    fn add(&mut self, frame: &Frame, job: &Job) -> Result<()> {
        job.check()?;
        let Frame { image, delay_ms } = frame;
        if (image.width() as usize, image.height() as usize) != self.size {
            return Err(Error::internal("a frame of another size than was planned"));
        }
        let pixels = rgba(image, job)?;
        let Some(area) = self.changed(&pixels) else {
            if let Some((at, control)) = &mut self.control {
                control.delay_ms += u64::from(*delay_ms);
                replace(&mut self.file, *at, &control.data());
            }
            return Ok(());
        };
        let (data, over) = self.smallest(&pixels, area, job)?;
        let sequence = self.next_sequence();
        let control = Control { sequence, area, delay_ms: u64::from(*delay_ms), over };
        self.control = Some((self.file.len(), control));
        push(&mut self.file, b"fcTL", &[&control.data()])?;
        if self.frames == 0 {
            push(&mut self.file, b"IDAT", &[&data])?;
        } else {
            let sequence = self.next_sequence();
            push(&mut self.file, b"fdAT", &[&sequence.to_be_bytes(), &data])?;
        }
        self.frames += 1;
        self.shown = pixels;
        job.check()
    }

    fn finish(mut self: Box<Self>, job: &Job) -> Result<Vec<u8>> {
        job.check()?;
        if self.frames == 0 {
            return Err(Error::internal("an animation without a frame"));
        }
        let counts = [self.frames.to_be_bytes(), self.loops.to_be_bytes()];
        replace(&mut self.file, self.count_at, counts.as_flattened());
        push(&mut self.file, b"IEND", &[])?;
        Ok(self.file)
    }
}

/// The samples of `image` as RGBA; what nobody sees is black.
fn rgba(image: &Image, job: &Job) -> Result<Vec<u8>> {
    let mut samples = Image::new(image.width(), image.height(), Layout::Rgba)?.into_data();
    let mut pixels = super::pixels(image, true);
    for row in samples.chunks_exact_mut(4 * image.width() as usize) {
        job.check()?;
        for (to, pixel) in row.chunks_exact_mut(4).zip(&mut pixels) {
            to.copy_from_slice(&pixel);
        }
    }
    Ok(samples)
}
