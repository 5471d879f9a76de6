//! Animations: written anew frame by frame, and compared or scored in the same way.

use super::contest::{Candidate, Contest};
use super::same::same_pixels;
use super::Work;
use crate::decode::{self, Frames};
use crate::encode;
use crate::image::{Format, Frame, Image, Layout, Probe};
use crate::kernel::libwebp;
use crate::plan::{animation_pixels, to_floor, AnimationPlan, DecodePlan, Encoding, OutputPlan};
use crate::quality::Floor;
use crate::{Charge, Error, Job, Limits, Result};

/// Bytes a pixel that are held while frames are read, compared and written: canvases of the
/// decoder, two frames, and the encoder at its greediest.
const HELD: u64 = 92;
/// The same while frames are only read.
const READ: u64 = 20;
/// Quality from which the search for a lossy animation begins, and how much is added to it when
/// the frames together fall below the floor.
const GUESS: u8 = 85;
const STEP: u8 = 5;
const TRIES: u8 = 3;
/// libwebp's method for frames: there are many of them.
const METHOD: u8 = 4;

/// Reads every frame. A source with one that is broken or missing is `Malformed`.
pub(super) fn check(work: &Work<'_>) -> Result<()> {
    let Probe { width, height, .. } = *work.probe;
    let _memory = work.job.charge(READ * u64::from(width) * u64::from(height))?;
    let mut frames = film(work.source, work)?;
    let mut count = 0;
    while frames.next(work.job)?.is_some() {
        count += 1;
    }
    if count < work.probe.frames {
        return Err(Error::malformed("an animation that is cut short"));
    }
    Ok(())
}

/// All frames in `encoding`, if that shows the very same pixels for the same time.
pub(super) fn rewritten(work: &Work<'_>, encoding: Encoding) -> Result<Option<Candidate>> {
    let Some(data) = written(work, &encoding)? else { return Ok(None) };
    let same = same_film(work, &data)?;
    Ok(same.then_some(Candidate { data, format: encoding.format(), lossy: None }))
}

/// Offers WebP where it is asked for: lossless, and at the floor where that is allowed.
pub(super) fn copies(work: &Work<'_>, contest: &mut Contest) -> Result<()> {
    if !work.options.webp {
        return Ok(());
    }
    contest.tried_webp();
    let encoding = Encoding::Webp { quality: None, method: METHOD };
    contest.take(rewritten(work, encoding))?;
    if work.lossy() {
        contest.take(lossy(work))?;
    }
    Ok(())
}

/// Every frame in `encoding`; `None` where there are too many pixels to work through.
fn written(work: &Work<'_>, encoding: &Encoding) -> Result<Option<Vec<u8>>> {
    let (probe, job) = (work.probe, work.job);
    let too_wide =
        encoding.format() == Format::Webp && probe.width.max(probe.height) > libwebp::MAX_SIDE;
    if too_wide || animation_pixels(probe) > work.limits.animation_transform_pixels {
        return Ok(None);
    }
    let _memory = job.charge(HELD * u64::from(probe.width) * u64::from(probe.height))?;
    let mut frames = film(work.source, work)?;
    let output = OutputPlan {
        animation: Some(AnimationPlan { frames: probe.frames, loops: probe.loops }),
        ..OutputPlan::still(probe.width, probe.height, encoding.clone())
    };
    if probe.frames == 1 {
        let Some(frame) = frames.next(job)? else { return Ok(None) };
        let output = OutputPlan { animation: None, ..output };
        return encode::run_adapter(&frame.image, &output, job).map(Some);
    }
    let mut result = encode::animation(&output, job)?;
    while let Some(frame) = frames.next(job)? {
        result.add(&frame, job)?;
    }
    result.finish(job).map(Some)
}

/// A lossy animation whose frames keep the floor: the first, the one in the middle and the last
/// are scored.
fn lossy(work: &Work<'_>) -> Result<Option<Candidate>> {
    let (job, probe) = (work.job, work.probe);
    let moments = [0, probe.frames / 2, probe.frames - 1];
    let _memory = job.charge(3 * 4 * u64::from(probe.width) * u64::from(probe.height))?;
    let chosen = frames_at(work, &moments)?;
    let mut quality = 0;
    for (_, image) in &chosen {
        let (floor, _memory) = floor(image, work)?;
        let encode = |image: &Image, quality| webp(image, quality, job);
        match floor.keep(&encode, GUESS, usize::MAX)? {
            Some(kept) => quality = quality.max(kept.quality),
            None => return Ok(None),
        }
    }
    for _ in 0..TRIES {
        let encoding = Encoding::Webp { quality: Some(quality), method: METHOD };
        let Some(data) = written(work, &encoding)? else { return Ok(None) };
        let least = least_score(&data, &chosen, work)?;
        if least >= work.options.floor {
            let lossy = Some((quality, least));
            return Ok(Some(Candidate { data, format: Format::Webp, lossy }));
        }
        quality = (quality + STEP).min(99);
    }
    Ok(None)
}

