//! Animated AVIF: every frame is coded against those before it and forgotten.

use super::aom::{color_planes, Packet, Session, Use};
use super::tracks::{self, Sample, Track};
use super::{alpha_quality, is_transparent, Coded, Settings};
use crate::encode::Animation;
use crate::image::{Frame, Image, Layout};
use crate::kernel::yuv::{self, Planar};
use crate::plan::{AnimationPlan, OutputPlan};
use crate::{Error, Job, Result};

/// Longest side that the format's header can say.
const MAX_SIDE: u32 = 65_535;

/// Begins an animation.
pub(in crate::encode) fn begin(
    output: &OutputPlan,
    plan: AnimationPlan,
    settings: Settings,
) -> Result<Box<dyn Animation>> {
    let size = (output.width, output.height);
    if size.0.max(size.1) > MAX_SIDE {
        return Err(Error::too_large("avif side", MAX_SIDE, size.0.max(size.1)));
    }
    Ok(Box::new(Sequence {
        size,
        loops: plan.loops,
        settings,
        color: None,
        alpha: None,
        transparent: false,
        delays: Vec::new(),
        last: None,
    }))
}

struct Sequence {
    size: (u32, u32),
    loops: u32,
    settings: Settings,
    color: Option<Stream>,
    alpha: Option<Stream>,
    /// Whether any pixel so far is not opaque.
    transparent: bool,
    /// How long each frame is shown, in milliseconds.
    delays: Vec<u32>,
    last: Option<Image>,
}

/// An encoder and what it has written.
struct Stream {
    session: Session,
    track: Track,
}

impl Stream {
    fn open(planar: &Planar<u8>, size: (u32, u32), settings: Settings) -> Result<Self> {
        let monochrome = planar.chroma.is_none();
        let halved = monochrome || !settings.full_chroma;
        let session = Session::open(planar, size, halved, settings, Use::Moving)?;
        let coded = Coded { data: Vec::new(), monochrome, bits: 8, halved };
        Ok(Stream { session, track: Track { coded, samples: Vec::new() } })
    }

    fn keep(&mut self, packets: Vec<Packet>) -> Result<()> {
        for Packet { data, key } in packets {
            self.track
                .coded
                .data
                .try_reserve(data.len())
                .map_err(|_| Error::too_large("memory", "what the system gives", data.len()))?;
            self.track.coded.data.extend_from_slice(&data);
            self.track.samples.push(Sample { bytes: data.len(), key });
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Track> {
        let packets = self.session.finish()?;
        self.keep(packets)?;
        Ok(self.track)
    }
}

impl Sequence {
    /// Codes planes with the encoder of `stream`, which the first frame opens.
    fn code(
        stream: &mut Option<Stream>,
        planar: &Planar<u8>,
        size: (u32, u32),
        settings: Settings,
        at: usize,
    ) -> Result<()> {
        let stream = match stream {
            Some(stream) => stream,
            None => stream.insert(Stream::open(planar, size, settings)?),
        };
        let packets = stream.session.encode(planar, at as i64)?;
        stream.keep(packets)
    }
}

impl Animation for Sequence {
    fn add(&mut self, frame: &Frame, job: &Job) -> Result<()> {
        job.check()?;
        let Frame { image, delay_ms } = frame;
        if (image.width(), image.height()) != self.size || image.layout() == Layout::Cmyk {
            return Err(Error::internal("a frame of another shape than was planned"));
        }
        // A sample of no time at all is not allowed.
        let delay = (*delay_ms).max(1);
        if let (Some(last), Some(shown)) = (&self.last, self.delays.last_mut()) {
            if last.layout() != image.layout() {
                return Err(Error::internal("a frame of another layout than the one before"));
            }
            if last == image && shown.checked_add(delay).is_some() {
                *shown += delay;
                return Ok(());
            }
        }
        let (settings, at) = (self.settings, self.delays.len());
        let transparent = is_transparent(image);
        let planar = color_planes(image, transparent, settings, job)?;
        Self::code(&mut self.color, &planar, self.size, settings, at)?;
        drop(planar);
        job.check()?;
        if image.layout() == Layout::Rgba {
            let planar = yuv::from_gray(image, 3, 4, job)?;
            let settings = Settings { quality: alpha_quality(settings.quality), ..settings };
            Self::code(&mut self.alpha, &planar, self.size, settings, at)?;
        }
        self.transparent |= transparent;
        self.delays.push(delay);
        self.last = Some(image.clone());
        job.check()
    }

    fn finish(self: Box<Self>, job: &Job) -> Result<Vec<u8>> {
        job.check()?;
        let none = || Error::internal("an animation without a frame");
        let Sequence { size, loops, color, alpha, transparent, delays, .. } = *self;
        let color = color.ok_or_else(none)?.finish()?;
        let alpha = match alpha {
            Some(alpha) if transparent => Some(alpha.finish()?),
            _ => None,
        };
        for track in [Some(&color), alpha.as_ref()].into_iter().flatten() {
            if track.samples.len() != delays.len() {
                return Err(Error::internal("avif: the encoder wrote another number of frames"));
            }
        }
        tracks::write(&color, alpha.as_ref(), size, &delays, loops)
    }
}
