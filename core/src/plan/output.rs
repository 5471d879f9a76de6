//! Which format is written and how its encoder is set (reference §2.3).
//!
//! Where the reference leaves room: without `format`, GIF stays GIF, a result with transparency
//! is PNG and everything else is JPEG; `png` and `png-force` both mean PNG, the latter always in
//! true colour; `compression=fast` writes JPEG, and for transparency WebP where that was asked for or accepted, else PNG.

use super::effort::{avif_speed, WEBP_METHOD, WEBP_METHOD_FAST};
use super::{Encoding, Palette, Request};
use crate::image::Format;
use crate::options::{FormatWord, Options, Quality, QualityWord};
use crate::{Error, Limits, Result};

/// Longest side that a WebP can have.
const WEBP_SIDE: u32 = 16_383;
/// Longest side that JPEG and GIF can have.
const CLASSIC_SIDE: u32 = 65_500;
/// Areas outside this range are written as sequential JPEG.
const PROGRESSIVE_PIXELS: std::ops::RangeInclusive<u64> = 50 * 50..=3000 * 3000;
/// From this quality on chroma keeps its full resolution.
const FULL_CHROMA_QUALITY: u8 = 90;
/// Quality when none is given.
const DEFAULT_QUALITY: u8 = 85;

/// The picture that will be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture {
    /// Format of the source.
    pub source: Format,
    /// Width of the result.
    pub width: u32,
    /// Height of the result.
    pub height: u32,
    /// Whether the result may have transparent pixels.
    pub alpha: bool,
}

impl Picture {
    fn side(&self) -> u32 {
        self.width.max(self.height)
    }

    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Chooses format and encoder settings; adds to `warnings` where the choice is not what was
/// asked for.
pub(super) fn choose(
    request: &Request<'_>,
    picture: &Picture,
    limits: &Limits,
    warnings: &mut Vec<String>,
) -> Result<Encoding> {
    let chooser = Chooser { request, picture, limits };
    let format = if request.options.compression.is_some() {
        let format = chooser.quick_format();
        if request.options.format == Some(FormatWord::Png) && format != Format::Png {
            warnings.push("JPEG vs PNG selection is automatic".to_owned());
        }
        format
    } else {
        chooser.format(warnings)
    };
    if matches!(format, Format::Jpeg | Format::Gif) && picture.side() > CLASSIC_SIDE {
        return Err(Error::too_large("output side", CLASSIC_SIDE, picture.side()));
    }
    if let (Some(_), Format::Gif) = (request.options.quality, format) {
        warnings.push("quality has no effect on gif".to_owned());
    }
    if request.options.quality.is_some() && format == Format::Png && is_forced(request.options) {
        warnings.push("quality has no effect on png-force".to_owned());
    }
    Ok(chooser.encoding(format))
}

struct Chooser<'a> {
    request: &'a Request<'a>,
    picture: &'a Picture,
    limits: &'a Limits,
}

