//! Score curves: a line is one encode of one picture, with the figures of the picture behind it.

use std::fs;
use std::path::Path;
use std::time::Instant;

use safelight::image::{Image, Layout};
use safelight::plan::Encoding;
use safelight::quality::{trial, Features};
use safelight::Job;

use super::{pictures, Answer};

/// Qualities of a curve.
pub const QUALITIES: [u8; 14] = [4, 8, 14, 20, 28, 36, 45, 55, 65, 74, 82, 88, 93, 97];
const WIDTHS: [u32; 3] = [240, 420, 900];

pub fn run(folders: &[String]) -> Answer<()> {
    for file in pictures::files(folders)? {
        let source = fs::read(&file)?;
        for width in WIDTHS {
            let Some(png) = pictures::rendered(&source, width) else { break };
            record(&file, &pictures::pixels(&png)?)?;
        }
    }
    Ok(())
}

fn record(file: &Path, image: &Image) -> Answer<()> {
    let job = Job::default();
    let features = Features::of(image, &job)?.values.map(|value| format!("{value:.4}")).join("\t");
    let (name, width, height) = (pictures::name(file), image.width(), image.height());
    let channels = image.layout().channels();
    for encoder in encoders(image) {
        let encoding = encoding(encoder, width * height).ok_or("an encoder that is not known")?;
        for quality in QUALITIES {
            let start = Instant::now();
            let done = trial(image, &encoding.with_quality(quality), &Job::default())?;
            let ms = start.elapsed().as_secs_f64() * 1e3;
            let (bytes, score) = (done.data.len(), done.score);
            println!(
                "{name}\t{width}\t{height}\t{channels}\t{encoder}\t{quality}\t{bytes}\t{ms:.1}\t\
                 {score:.2}\t{features}"
            );
        }
    }
    Ok(())
}

/// Every encoder that takes `image`.
fn encoders(image: &Image) -> Vec<&'static str> {
    let mut all = vec!["webp", "avif420"];
    if image.layout() != Layout::Gray {
        all.push("avif444");
    }
    if image.layout() != Layout::Rgba {
        all.push("jpeg420");
    }
    if image.layout() == Layout::Rgb {
        all.push("jpeg444");
    }
    all
}

/// The settings of an encoder by its name.
pub fn encoding(name: &str, pixels: u32) -> Option<Encoding> {
    let jpeg =
        |full_chroma| Encoding::Jpeg { quality: 1, progressive: true, full_chroma, fast: false };
    let speed = if pixels > 250_000 { 7 } else { 6 };
    let avif = |full_chroma| Encoding::Avif { quality: 1, speed, full_chroma };
    Some(match name {
        "webp" => Encoding::Webp { quality: Some(1), method: 4 },
        "avif420" => avif(false),
        "avif444" => avif(true),
        "jpeg420" => jpeg(false),
        "jpeg444" => jpeg(true),
        _ => return None,
    })
}

/// What [`run`] writes and the fit reads.
pub struct Line {
    pub picture: String,
    pub width: u32,
    pub height: u32,
    pub encoder: String,
    pub quality: u8,
    pub score: f64,
    pub features: Vec<f64>,
}

impl Line {
    /// The parts of a line.
    pub fn parse(text: &str) -> Answer<Self> {
        let fields: Vec<&str> = text.split('\t').collect();
        let field = |at: usize| fields.get(at).copied().ok_or("a line that was cut");
        Ok(Line {
            picture: field(0)?.to_owned(),
            width: field(1)?.parse()?,
            height: field(2)?.parse()?,
            encoder: field(4)?.to_owned(),
            quality: field(5)?.parse()?,
            score: field(8)?.parse()?,
            features: fields[9..].iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
        })
    }
}
