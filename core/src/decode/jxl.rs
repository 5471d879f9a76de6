//! Reads JPEG XL through `jxl-oxide`: the first frame, upright, in 8 bits.
//!
//! Colours that are told by code points, and those of lossy files, come out as sRGB; samples
//! that an ICC profile explains stay what they are.

use jxl_oxide::{
    AllocTracker, EnumColourEncoding, InitializeResult, JxlImage, PixelFormat, RenderingIntent,
};

use super::watched::contained;
use crate::image::{ColorModel, Embedded, Format, Image, Layout, Probe, Profile};
use crate::kernel::yuv::unpremultiply;
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};

/// Bytes that are read before the header is looked at for the first time.
const HEAD: usize = 4096;
/// Bytes given at once behind the header.
const PIECE: usize = 1 << 16;

/// Reads the header; of an animation also how many frames there are.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    contained("jxl", || {
        let mut file = File::open(source, limits)?;
        let (width, height) = (file.image.width(), file.image.height());
        super::check_size(width, height, limits.source_side, limits)?;
        let (model, alpha) = samples(&file.image)?;
        let frames = file.count_frames(limits)?;
        let header = &file.image.image_header().metadata;
        Ok(Probe {
            format: Format::Jxl,
            width,
            height,
            frames,
            loops: header.animation.as_ref().map_or(0, |animation| animation.num_loops),
            duration_ms: 0,
            orientation: 1,
            model,
            alpha,
            frames_alpha: alpha,
            bits: header.bit_depth.bits_per_sample().clamp(1, 32) as u8,
            progressive: false,
            lossless: !header.xyb_encoded,
            subsampling: None,
            profile: profile(&file.image, limits),
            embedded: Embedded::default(),
        })
    })
}

/// Decodes the first frame.
pub(super) fn decode(
    source: &[u8],
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let _copy = job.charge(source.len() as u64)?;
    contained("jxl", || {
        let mut file = File::open(source, limits)?;
        if (file.image.width(), file.image.height()) != (plan.width, plan.height) {
            return Err(Error::malformed("jxl: two readings of the header differ"));
        }
        file.load_first(job)?;
        draw(&file.image, plan, job)
    })
}

/// A file that is read as far as its header says what it is.
struct File<'a> {
    image: JxlImage,
    rest: &'a [u8],
}

impl<'a> File<'a> {
    fn open(source: &'a [u8], limits: &Limits) -> Result<Self> {
        let memory = usize::try_from(limits.memory).unwrap_or(usize::MAX);
        let tracker = AllocTracker::with_limit(memory);
        let mut reader = JxlImage::builder().alloc_tracker(tracker).build_uninit();
        let (mut taken, mut piece) = (0, HEAD);
        loop {
            let end = source.len().min(taken + piece);
            let used = reader.feed_bytes(&source[taken..end]).map_err(broken)?;
            taken += used;
            match reader.try_init().map_err(broken)? {
                InitializeResult::Initialized(mut image) => {
                    settle_colors(&mut image);
                    return Ok(File { image, rest: &source[taken..] });
                }
                InitializeResult::NeedMoreData(again) => reader = again,
            }
            if end == source.len() {
                return Err(Error::malformed("jxl: the file ends in its header"));
            }
            // Each look at the header begins anew: doubling keeps their sum in bounds.
            piece *= 2;
        }
    }

    /// Gives the next piece; `false` at the end.
    fn feed(&mut self) -> Result<bool> {
        let mut piece = PIECE.min(self.rest.len());
        while piece > 0 {
            let used = self.image.feed_bytes(&self.rest[..piece]).map_err(broken)?;
            self.rest = &self.rest[used..];
            if used > 0 {
                return Ok(true);
            }
            let larger = (2 * piece).min(self.rest.len());
            if larger == piece {
                break;
            }
            piece = larger;
        }
        Ok(false)
    }