fn webp(image: &Image, quality: u8, job: &Job) -> Result<Vec<u8>> {
    let encoding = Encoding::Webp { quality: Some(quality), method: METHOD };
    let output = OutputPlan::still(image.width(), image.height(), encoding);
    encode::run_adapter(image, &output, job)
}

/// The frames at `indices`, in order, each with the time at which it is shown.
fn frames_at(work: &Work<'_>, indices: &[u32]) -> Result<Vec<(u64, Image)>> {
    let mut frames = film(work.source, work)?;
    let (mut found, mut index, mut time) = (Vec::new(), 0, 0);
    while let Some(Frame { image, delay_ms }) = frames.next(work.job)? {
        if indices.contains(&index) {
            found.push((time, image));
        }
        index += 1;
        time += u64::from(delay_ms);
    }
    Ok(found)
}

/// The measure of what stands for a frame, and the memory that it takes.
fn floor<'a>(image: &'a Image, work: &Work<'a>) -> Result<(Floor<'a>, Charge<'a>)> {
    let encoding = Encoding::Webp { quality: Some(0), method: METHOD };
    let size = (image.width(), image.height());
    let memory = work.job.charge(to_floor(&encoding, size, image.layout()))?;
    Ok((Floor::new(image, work.options.floor, work.limits, work.job)?, memory))
}

/// The lowest score of what `file` shows at the times of `chosen` against what is shown there.
fn least_score(file: &[u8], chosen: &[(u64, Image)], work: &Work<'_>) -> Result<f64> {
    let mut frames = film(file, work)?;
    let (mut least, mut end, mut rest) = (f64::INFINITY, 0, chosen.iter().peekable());
    while let Some(Frame { image, delay_ms }) = frames.next(work.job)? {
        end += u64::from(delay_ms);
        while let Some((_, before)) = rest.next_if(|(time, _)| *time < end) {
            let (floor, _memory) = floor(before, work)?;
            least = least.min(floor.score_of(&image)?);
        }
    }
    Ok(if rest.peek().is_none() { least } else { f64::NEG_INFINITY })
}

/// Whether `file` shows the pixels of the source for the same time. A frame that changes nothing
/// may have been made part of the one before it.
fn same_film(work: &Work<'_>, file: &[u8]) -> Result<bool> {
    let job = work.job;
    let probe = decode::probe(file, work.limits)?;
    if work.probe.frames > 1 && probe.frames > 1 && probe.loops != work.probe.loops {
        return Ok(false);
    }
    let mut one = Spans::new(film(work.source, work)?);
    let mut other = Spans::new(film(file, work)?);
    loop {
        match (one.next(job)?, other.next(job)?) {
            (None, None) => return Ok(true),
            (Some(left), Some(right)) => {
                let still = work.probe.frames == 1;
                let same_time = still || left.delay_ms == right.delay_ms;
                if !same_time || !same_pixels(&left.image, &right.image, job)? {
                    return Ok(false);
                }
            }
            _ => return Ok(false),
        }
    }
}

/// Frames with those joined that look the same.
struct Spans<'a> {
    frames: Box<dyn Frames + 'a>,
    ahead: Option<Frame>,
}

impl<'a> Spans<'a> {
    fn new(frames: Box<dyn Frames + 'a>) -> Self {
        Spans { frames, ahead: None }
    }

    fn next(&mut self, job: &Job) -> Result<Option<Frame>> {
        let first = match self.ahead.take() {
            Some(frame) => Some(frame),
            None => self.frames.next(job)?,
        };
        let Some(mut span) = first else { return Ok(None) };
        while let Some(frame) = self.frames.next(job)? {
            if !same_pixels(&span.image, &frame.image, job)? {
                self.ahead = Some(frame);
                break;
            }
            span.delay_ms = span.delay_ms.saturating_add(frame.delay_ms);
        }
        Ok(Some(span))
    }
}

/// The frames of `file`, which shows what the source does.
fn film<'a>(file: &'a [u8], work: &Work<'a>) -> Result<Box<dyn Frames + 'a>> {
    let probe = decode::probe(file, work.limits)?;
    let Probe { width, height, .. } = probe;
    let layout = if work.probe.frames_alpha { Layout::Rgba } else { Layout::Rgb };
    let plan = DecodePlan { scale: 1, width, height, layout, to_srgb: false };
    let limits: &Limits = work.limits;
    decode::frames(file, &probe, &plan, limits, work.job)
}
