//! Score curves of the encoders: `quality_curves record FOLDER… > curves.tsv`.
//!
//! Every picture is rendered at a few widths and encoded at many qualities. A line is one encode:
//! picture, width, height, encoder, quality, bytes, milliseconds, score, features.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use safelight::image::{Image, Layout};
use safelight::plan::Encoding;
use safelight::quality::{trial, Features};
use safelight::{Engine, Input, Job, Limits};

type Answer<T> = Result<T, Box<dyn Error>>;

const QUALITIES: [u8; 14] = [4, 8, 14, 20, 28, 36, 45, 55, 65, 74, 82, 88, 93, 97];
const WIDTHS: [u32; 3] = [240, 480, 900];

fn main() -> Answer<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let part: usize = env::var("PART").ok().and_then(|part| part.parse().ok()).unwrap_or(0);
    let parts: usize = env::var("PARTS").ok().and_then(|part| part.parse().ok()).unwrap_or(1);
    let mut files = Vec::new();
    for folder in &arguments {
        files.extend(pictures(Path::new(folder))?);
    }
    files.sort();
    for file in files.iter().skip(part).step_by(parts) {
        for width in WIDTHS {
            if let Err(error) = record(file, width) {
                eprintln!("{}: {error}", file.display());
                break;
            }
        }
    }
    Ok(())
}

fn pictures(folder: &Path) -> Answer<Vec<PathBuf>> {
    Ok(fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?)
}

fn record(file: &Path, width: u32) -> Answer<()> {
    let limits = Limits { memory: 4 << 30, time_ms: 0, ..Limits::default() };
    let engine = Engine::new(limits);
    let job = Job::new(engine.limits(), safelight::CancelToken::new());
    let source = fs::read(file)?;
    let options = format!("width={width},fit=scale-down,anim=false,format=png-force");
    let png = engine.render_text(&Input::new(&source), &options, &job)?;
    if png.info.width < width && width > WIDTHS[0] && png.info.width < width * 3 / 4 {
        return Ok(());
    }
    let image = load(&png.data)?;
    let features = Features::of(&image, &job)?.values.map(|value| format!("{value:.4}")).join("\t");
    for (name, encoding) in encoders(&image) {
        for quality in QUALITIES {
            let start = Instant::now();
            let done = trial(&image, &encoding.with_quality(quality), &job)?;
            let name_of = file.file_name().unwrap_or_default().to_string_lossy();
            println!(
                "{name_of}\t{}\t{}\t{}\t{name}\t{quality}\t{}\t{:.1}\t{:.2}\t{features}",
                image.width(),
                image.height(),
                image.layout().channels(),
                done.data.len(),
                start.elapsed().as_secs_f64() * 1e3,
                done.score,
            );
        }
    }
    Ok(())
}

fn encoders(image: &Image) -> Vec<(&'static str, Encoding)> {
    let pixels = image.width() * image.height();
    let speed = if pixels > 250_000 { 7 } else { 6 };
    let color = image.layout() != Layout::Gray;
    let mut all = vec![("webp", Encoding::Webp { quality: Some(1), method: 4 })];
    for full_chroma in [false, true] {
        if full_chroma && !color {
            continue;
        }
        if image.layout() != Layout::Rgba {
            let name = if full_chroma { "jpeg444" } else { "jpeg420" };
            let progressive = true;
            all.push((name, Encoding::Jpeg { quality: 1, progressive, full_chroma, fast: false }));
        }
        let name = if full_chroma { "avif444" } else { "avif420" };
        all.push((name, Encoding::Avif { quality: 1, speed, full_chroma }));
    }
    all
}

fn load(png: &[u8]) -> Answer<Image> {
    let picture = image::load_from_memory(png)?;
    let (width, height) = (picture.width(), picture.height());
    let (layout, data) = match picture.color().channel_count() {
        1 => (Layout::Gray, picture.to_luma8().into_raw()),
        3 => (Layout::Rgb, picture.to_rgb8().into_raw()),
        _ => (Layout::Rgba, picture.to_rgba8().into_raw()),
    };
    Ok(Image::from_data(width, height, layout, data)?)
}