impl Chooser<'_> {
    fn format(&self, warnings: &mut Vec<String>) -> Format {
        match self.request.options.format {
            None | Some(FormatWord::Svg) => self.standard(),
            Some(FormatWord::Auto) => self.negotiated(warnings),
            Some(FormatWord::Avif) => self.avif_or_less(warnings),
            Some(FormatWord::Webp) => self.webp_or_less(warnings),
            Some(FormatWord::Jpeg | FormatWord::BaselineJpeg) => Format::Jpeg,
            Some(FormatWord::Png | FormatWord::PngForce) => Format::Png,
            Some(FormatWord::Gif) => Format::Gif,
            Some(FormatWord::Json) => Format::Json,
        }
    }

    /// The format that every client reads.
    fn standard(&self) -> Format {
        match (self.picture.source, self.picture.alpha) {
            (Format::Gif, _) => Format::Gif,
            (_, true) => Format::Png,
            (_, false) => Format::Jpeg,
        }
    }

    fn accepts(&self, format: Format) -> bool {
        self.request.accepts.contains(&format)
    }

    /// The first accepted format that can hold the picture.
    fn negotiated(&self, warnings: &mut Vec<String>) -> Format {
        for format in self.request.accepts {
            match format {
                Format::Avif if self.picture.side() > self.limits.avif_side_auto => {
                    warnings.push("image too large for AVIF".to_owned());
                }
                Format::Webp if self.picture.side() > WEBP_SIDE => {}
                Format::Avif | Format::Webp => return *format,
                _ => {}
            }
        }
        self.standard()
    }

    fn avif_or_less(&self, warnings: &mut Vec<String>) -> Format {
        if self.picture.side() <= self.limits.avif_side {
            return Format::Avif;
        }
        warnings.push("image too large for AVIF".to_owned());
        if self.accepts(Format::Webp) && self.picture.side() <= WEBP_SIDE {
            Format::Webp
        } else {
            self.standard()
        }
    }

    fn webp_or_less(&self, warnings: &mut Vec<String>) -> Format {
        if self.picture.side() <= WEBP_SIDE {
            return Format::Webp;
        }
        warnings.push("image too large for WebP".to_owned());
        self.standard()
    }

    /// The quickest encoder that keeps transparency.
    fn quick_format(&self) -> Format {
        let word = self.request.options.format;
        let webp = match word {
            Some(FormatWord::Webp) => true,
            Some(FormatWord::Auto) => self.accepts(Format::Webp),
            _ => false,
        };
        match word {
            Some(FormatWord::Json) => Format::Json,
            Some(FormatWord::PngForce) => Format::Png,
            _ if !self.picture.alpha => Format::Jpeg,
            Some(FormatWord::Jpeg | FormatWord::BaselineJpeg) => Format::Jpeg,
            _ if webp && self.picture.side() <= WEBP_SIDE => Format::Webp,
            _ => Format::Png,
        }
    }

    fn encoding(&self, format: Format) -> Encoding {
        let options = self.request.options;
        let fast = options.compression.is_some();
        let quality = quality(options);
        let full_chroma = quality >= FULL_CHROMA_QUALITY;
        match format {
            Format::Jpeg => {
                let progressive = !fast
                    && options.format != Some(FormatWord::BaselineJpeg)
                    && PROGRESSIVE_PIXELS.contains(&self.picture.pixels());
                Encoding::Jpeg { quality, progressive, full_chroma, fast }
            }
            Format::Png => Encoding::Png { fast, palette: palette(options) },
            Format::Gif => Encoding::Gif,
            Format::Webp => Encoding::Webp {
                quality: (quality < 100).then_some(quality),
                method: if fast { WEBP_METHOD_FAST } else { WEBP_METHOD },
            },
            Format::Avif => {
                let speed = avif_speed(self.picture.pixels());
                Encoding::Avif { quality, speed, full_chroma }
            }
            // Formats that are only read are never chosen.
            Format::Json | Format::Heic => Encoding::Json,
        }
    }
}

fn is_forced(options: &Options) -> bool {
    options.format == Some(FormatWord::PngForce)
}

/// `png-force` is true colour; an explicit quality below 100 allows fewer colours.
fn palette(options: &Options) -> Palette {
    match (options.quality, quality(options)) {
        _ if is_forced(options) => Palette::Never,
        (Some(_), quality @ 1..=99) => Palette::Learnt { quality },
        _ => Palette::Same,
    }
}

fn quality(options: &Options) -> u8 {
    match options.quality {
        None => DEFAULT_QUALITY,
        Some(Quality::Number(number)) => number.clamp(1, 100),
        Some(Quality::Word(QualityWord::High)) => 90,
        Some(Quality::Word(QualityWord::MediumHigh)) => 70,
        Some(Quality::Word(QualityWord::MediumLow)) => 50,
        Some(Quality::Word(QualityWord::Low)) => 35,
    }
}
