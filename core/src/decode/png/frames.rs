//! The frames of an animated PNG: each is decoded by itself and drawn on the canvas.

use png::{BitDepth, Decoder, DecodingError, Reader, Transformations};

use super::chunks::Chunks;
use super::control::Control;
use super::pixels::{buffer, convert_row, to_eight_bits};
use super::{PICTURE, SIGNATURE};
use crate::decode::compose::{Canvas, Clock};
use crate::decode::pieces::Pieces;
use crate::decode::Frames;
use crate::image::{Frame, Layout};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// Chunks that reach the decoder besides those of a still picture.
const MOVING: [&[u8; 4]; 3] = [b"acTL", b"fcTL", b"fdAT"];

type Bytes<'a> = Pieces<'a, Box<dyn Iterator<Item = &'a [u8]> + 'a>>;

struct Source<'a> {
    reader: Reader<Bytes<'a>>,
    /// Whether the reader stands before the data of the next frame.
    ready: bool,
    frames_left: u32,
    canvas: Canvas,
    /// A frame as the decoder gives it.
    samples: Vec<u8>,
    clock: Clock,
}

/// Begins to read the frames of `source`.
pub(in crate::decode) fn frames<'a>(
    source: &'a [u8],
    plan: &DecodePlan,
    limits: &Limits,
    job: &'a Job,
) -> Result<Box<dyn Frames + 'a>> {
    let wanted = |kind: &[u8; 4]| PICTURE.contains(&kind) || MOVING.contains(&kind);
    let chunks = Chunks::new(source).filter(move |chunk| wanted(&chunk.kind));
    let slices = std::iter::once(SIGNATURE).chain(chunks.map(|chunk| chunk.whole));
    let bytes = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let pieces: Bytes<'a> = Pieces::new(Box::new(slices), job);
    let mut decoder = Decoder::new_with_limits(pieces, png::Limits { bytes });
    decoder.set_transformations(Transformations::EXPAND);
    let reader = decoder.read_info().map_err(|error| failed(&error, job))?;
    let info = reader.info();
    if info.size() != (plan.width, plan.height) {
        return Err(Error::malformed("png: two readings of the header differ"));
    }
    let size = reader.output_buffer_size().unwrap_or(usize::MAX);
    Ok(Box::new(Source {
        // Without a control chunk before it, the default picture is not of the animation.
        ready: info.frame_control.is_some(),
        frames_left: info.animation_control.map_or(0, |control| control.num_frames),
        reader,
        canvas: Canvas::new(plan.width, plan.height, plan.layout)?,
        samples: buffer(size as u64)?,
        clock: Clock::default(),
    }))
}

impl Frames for Source<'_> {
    fn next(&mut self, job: &Job) -> Result<Option<Frame>> {
        if self.frames_left == 0 {
            return Ok(None);
        }
        self.frames_left -= 1;
        if !self.ready {
            self.reader.next_frame_info().map_err(|error| failed(&error, job))?;
        }
        self.ready = false;
        let control = self.reader.info().frame_control.ok_or_else(broken)?;
        let control = Control::from_decoder(&control);
        self.reader.next_frame(&mut self.samples).map_err(|error| failed(&error, job))?;
        self.canvas.begin(control.place, job)?;
        self.draw(&control, job)?;
        let delay_ms = self.clock.delay(control.ticks, control.scale);
        Ok(Some(Frame { image: self.canvas.picture(job)?, delay_ms }))
    }
}

impl Source<'_> {
    fn draw(&mut self, control: &Control, job: &Job) -> Result<()> {
        let (color, depth) = self.reader.output_color_type();
        let (channels, deep) = (color.samples(), depth == BitDepth::Sixteen);
        let pixel = channels * if deep { 2 } else { 1 };
        let width = control.place.width as usize;
        // The rows of an interlaced frame stand as far apart as those of the canvas.
        let info = self.reader.info();
        let stride = pixel * if info.interlaced { info.width as usize } else { width };
        let (mut narrow, mut row) = (Vec::new(), vec![0; width * 4]);
        for (y, line) in (0..control.place.height).zip(self.samples.chunks(stride)) {
            job.check()?;
            let line = &line[..width * pixel];
            if deep {
                let (pairs, _) = line.as_chunks::<2>();
                narrow.clear();
                narrow.extend(pairs.iter().map(|pair| to_eight_bits(u16::from_be_bytes(*pair))));
                convert_row(&narrow, channels, &mut row, Layout::Rgba);
            } else {
                convert_row(line, channels, &mut row, Layout::Rgba);
            }
            self.canvas.row(y, &row);
        }
        Ok(())
    }
}

fn broken() -> Error {
    Error::malformed("png: broken data")
}

pub(super) fn failed(error: &DecodingError, job: &Job) -> Error {
    // A stopped job is not the file's fault, whatever the decoder made of it.
    if let Err(stopped) = job.check() {
        return stopped;
    }
    let ours = match error {
        DecodingError::LimitsExceeded => Error::too_large("memory", "what a job may hold", "more"),
        _ => broken(),
    };
    ours.with_context(error.to_string())
}
