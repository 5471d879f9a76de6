//! Pixels to files.

use std::fs;
use std::path::{Path, PathBuf};

use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{Delay, ExtendedColorType, Frame, ImageBuffer, ImageEncoder, RgbaImage};
use safelight::{Engine, Input, Job};

use super::Canvas;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// Writes samples to a folder.
pub(crate) struct Maker {
    folder: PathBuf,
    engine: Engine,
}

/// A TIFF block with one entry, orientation 6 (turn clockwise to view), as an APP1 segment.
const ORIENTATION_6: &[u8] =
    b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

impl Maker {
    pub(crate) fn new(folder: &Path) -> Self {
        Maker { folder: folder.to_owned(), engine: Engine::default() }
    }

    /// `picture` as `options` say.
    pub(crate) fn render(&self, name: &str, picture: &Canvas, options: &str) -> Result<(), Error> {
        self.save(name, &self.encode(picture, options)?)
    }

    /// A JPEG that lies on its side and says so.
    pub(crate) fn turned(&self, name: &str, picture: &Canvas) -> Result<(), Error> {
        let mut data = self.encode(&picture.turned(), "format=jpeg,quality=86")?;
        data.splice(2..2, ORIENTATION_6.iter().copied());
        self.save(name, &data)
    }

    /// A 16-bit PNG whose neighbours differ by less than 8 bits can tell.
    pub(crate) fn deep(&self, name: &str, width: u32, height: u32) -> Result<(), Error> {
        let mut samples = Vec::with_capacity(width as usize * height as usize * 6);
        for y in 0..height {
            for x in 0..width {
                let (u, v) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
                for channel in [0.15 + 0.5 * u, 0.1 + 0.35 * v, 0.5 - 0.25 * u * v] {
                    samples.extend(((channel * 65535.0) as u16).to_ne_bytes());
                }
            }
        }
        let mut data = Vec::new();
        png(&mut data, CompressionType::Default, FilterType::Sub).write_image(
            &samples,
            width,
            height,
            ExtendedColorType::Rgb16,
        )?;
        self.save(name, &data)
    }

    /// An animated GIF that plays for ever.
    pub(crate) fn animation(&self, name: &str, frames: &[Canvas]) -> Result<(), Error> {
        let mut data = Vec::new();
        let mut encoder = GifEncoder::new_with_speed(&mut data, 10);
        encoder.set_repeat(Repeat::Infinite)?;
        for frame in frames {
            let pixels: RgbaImage =
                ImageBuffer::from_raw(frame.width, frame.height, frame.rgba.clone())
                    .ok_or("size")?;
            let delay = Delay::from_numer_denom_ms(60, 1);
            encoder.encode_frame(Frame::from_parts(pixels, 0, 0, delay))?;
        }
        drop(encoder);
        self.save(name, &data)
    }

    fn encode(&self, picture: &Canvas, options: &str) -> Result<Vec<u8>, Error> {
        let (samples, color) = picture.samples();
        let mut source = Vec::new();
        png(&mut source, CompressionType::Uncompressed, FilterType::NoFilter).write_image(
            &samples,
            picture.width,
            picture.height,
            color,
        )?;
        let job = Job::new(self.engine.limits(), Default::default());
        Ok(self.engine.render_text(&Input::new(&source), options, &job)?.data)
    }

    /// Written beside and renamed: a run that was broken off leaves no half picture.
    fn save(&self, name: &str, data: &[u8]) -> Result<(), Error> {
        let temporary = self.folder.join(format!(".{name}.tmp"));
        fs::write(&temporary, data)?;
        Ok(fs::rename(temporary, self.folder.join(name))?)
    }
}

impl Canvas {
    /// Without the alpha channel where nothing is transparent.
    fn samples(&self) -> (Vec<u8>, ExtendedColorType) {
        if self.rgba.chunks_exact(4).any(|pixel| pixel[3] < 255) {
            return (self.rgba.clone(), ExtendedColorType::Rgba8);
        }
        let rgb = self.rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]);
        (rgb.collect(), ExtendedColorType::Rgb8)
    }
}

fn png(
    to: &mut Vec<u8>,
    compression: CompressionType,
    filter: FilterType,
) -> PngEncoder<&mut Vec<u8>> {
    PngEncoder::new_with_quality(to, compression, filter)
}
