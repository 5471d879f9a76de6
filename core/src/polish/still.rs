//! A still picture upright, as lossy files are made from it.

use super::Work;
use crate::image::{Image, Layout, Orientation, Profile};
use crate::plan::{Encoding, OutputPlan, Step};
use crate::quality::Floor;
use crate::{decode, encode, transform, Charge, Job, Limits, Result};

/// The picture, its colours, and the measure of what stands for it.
pub(super) struct Still<'a> {
    pub image: Image,
    pub limits: &'a Limits,
    pub job: &'a Job,
    /// AVIF and WebP are taken.
    pub accepts: (bool, bool),
    /// Whether the source's own samples are exact.
    pub exact: bool,
    profile: Profile,
    floor: f64,
    _memory: Charge<'a>,
}

impl<'a> Still<'a> {
    /// The picture of `work`; `None` where 8 bits of red, green and blue do not say it: inks, and
    /// light beyond white.
    pub fn of(work: &Work<'a>) -> Result<Option<Still<'a>>> {
        let (probe, job) = (work.probe, work.job);
        let inks = probe.layout() == Layout::Cmyk;
        if inks || probe.profile.is_hdr() {
            return Ok(None);
        }
        let plan = work.decode_plan();
        let pixels = u64::from(probe.width) * u64::from(probe.height);
        let wide = if probe.bits > 8 || probe.progressive { 3 } else { 2 };
        let bytes = pixels * plan.layout.channels() as u64;
        // The picture and its copy while it is turned, or what the decoder holds.
        let decoding = job.charge(wide * bytes)?;
        let mut image = decode::decode(work.source, probe, &plan, work.limits, job)?;
        let orientation = Orientation::from_exif(probe.orientation);
        if orientation != Orientation::IDENTITY {
            let step = Step::Orient { orientation: probe.orientation };
            image = transform::run(&step, image, &probe.profile, job)?;
        }
        drop(decoding);
        Ok(Some(Still {
            image,
            limits: work.limits,
            job,
            accepts: (work.options.avif, work.options.webp),
            exact: probe.lossless && probe.bits <= 8,
            profile: work.profile(),
            floor: work.options.floor,
            _memory: job.charge(bytes)?,
        }))
    }

    /// The measure of what stands for the picture.
    pub fn floor(&self) -> Result<Floor<'_>> {
        Floor::new(&self.image, self.floor, self.limits, self.job)
    }

    /// Whether `profile` says colours of grey, which only JPEG and PNG have.
    pub fn is_grey_only(&self) -> bool {
        self.profile.is_grey_icc()
    }

    /// `file` with the colours of the picture.
    pub fn carried(&self, file: Vec<u8>, encoding: Encoding) -> Result<Vec<u8>> {
        encode::carried(file, &self.output(encoding))
    }

    /// A plan of the picture in `encoding`.
    pub fn output(&self, encoding: Encoding) -> OutputPlan {
        let (width, height) = (self.image.width(), self.image.height());
        OutputPlan { profile: self.profile.clone(), ..OutputPlan::still(width, height, encoding) }
    }
}
