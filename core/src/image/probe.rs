//! What a file's header says: enough to plan a job without decoding a pixel.

use super::{Embedded, Format, Layout};

/// Colour model of the stored samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorModel {
    /// Grey.
    Gray,
    /// Red, green, blue, also as a palette or as luma and chroma.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
}

/// Coding-independent code points (ITU-T H.273).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cicp {
    /// Colour primaries.
    pub primaries: u8,
    /// Transfer characteristics.
    pub transfer: u8,
    /// Matrix coefficients.
    pub matrix: u8,
    /// Whether samples use the full range.
    pub full_range: bool,
}

/// Which colours the stored numbers mean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Profile {
    /// sRGB, also when nothing is said.
    #[default]
    Srgb,
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Code points other than sRGB's.
    Cicp(Cicp),
}

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The format, from the bytes alone.
    pub format: Format,
    /// Stored width, before `orientation`.
    pub width: u32,
    /// Stored height, before `orientation`.
    pub height: u32,
    /// Number of frames; 1 for a still picture.
    pub frames: u32,
    /// How often an animation plays; 0 is for ever.
    pub loops: u32,
    /// How long all frames take together, in milliseconds; 0 for a still picture.
    pub duration_ms: u64,
    /// EXIF orientation, 1 to 8. For AVIF the turn and mirror of its boxes, in EXIF's numbers.
    pub orientation: u8,
    /// Colour model of the stored samples.
    pub model: ColorModel,
    /// Whether pixels of the first frame may be transparent.
    pub alpha: bool,
    /// Whether pixels of any frame, as composited, may be; for a still picture the same.
    pub frames_alpha: bool,
    /// Bits of a stored sample.
    pub bits: u8,
    /// Whether the file is progressive or interlaced.
    pub progressive: bool,
    /// Whether the stored pixels are exact (PNG, GIF, lossless WebP).
    pub lossless: bool,
    /// Chroma subsampling such as `4:2:0`, where the format has it.
    pub subsampling: Option<&'static str>,
    /// Which colours the numbers mean.
    pub profile: Profile,
    /// Metadata, and what else the file carries besides its picture.
    pub embedded: Embedded,
}

impl Probe {
    /// Width and height as the picture is meant to be seen.
    pub fn oriented_size(&self) -> (u32, u32) {
        if self.orientation >= 5 {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        }
    }

    /// Layout of the decoded picture.
    pub fn layout(&self) -> Layout {
        match (self.model, self.alpha) {
            (ColorModel::Gray, false) => Layout::Gray,
            (ColorModel::Cmyk, _) => Layout::Cmyk,
            (_, true) => Layout::Rgba,
            (_, false) => Layout::Rgb,
        }
    }

    /// The answer of the verb `probe`. Width and height are as seen.
    pub fn to_json(&self) -> serde_json::Value {
        let (width, height) = self.oriented_size();
        serde_json::json!({
            "format": self.format.name(),
            "mime": self.format.mime(),
            "width": width,
            "height": height,
            "frames": self.frames,
            "loops": (self.frames > 1).then_some(self.loops),
            "duration": (self.frames > 1).then_some(self.duration_ms),
            "orientation": self.orientation,
            "color": match self.model {
                ColorModel::Gray => "gray",
                ColorModel::Rgb => "rgb",
                ColorModel::Cmyk => "cmyk",
            },
            "alpha": self.alpha,
            "bits": self.bits,
            "progressive": self.progressive,
            "lossless": self.lossless,
            "subsampling": self.subsampling,
            "profile": self.profile.name(),
            "exif": self.embedded.exif.is_some(),
            "xmp": self.embedded.xmp.is_some(),
            "iptc": self.embedded.iptc.is_some(),
            "gain_map": self.embedded.gain_map,
            "content_credentials": self.embedded.content_credentials,
        })
    }
}
