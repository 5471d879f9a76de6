//! Pixels and what a file's header says about them.

mod embedded;
pub mod exif;
mod frame;
mod icc;
pub mod iptc;
mod orientation;
mod probe;
pub mod xmp;

pub use embedded::Embedded;
pub use frame::Frame;
pub use icc::ProfileUse;
pub use orientation::Orientation;
pub use probe::{Cicp, ColorModel, Probe, Profile};

use crate::{Error, Job, Result};

/// A raster format that can be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// AVIF.
    Avif,
    /// HEIC; read by a hook of the host, or by a build that has the feature `heic`.
    Heic,
    /// TIFF; only read.
    Tiff,
    /// BMP; only read.
    Bmp,
    /// JPEG XL; only read.
    Jxl,
    /// SVG; sent on as a document or drawn.
    Svg,
    /// A JSON description; only ever a result.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] = &[
        Format::Jpeg,
        Format::Png,
        Format::Gif,
        Format::Webp,
        Format::Avif,
        Format::Heic,
        Format::Tiff,
        Format::Bmp,
        Format::Jxl,
        Format::Svg,
        Format::Json,
    ];

    /// Its name in options, JSON and every language.
    pub fn name(self) -> &'static str {
        match self {
            Format::Jpeg => "jpeg",
            Format::Png => "png",
            Format::Gif => "gif",
            Format::Webp => "webp",
            Format::Avif => "avif",
            Format::Heic => "heic",
            Format::Tiff => "tiff",
            Format::Bmp => "bmp",
            Format::Jxl => "jxl",
            Format::Svg => "svg",
            Format::Json => "json",
        }
    }

    /// Its media type.
    pub fn mime(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
            Format::Gif => "image/gif",
            Format::Webp => "image/webp",
            Format::Avif => "image/avif",
            Format::Heic => "image/heic",
            Format::Tiff => "image/tiff",
            Format::Bmp => "image/bmp",
            Format::Jxl => "image/jxl",
            Format::Svg => "image/svg+xml",
            Format::Json => "application/json",
        }
    }

    /// Whether it can be written, as a picture.
    pub fn is_written(self) -> bool {
        use Format::{Avif, Gif, Jpeg, Png, Webp};
        matches!(self, Jpeg | Png | Gif | Webp | Avif)
    }

    /// Whether it can carry transparency.
    pub fn has_alpha(self) -> bool {
        matches!(self, Format::Png | Format::Gif | Format::Webp | Format::Avif)
    }
}

/// Samples of a pixel, 8 bits each, alpha straight (not premultiplied).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One grey sample.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
    /// Cyan, magenta, yellow, black; 0 is no ink.
    Cmyk,
}

impl Layout {
    /// Bytes of a pixel.
    pub fn channels(self) -> usize {
        match self {
            Layout::Gray => 1,
            Layout::Rgb => 3,
            Layout::Rgba | Layout::Cmyk => 4,
        }
    }
}

/// One picture in memory, rows from the top without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    width: u32,
    height: u32,
    layout: Layout,
    data: Vec<u8>,
}

impl Image {
    /// A zeroed picture. Sides are at least 1; an allocation that fails is `TooLarge`.
    pub fn new(width: u32, height: u32, layout: Layout) -> Result<Self> {
        let bytes = Self::bytes_for(width, height, layout)?;
        let mut data = Vec::new();
        data.try_reserve_exact(bytes)
            .map_err(|_| Error::too_large("memory", "what the system gives", bytes))?;
        data.resize(bytes, 0);
        Ok(Image { width, height, layout, data })
    }

    /// Takes finished samples; their number must fit.
    pub fn from_data(width: u32, height: u32, layout: Layout, data: Vec<u8>) -> Result<Self> {
        let expected = Self::bytes_for(width, height, layout)?;
        if data.len() != expected {
            let text = format!("pixel data: expected {expected} bytes, got {}", data.len());
            return Err(Error::internal(text));
        }
        Ok(Image { width, height, layout, data })
    }

    fn bytes_for(width: u32, height: u32, layout: Layout) -> Result<usize> {
        if width == 0 || height == 0 {
            return Err(Error::malformed("a picture without width or height"));
        }
        (width as usize)
            .checked_mul(height as usize)
            .and_then(|pixels| pixels.checked_mul(layout.channels()))
            .ok_or_else(|| Error::too_large("pixels", "the address space", "more"))
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Samples of a pixel.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Bytes of a row.
    pub fn stride(&self) -> usize {
        self.width as usize * self.layout.channels()
    }

    /// All samples.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// All samples, to change.
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The samples as a vector.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// Row `y`.
    pub fn row(&self, y: u32) -> &[u8] {
        let stride = self.stride();
        &self.data[y as usize * stride..][..stride]
    }

    /// Changes every row, asking `job` between them.
    pub fn for_rows(&mut self, job: &Job, mut change: impl FnMut(&mut [u8])) -> Result<()> {
        let stride = self.stride();
        for row in self.data.chunks_exact_mut(stride) {
            job.check()?;
            change(row);
        }
        Ok(())
    }
}
