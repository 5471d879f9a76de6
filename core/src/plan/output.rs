//! Which format is written and how its encoder is set (reference §2.3).
//!
//! Where the reference leaves room: without `format`, GIF stays GIF, a result with transparency
//! is PNG and everything else is JPEG; `png` and `png-force` both mean PNG, the latter always in
//! true colour; `compression=fast` writes JPEG, and for transparency WebP where that was asked for or accepted, else PNG.

use super::animation;
use super::effort::{avif_speed, WEBP_METHOD, WEBP_METHOD_FAST};
use super::{target, Encoding, Palette, Request, Target};
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
    /// Number of frames; 1 for a still picture.
    pub frames: u32,
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
) -> Result<(Encoding, Option<Target>)> {
    let chooser = Chooser { request, picture, limits };
    let format = if request.options.compression.is_some() && picture.frames == 1 {
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
    Ok(chooser.encoding_and_target(format))
}

struct Chooser<'a> {
    request: &'a Request<'a>,
    picture: &'a Picture,
    limits: &'a Limits,
}

impl Chooser<'_> {
    fn format(&self, warnings: &mut Vec<String>) -> Format {
        match self.request.options.format {
            None if self.is_animation() => animation::own(self.picture.source),
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
        if self.is_animation() {
            return animation::standard(self.picture.source);
        }
        match (self.picture.source, self.picture.alpha) {
            (Format::Gif, _) => Format::Gif,
            (_, true) => Format::Png,
            (_, false) => Format::Jpeg,
        }
    }

    fn is_animation(&self) -> bool {
        self.picture.frames > 1
    }

    fn accepts(&self, format: Format) -> bool {
        self.request.accepts.contains(&format)
    }

    /// The first accepted format that can hold the picture.
    fn negotiated(&self, warnings: &mut Vec<String>) -> Format {
        for format in self.request.accepts {
            match format {
                Format::Avif if self.is_animation() => {}
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

    /// Words set a target where the format has a quality; a number is taken as it is.
    fn encoding_and_target(&self, format: Format) -> (Encoding, Option<Target>) {
        let options = self.request.options;
        let lossy = matches!(format, Format::Jpeg | Format::Webp | Format::Avif);
        match options.quality {
            Some(Quality::Word(word)) if lossy => {
                let score = target::score(word);
                let verified = options.compression.is_none();
                let encoding = self.encoding(format, DEFAULT_QUALITY);
                let quality = target::usual_quality(&encoding, f64::from(score));
                let encoding = encoding.with_quality(quality);
                (encoding, Some(Target { score, verified }))
            }
            Some(Quality::Number(number)) => (self.encoding(format, number.clamp(1, 100)), None),
            _ => (self.encoding(format, DEFAULT_QUALITY), None),
        }
    }

    fn encoding(&self, format: Format, quality: u8) -> Encoding {
        let options = self.request.options;
        let fast = options.compression.is_some();
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
                let pixels = self.picture.pixels() * u64::from(self.picture.frames);
                let speed = avif_speed(pixels);
                Encoding::Avif { quality, speed, full_chroma }
            }
            // Formats that are only read are never chosen.
            Format::Json
            | Format::Heic
            | Format::Tiff
            | Format::Bmp
            | Format::Jxl
            | Format::Svg => Encoding::Json,
        }
    }
}

fn is_forced(options: &Options) -> bool {
    options.format == Some(FormatWord::PngForce)
}

/// `png-force` is true colour; an explicit quality below 100 allows fewer colours.
fn palette(options: &Options) -> Palette {
    match options.quality.map(palette_quality) {
        _ if is_forced(options) => Palette::Never,
        Some(quality @ 1..=99) => Palette::Learnt { quality },
        _ => Palette::Same,
    }
}

/// A palette has no target: words are numbers for it.
fn palette_quality(quality: Quality) -> u8 {
    match quality {
        Quality::Number(number) => number.clamp(1, 100),
        Quality::Word(QualityWord::High) => 90,
        Quality::Word(QualityWord::MediumHigh | QualityWord::Auto) => 70,
        Quality::Word(QualityWord::MediumLow) => 50,
        Quality::Word(QualityWord::Low) => 35,
    }
}
