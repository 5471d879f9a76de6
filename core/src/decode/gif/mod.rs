//! Reads GIF: structure by our own walk over the blocks, the first frame through `image`, the
//! frames of an animation row by row.

mod blocks;
mod frames;

use image::codecs::gif::GifDecoder;
use image::ImageDecoder;

use super::compose::Opacity;
use super::pieces::{self, Pieces};
use crate::image::{ColorModel, Embedded, Format, Image, Layout, Probe, Profile};
use crate::plan::DecodePlan;
use crate::{Error, Job, Limits, Result};
use blocks::{Blocks, Picture};

pub(super) use frames::frames;

/// Reads the structure.
pub(super) fn probe(source: &[u8], limits: &Limits) -> Result<Probe> {
    let mut blocks =
        Blocks::new(source).ok_or_else(|| Error::malformed("gif: header cut short"))?;
    let (width, height) = blocks.size;
    super::check_size(width, height, limits.source_side, limits)?;
    let mut frames = Structure::default();
    // A file that ends early has the frames that begin before its end.
    for picture in blocks.by_ref().take(limits.frames as usize + 1) {
        frames.add(&picture, (width, height));
    }
    if frames.count > limits.frames {
        return Err(Error::too_large("frames", limits.frames, "more"));
    }
    if frames.count == 0 {
        return Err(Error::malformed("gif: no picture"));
    }
    Ok(Probe {
        format: Format::Gif,
        width,
        height,
        frames: frames.count,
        loops: blocks.loops,
        duration_ms: if frames.count > 1 { frames.duration_ms } else { 0 },
        orientation: 1,
        model: ColorModel::Rgb,
        alpha: frames.alpha,
        frames_alpha: frames.opacity.alpha(),
        bits: 8,
        progressive: frames.interlaced,
        lossless: true,
        subsampling: None,
        profile: Profile::Srgb,
        embedded: Embedded::default(),
    })
}

/// What all pictures say together.
#[derive(Default)]
struct Structure {
    count: u32,
    duration_ms: u64,
    opacity: Opacity,
    /// Whether the first leaves pixels of the canvas see-through.
    alpha: bool,
    /// Whether the first is interlaced.
    interlaced: bool,
}

impl Structure {
    fn add(&mut self, picture: &Picture<'_>, size: (u32, u32)) {
        self.opacity.add(picture.place, size, picture.transparent.is_none());
        if self.count == 0 {
            self.alpha = self.opacity.alpha();
            self.interlaced = picture.interlaced;
        }
        self.count += 1;
        self.duration_ms += u64::from(picture.delay_ms());
    }
}

/// Decodes the first frame on its canvas, which is transparent.
pub(super) fn decode(
    source: &[u8],
    _probe: &Probe,
    plan: &DecodePlan,
    limits: &Limits,
    job: &Job,
) -> Result<Image> {
    let failed = |error| pieces::error("gif", &error, job);
    let slices = std::iter::once(source);
    let mut decoder = GifDecoder::new(Pieces::new(slices, job)).map_err(failed)?;
    let mut bounds = image::Limits::no_limits();
    bounds.max_alloc = Some(limits.memory);
    decoder.set_limits(bounds).map_err(failed)?;
    if decoder.dimensions() != (plan.width, plan.height) {
        return Err(Error::malformed("gif: two readings of the header differ"));
    }
    let opaque = plan.layout == Layout::Rgb;
    let _canvas = job.charge(if opaque { decoder.total_bytes() } else { 0 })?;
    let mut canvas = Image::new(plan.width, plan.height, Layout::Rgba)?;
    decoder.read_image(canvas.data_mut()).map_err(failed)?;
    if !opaque {
        return Ok(canvas);
    }
    let mut image = Image::new(plan.width, plan.height, Layout::Rgb)?;
    let mut rows = canvas.data().chunks_exact(canvas.stride());
    image.for_rows(job, |target| {
        let pixels = rows.next().unwrap_or_default().chunks_exact(4);
        for (pixel, target) in pixels.zip(target.chunks_exact_mut(3)) {
            target.copy_from_slice(&pixel[..3]);
        }
    })?;
    Ok(image)
}
