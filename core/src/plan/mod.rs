//! What will be done: plain data, made from options, header and limits alone.
//!
//! No pixels, no clock, no input or output. Steps that would change nothing are not in a plan,
//! and every size and position in it is final.

mod aim;
mod animation;
mod build;
mod effort;
mod focus;
pub mod geometry;
mod json;
pub mod look;
mod measured;
mod memory;
mod metadata;
mod original;
mod output;
mod overlay;
mod profile;
mod shrink;
mod steps;
mod target;
pub(crate) mod vector;
pub mod window;

pub use aim::Crop;
#[cfg(feature = "codecs")]
pub use animation::animation_pixels;
#[cfg(feature = "codecs")]
pub(crate) use build::check_hooks;
pub use build::{plan, Request};
pub use look::Needs;
pub use measured::{Face, Interest, Measured};
#[cfg(feature = "codecs")]
pub(crate) use memory::{
    padded_layout, scored_whole, to_floor, to_verify, SCORED_ROWS, SCORED_SIDE,
};
pub use original::Original;
#[cfg(feature = "codecs")]
pub(crate) use overlay::drawn_layout;
pub use overlay::{
    canvas, overlay_dpr, size_or_share, text_plan, Drawable, OverlayPlan, OverlaySource, TextPlan,
};
pub use target::Target;

use crate::image::{Format, Layout, Probe, Profile};
use crate::options::{Color, Composite, Repeat};

/// Everything that `execute` does, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Format of the source.
    pub source: Format,
    /// How the source is decoded.
    pub decode: DecodePlan,
    /// The part of the source that is used, in stored pixels: before its EXIF orientation.
    pub area: Area,
    /// What is done to the pixels, in order.
    pub steps: Vec<Step>,
    /// What `Step::Draw` draws.
    pub overlays: Vec<OverlayPlan>,
    /// What is written.
    pub output: OutputPlan,
    /// What trim left, in pixels of the source as seen: after EXIF orientation. `None` without
    /// trim.
    pub trim: Option<geometry::Rect>,
    /// What a crop took; `None` where nothing is cropped.
    pub crop: Option<Crop>,
    /// Estimate of the pixel and codec memory that is held at once, in bytes.
    pub memory: u64,
    /// What the caller should know, in the words of reference §2.7 where it has them.
    pub warnings: Vec<String>,
}

/// How the source is decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodePlan {
    /// Denominator of the decoder's own scaling: 1, 2, 4 or 8.
    pub scale: u8,
    /// Width after it.
    pub width: u32,
    /// Height after it.
    pub height: u32,
    /// Samples of the decoded picture.
    pub layout: Layout,
    /// Whether colours are converted to sRGB before samples of more than 8 bits are narrowed.
    pub to_srgb: bool,
}

/// A rectangle in pixels of the picture a step receives; fractions are meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// How a picture is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Lanczos, three lobes: keeps most detail when a picture is shrunk.
    Lanczos,
    /// Bicubic (Catmull-Rom): `upscale=interpolate`, with less ringing on what is enlarged.
    Bicubic,
}

impl Area {
    /// All of the stored picture.
    pub(crate) fn whole(probe: &Probe) -> Area {
        let (width, height) = (f64::from(probe.width), f64::from(probe.height));
        Area { left: 0.0, top: 0.0, width, height }
    }

    /// The filter that scales this area to `width` by `height`: bicubic where neither side
    /// shrinks.
    pub fn filter_to(&self, width: u32, height: u32) -> Filter {
        if f64::from(width) >= self.width && f64::from(height) >= self.height {
            Filter::Bicubic
        } else {
            Filter::Lanczos
        }
    }
}

/// One change to the pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Takes `area` and scales it to `width` by `height`.
    Resize {
        /// Part of the picture that is used.
        area: Area,
        /// Width of the result.
        width: u32,
        /// Height of the result.
        height: u32,
    },
    /// Cuts out whole pixels.
    Crop {
        /// Left edge.
        left: u32,
        /// Top edge.
        top: u32,
        /// Width of the result.
        width: u32,
        /// Height of the result.
        height: u32,
    },
    /// Converts the colours that the source's profile means to sRGB. Grey stays grey.
    ToSrgb,
    /// Turns and mirrors: one of EXIF's eight orientations, undone.
    Orient {
        /// 2 to 8.
        orientation: u8,
    },
    /// Makes all but the subject transparent, by the host's hook.
    Segment,
    /// Enlarges by the host's hook.
    Generate {
        /// Width of the result.
        width: u32,
        /// Height of the result.
        height: u32,
    },
    /// Puts the picture on a larger canvas.
    Pad {
        /// Space on the left.
        left: u32,
        /// Space above.
        top: u32,
        /// Width of the canvas.
        width: u32,
        /// Height of the canvas.
        height: u32,
        /// Its colour.
        background: Color,
    },
    /// Paints `background` under transparent pixels.
    Flatten {
        /// The colour; when it is opaque the alpha channel goes.
        background: Color,
    },
    /// Light, contrast, tone curve and colour, in this order; 1 changes nothing.
    Adjust {
        /// Light multiplier.
        brightness: f64,
        /// Contrast multiplier about mid grey.
        contrast: f64,
        /// Exponent of the tone curve.
        gamma: f64,
        /// Colour multiplier.
        saturation: f64,
    },
    /// Gaussian blur.
    Blur {
        /// Radius in pixels; the standard deviation is half of it.
        radius: f64,
    },
    /// Unsharp mask.
    Sharpen {
        /// 0 to 10.
        amount: f64,
    },
    /// Draws an overlay.
    Draw {
        /// Which of the plan's overlays.
        overlay: usize,
        /// Left edge; what hangs over is cut.
        left: i64,
        /// Top edge.
        top: i64,
        /// Along which axes copies of it continue.
        repeat: Option<Repeat>,
        /// Opacity, 0 to 1.
        opacity: f64,
        /// How it meets what lies under it.
        composite: Composite,
    },
}

