//! libaom beside ravif on one picture: `avif_encoders IMAGE WIDTH`.
//!
//! Prints the median wall time of three runs on one thread, bytes and SSIMULACRA2 for a few
//! qualities of both, so that they can be compared at equal scores. libaom runs as the engine
//! runs it.

use std::error::Error;
use std::time::Instant;
use std::{env, fs};

use fast_ssim2::{compute_ssimulacra2, PixelDescriptor, PixelSlice};
use image::RgbImage;
use ravif::{Encoder, Img, RGB8};
use safelight::{Engine, Input, Job};

type Answer<T> = Result<T, Box<dyn Error>>;

fn main() -> Answer<()> {
    let arguments: Vec<String> = env::args().collect();
    let source = fs::read(arguments.get(1).ok_or("usage: avif_encoders IMAGE WIDTH")?)?;
    let width: u32 = arguments.get(2).ok_or("usage: avif_encoders IMAGE WIDTH")?.parse()?;
    let small = render(&source, &format!("width={width},format=png"))?;
    let reference = image::load_from_memory(&small)?.to_rgb8();
    for quality in [60, 70, 76, 80] {
        let (data, ms) = timed(|| render(&small, &format!("format=avif,quality={quality}")))?;
        report(&format!("libaom q{quality}"), ms, &data, &reference)?;
    }
    for quality in [50, 60, 70, 80] {
        let (data, ms) = timed(|| with_ravif(&reference, quality as f32))?;
        report(&format!("ravif q{quality} speed 6"), ms, &data, &reference)?;
    }
    Ok(())
}

fn render(source: &[u8], options: &str) -> Answer<Vec<u8>> {
    Ok(Engine::default().render_text(&Input::new(source), options, &Job::default())?.data)
}

fn with_ravif(picture: &RgbImage, quality: f32) -> Answer<Vec<u8>> {
    let pixels: Vec<RGB8> = picture.pixels().map(|p| RGB8::new(p[0], p[1], p[2])).collect();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let encoder = Encoder::new().with_quality(quality).with_speed(6).with_num_threads(Some(1));
    Ok(encoder.encode_rgb(Img::new(&pixels[..], width, height))?.avif_file)
}

fn timed(work: impl Fn() -> Answer<Vec<u8>>) -> Answer<(Vec<u8>, f64)> {
    let mut times = Vec::new();
    let mut data = work()?;
    for _ in 0..3 {
        let start = Instant::now();
        data = work()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok((data, times[1]))
}

fn report(name: &str, ms: f64, data: &[u8], reference: &RgbImage) -> Answer<()> {
    let decoded = image::load_from_memory(&render(data, "format=png")?)?.to_rgb8();
    let (width, height) = reference.dimensions();
    let slice = |picture: &RgbImage| picture.as_raw().clone();
    let (left, right) = (slice(reference), slice(&decoded));
    let stride = width as usize * 3;
    let view = |data| PixelSlice::new(data, width, height, stride, PixelDescriptor::RGB8_SRGB);
    let score = compute_ssimulacra2(&view(&left)?, &view(&right)?)?;
    println!("{name:<18} {ms:7.0} ms {:7} B  ssimulacra2 {score:.2}", data.len());
    Ok(())
}
