//! The frames of an AVIF sequence: one decoder a track, which keeps what later frames need.

use super::av1::{Decoder, Picture, Reading};
use super::source::Source;
use super::{crop, meaning_of};
use crate::decode::compose::Clock;
use crate::decode::isobmff::{Crop, Nclx, Samples, Track};
use crate::decode::Frames;
use crate::image::{Frame, Image, Layout};
use crate::kernel::yuv;
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

struct Sequence<'a> {
    color: Stream<'a>,
    alpha: Option<Stream<'a>>,
    nclx: Option<Nclx>,
    premultiplied: bool,
    crop: Crop,
    layout: Layout,
    time_scale: u32,
    clock: Clock,
}

/// A track that is being decoded.
struct Stream<'a> {
    samples: Samples<'a>,
    decoder: Decoder,
    size: (u32, u32),
}

/// Begins to read the frames of `source`.
pub(in crate::decode) fn frames<'a>(
    source: &'a [u8],
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Box<dyn Frames + 'a>> {
    let read = Source::read(source, limits)?;
    let tracks = read.sequence().ok_or_else(|| Error::internal("avif: not a sequence"))?;
    if (read.crop.width, read.crop.height) != (plan.width, plan.height) {
        return Err(Error::internal("avif: the plan is for another picture"));
    }
    let wanted = plan.layout == Layout::Rgba;
    if wanted != tracks.alpha.is_some() {
        return Err(Error::internal("avif: the plan is for another transparency"));
    }
    Ok(Box::new(Sequence {
        color: Stream::open(&tracks.color, job)?,
        alpha: tracks.alpha.as_ref().map(|track| Stream::open(track, job)).transpose()?,
        nclx: tracks.color.color.nclx.or(read.properties.nclx),
        premultiplied: tracks.color.premultiplied,
        crop: read.crop,
        layout: plan.layout,
        time_scale: tracks.color.time_scale,
        clock: Clock::default(),
    }))
}

impl<'a> Stream<'a> {
    fn open(track: &Track<'a>, job: &Job) -> Result<Self> {
        let reading = Reading { operating_point: 0, layer: None };
        let pixels = u64::from(track.size.0) * u64::from(track.size.1);
        let decoder = Decoder::open(job.threads(), pixels, reading)?;
        Ok(Stream { samples: track.samples, decoder, size: track.size })
    }

    /// The next picture and its time; `None` behind the last.
    fn next(&mut self, job: &Job) -> Result<Option<(Picture, u32)>> {
        let Some(sample) = self.samples.read()? else { return Ok(None) };
        let picture = self.decoder.next_of_sequence(sample.data)?;
        job.check()?;
        let (width, height) = self.size;
        if picture.frame()?.size() != (width as usize, height as usize) {
            return Err(Error::malformed("avif: a frame of another size than its track"));
        }
        Ok(Some((picture, sample.ticks)))
    }
}

impl Frames for Sequence<'_> {
    fn next(&mut self, job: &Job) -> Result<Option<Frame>> {
        job.check()?;
        let Some((color, ticks)) = self.color.next(job)? else { return Ok(None) };
        let (width, height) = self.color.size;
        let mut image = Image::new(width, height, self.layout)?;
        let meaning = meaning_of(self.nclx.or(color.color()))?;
        yuv::to_pixels(&color.frame()?, meaning, &mut image, job)?;
        drop(color);
        if let Some(alpha) = &mut self.alpha {
            let missing = || Error::malformed("avif: a frame without its transparency");
            let (alpha, _) = alpha.next(job)?.ok_or_else(missing)?;
            let full_range = alpha.color().is_none_or(|color| color.full_range);
            yuv::fill_alpha(&alpha.frame()?, full_range, &mut image, job)?;
            if self.premultiplied {
                yuv::unpremultiply(&mut image, job)?;
            }
        }
        let image = crop(image, self.crop, job)?;
        Ok(Some(Frame { image, delay_ms: self.clock.delay(ticks, self.time_scale) }))
    }
}