    fn count_frames(&mut self, limits: &Limits) -> Result<u32> {
        if self.image.image_header().metadata.animation.is_none() {
            return Ok(1);
        }
        loop {
            let frames = u32::try_from(self.image.num_loaded_keyframes()).unwrap_or(u32::MAX);
            if frames > limits.frames {
                return Err(Error::too_large("frames", limits.frames, frames));
            }
            if self.image.is_loading_done() || !self.feed()? {
                return Ok(frames.max(1));
            }
        }
    }

    fn load_first(&mut self, job: &Job) -> Result<()> {
        while self.image.num_loaded_keyframes() == 0 {
            job.check()?;
            if !self.feed()? {
                return Err(Error::malformed("jxl: the file ends in its first frame"));
            }
        }
        Ok(())
    }
}

fn is_grey(image: &JxlImage) -> bool {
    image.image_header().metadata.grayscale()
}

/// Asks for sRGB wherever the decoder can convert by itself.
fn settle_colors(image: &mut JxlImage) {
    let converts = image.image_header().metadata.xyb_encoded || image.original_icc().is_none();
    if converts {
        let intent = RenderingIntent::Relative;
        image.request_color_encoding(if is_grey(image) {
            EnumColourEncoding::gray_srgb(intent)
        } else {
            EnumColourEncoding::srgb(intent)
        });
    }
}

fn samples(image: &JxlImage) -> Result<(ColorModel, bool)> {
    match image.pixel_format() {
        PixelFormat::Gray => Ok((ColorModel::Gray, false)),
        PixelFormat::Graya => Ok((ColorModel::Gray, true)),
        PixelFormat::Rgb => Ok((ColorModel::Rgb, false)),
        PixelFormat::Rgba => Ok((ColorModel::Rgb, true)),
        PixelFormat::Cmyk | PixelFormat::Cmyka => Err(Error::unsupported("jxl: cmyk")),
    }
}

fn profile(image: &JxlImage, limits: &Limits) -> Profile {
    let stays = !image.image_header().metadata.xyb_encoded;
    let icc = image.original_icc().filter(|_| stays);
    match icc.filter(|icc| icc.len() <= limits.profile_bytes as usize) {
        Some(icc) => Profile::Icc(icc.to_vec()),
        None => Profile::Srgb,
    }
}

fn draw(image: &JxlImage, plan: &DecodePlan, job: &Job) -> Result<Image> {
    job.check()?;
    let picture = image.render_frame(0).map_err(broken)?;
    let mut stream = picture.stream();
    let channels = stream.channels() as usize;
    let mut target = Image::new(plan.width, plan.height, plan.layout)?;
    let stored = match (channels, plan.layout) {
        (1, Layout::Gray) | (3, Layout::Rgb) | (2 | 4, Layout::Rgba) => channels,
        _ => return Err(Error::malformed("jxl: other channels than the header says")),
    };
    let alpha = image.image_header().metadata.ec_info.iter().find(|extra| extra.is_alpha());
    let multiplied = alpha.and_then(|extra| extra.alpha_associated()) == Some(true);
    let mut row = vec![0_u8; plan.width as usize * stored];
    target.for_rows(job, |pixels| {
        stream.write_to_buffer(&mut row);
        if stored == 2 {
            for (pixel, given) in pixels.chunks_exact_mut(4).zip(row.chunks_exact(2)) {
                pixel.copy_from_slice(&[given[0], given[0], given[0], given[1]]);
            }
        } else {
            pixels.copy_from_slice(&row);
        }
    })?;
    if multiplied {
        unpremultiply(&mut target, job)?;
    }
    Ok(target)
}

fn broken(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    let text = error.to_string();
    let ours = if text.contains("memory") || text.contains("alloc") {
        Error::too_large("memory", "what a job may hold", "more")
    } else {
        Error::malformed("jxl: broken data")
    };
    ours.with_context(text)
}
