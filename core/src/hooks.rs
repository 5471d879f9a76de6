//! Work that the host does for us: finding the subject, inventing detail, formats with patents.
//!
//! A hook fills a buffer of the size it is given. Pixels are RGBA, 8 bits a sample, sRGB, alpha
//! straight, rows from the top without gaps.

use std::fmt;
use std::sync::Arc;

use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// RGBA pixels that a hook may read.
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Samples.
    pub data: &'a [u8],
}

/// Fills a mask, one byte a pixel: 0 is background, 255 the subject.
pub type SegmentHook = dyn Fn(Pixels<'_>, &mut [u8]) -> Result<()> + Send + Sync;
/// Fills a larger picture, whose width and height are given.
pub type UpscaleHook = dyn Fn(Pixels<'_>, (u32, u32), &mut [u8]) -> Result<()> + Send + Sync;
/// Decodes a file, upright, into a picture whose width and height are given.
pub type DecodeHook = dyn Fn(&[u8], (u32, u32), &mut [u8]) -> Result<()> + Send + Sync;

/// What the host offers. Clones share it.
#[derive(Clone, Default)]
pub struct Hooks {
    segment: Option<Arc<SegmentHook>>,
    upscale: Option<Arc<UpscaleHook>>,
    decode: Option<Arc<DecodeHook>>,
}

/// Which hooks there are, for a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offered {
    /// `segment=foreground` works.
    pub segment: bool,
    /// `upscale=generate` works.
    pub upscale: bool,
    /// HEIC sources work.
    pub decode: bool,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.offered().fmt(f)
    }
}

impl Hooks {
    /// No hooks.
    pub const NONE: Hooks = Hooks { segment: None, upscale: None, decode: None };

    /// Makes `segment=foreground` work.
    #[must_use]
    pub fn on_segment(self, hook: Arc<SegmentHook>) -> Self {
        Hooks { segment: Some(hook), ..self }
    }

    /// Makes `upscale=generate` work.
    #[must_use]
    pub fn on_upscale(self, hook: Arc<UpscaleHook>) -> Self {
        Hooks { upscale: Some(hook), ..self }
    }

    /// Makes HEIC sources work.
    #[must_use]
    pub fn on_decode(self, hook: Arc<DecodeHook>) -> Self {
        Hooks { decode: Some(hook), ..self }
    }

    /// Which hooks there are.
    pub fn offered(&self) -> Offered {
        Offered {
            segment: self.segment.is_some(),
            upscale: self.upscale.is_some(),
            decode: self.decode.is_some(),
        }
    }

    /// Makes everything but the subject of `image` transparent.
    #[cfg_attr(not(feature = "codecs"), allow(dead_code))]
    pub(crate) fn cut_out(&self, image: &Image, job: &Job) -> Result<Image> {
        let hook = self.segment.as_ref().ok_or_else(|| missing("segment=foreground"))?;
        let mut picture = rgba(image, job)?;
        let mut mask = Image::new(image.width(), image.height(), Layout::Gray)?;
        hook(pixels(&picture), mask.data_mut())?;
        job.check()?;
        let mut mask = mask.data().iter();
        picture.for_rows(job, |row| {
            for (pixel, mask) in row.chunks_exact_mut(4).zip(&mut mask) {
                pixel[3] = ((u32::from(pixel[3]) * u32::from(*mask) + 127) / 255) as u8;
            }
        })?;
        Ok(picture)
    }

    /// Enlarges `image` to `width` by `height`; its layout stays.
    #[cfg_attr(not(feature = "codecs"), allow(dead_code))]
    pub(crate) fn enlarge(
        &self,
        image: &Image,
        width: u32,
        height: u32,
        job: &Job,
    ) -> Result<Image> {
        let hook = self.upscale.as_ref().ok_or_else(|| missing("upscale=generate"))?;
        let picture = rgba(image, job)?;
        let mut larger = Image::new(width, height, Layout::Rgba)?;
        hook(pixels(&picture), (width, height), larger.data_mut())?;
        job.check()?;
        narrow(larger, image.layout(), job)
    }

    /// Decodes a file of a format that only the host reads; what the layout lacks is dropped.
    #[cfg_attr(not(feature = "codecs"), allow(dead_code))]
    pub(crate) fn decode(
        &self,
        source: &[u8],
        size: (u32, u32),
        layout: Layout,
        job: &Job,
    ) -> Result<Image> {
        let hook = self.decode.as_ref().ok_or_else(|| missing("heic"))?;
        let mut picture = Image::new(size.0, size.1, Layout::Rgba)?;
        hook(source, size, picture.data_mut())?;
        job.check()?;
        narrow(picture, layout, job)
    }
}

/// The refusal of what no hook does.
pub(crate) fn missing(what: &str) -> Error {
    Error::unsupported(format!("{what}: needs a hook of the host, and there is none"))
}

fn pixels(image: &Image) -> Pixels<'_> {
    Pixels { width: image.width(), height: image.height(), data: image.data() }
}

fn rgba(image: &Image, job: &Job) -> Result<Image> {
    let mut picture = Image::new(image.width(), image.height(), Layout::Rgba)?;
    let channels = image.layout().channels();
    let mut samples = image.data().chunks_exact(channels);
    picture.for_rows(job, |row| {
        for (pixel, sample) in row.chunks_exact_mut(4).zip(&mut samples) {
            match *sample {
                [gray] => pixel.copy_from_slice(&[gray, gray, gray, 255]),
                [red, green, blue] => pixel.copy_from_slice(&[red, green, blue, 255]),
                _ => pixel.copy_from_slice(sample),
            }
        }
    })?;
    Ok(picture)
}

/// Back to the layout that the picture had.
fn narrow(picture: Image, layout: Layout, job: &Job) -> Result<Image> {
    let channels = layout.channels();
    if channels == 4 {
        return Ok(picture);
    }
    let mut image = Image::new(picture.width(), picture.height(), layout)?;
    let mut pixels = picture.data().chunks_exact(4);
    image.for_rows(job, |row| {
        for (sample, pixel) in row.chunks_exact_mut(channels).zip(&mut pixels) {
            match sample {
                [gray] => {
                    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
                    *gray = ((red * 77 + green * 150 + blue * 29 + 128) >> 8) as u8;
                }
                _ => sample.copy_from_slice(&pixel[..3]),
            }
        }
    })?;
    Ok(image)
}