/// What is written.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputPlan {
    /// Width of the result.
    pub width: u32,
    /// Height of the result.
    pub height: u32,
    /// Encoder and its settings; where there is a target, its quality is only what most pictures
    /// need.
    pub encoding: Encoding,
    /// The score that the result is to have.
    pub target: Option<Target>,
    /// Metadata to write, already cut down to what `metadata` allows.
    pub metadata: Metadata,
    /// Which colours the written numbers mean.
    pub profile: Profile,
    /// How the source may be sent instead, where it is smaller than the result.
    pub original: Option<Original>,
    /// The animation to write; `None` is a still picture of the first frame.
    pub animation: Option<AnimationPlan>,
}

impl OutputPlan {
    /// A still sRGB picture without a target and without metadata.
    pub fn still(width: u32, height: u32, encoding: Encoding) -> Self {
        OutputPlan {
            width,
            height,
            encoding,
            target: None,
            original: None,
            metadata: Metadata::default(),
            profile: Profile::Srgb,
            animation: None,
        }
    }
}

/// Metadata that is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// EXIF block: a TIFF file.
    pub exif: Option<Vec<u8>>,
    /// XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// IPTC datasets, JPEG only.
    pub iptc: Option<Vec<u8>>,
}

/// The frames of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnimationPlan {
    /// Number of frames.
    pub frames: u32,
    /// How often it plays; 0 is for ever.
    pub loops: u32,
}

/// Encoder and its settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Encoding {
    /// JPEG.
    Jpeg {
        /// 1 to 100, libjpeg's scale.
        quality: u8,
        /// Progressive instead of sequential.
        progressive: bool,
        /// Full-resolution chroma (4:4:4) instead of 4:2:0.
        full_chroma: bool,
        /// Fixed Huffman tables instead of optimised ones: quicker, larger.
        fast: bool,
    },
    /// PNG.
    Png {
        /// Quick filter and compression instead of small ones.
        fast: bool,
        /// Whether it may have a palette.
        palette: Palette,
    },
    /// GIF with an adaptive palette.
    Gif,
    /// WebP.
    Webp {
        /// 1 to 100; `None` is lossless.
        quality: Option<u8>,
        /// libwebp's effort, 0 to 6.
        method: u8,
    },
    /// AVIF.
    Avif {
        /// 1 to 100, mapped to the encoder's quantiser.
        quality: u8,
        /// Encoder speed, 0 (smallest) to 10 (quickest).
        speed: u8,
        /// Full-resolution chroma (4:4:4) instead of 4:2:0.
        full_chroma: bool,
    },
    /// The source's own bytes, in its own format.
    Source(Format),
    /// A JSON description of the result (reference §2.4); no pixel is decoded for it.
    Json,
}

/// When a PNG has a palette instead of true colour. It never has one that makes it larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Never.
    Never,
    /// When the picture has no more than 256 colours: every pixel stays as it is.
    Same,
    /// As with `Same`; and a picture of more colours gets as few as its quality allows.
    Learnt {
        /// 1 to 99.
        quality: u8,
    },
}

impl Encoding {
    /// The format that is written.
    pub fn format(&self) -> Format {
        match self {
            Encoding::Jpeg { .. } => Format::Jpeg,
            Encoding::Png { .. } => Format::Png,
            Encoding::Gif => Format::Gif,
            Encoding::Webp { .. } => Format::Webp,
            Encoding::Avif { .. } => Format::Avif,
            Encoding::Source(format) => *format,
            Encoding::Json => Format::Json,
        }
    }
}

impl Encoding {
    /// The same at another quality, where the format has one.
    #[must_use]
    pub fn with_quality(&self, number: u8) -> Self {
        let mut encoding = self.clone();
        match &mut encoding {
            Encoding::Jpeg { quality, .. } | Encoding::Avif { quality, .. } => *quality = number,
            Encoding::Webp { quality, .. } => *quality = Some(number),
            _ => {}
        }
        encoding
    }

    /// Quality, 1 to 100, where the format has one.
    pub fn quality(&self) -> Option<u8> {
        match self {
            Encoding::Jpeg { quality, .. } | Encoding::Avif { quality, .. } => Some(*quality),
            Encoding::Webp { quality, .. } => *quality,
            Encoding::Png { palette: Palette::Learnt { quality }, .. } => Some(*quality),
            Encoding::Png { .. } | Encoding::Gif | Encoding::Source(_) | Encoding::Json => None,
        }
    }
}
