//! SSIMULACRA2 of pairs of PNG files: `score REFERENCE CANDIDATE…` prints one number a line.
//!
//! Transparent pixels are laid over mid grey in both pictures first, as the metric knows no
//! alpha. A candidate of another size has no score and prints `nan`.

use std::env;
use std::error::Error;

use fast_ssim2::{compute_ssimulacra2, PixelDescriptor, PixelSlice};
use image::RgbImage;

const BACKDROP: f32 = 128.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args().skip(1);
    let reference = load(&paths.next().ok_or("usage: score REFERENCE CANDIDATE…")?)?;
    for path in paths {
        println!("{:.3}", score(&reference, &load(&path)?)?);
    }
    Ok(())
}

fn load(path: &str) -> Result<RgbImage, Box<dyn Error>> {
    let picture = image::open(path)?.to_rgba8();
    Ok(RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let alpha = f32::from(alpha) / 255.0;
        let over =
            |sample: u8| (f32::from(sample) * alpha + BACKDROP * (1.0 - alpha)).round() as u8;
        image::Rgb([over(red), over(green), over(blue)])
    }))
}

fn score(reference: &RgbImage, candidate: &RgbImage) -> Result<f64, Box<dyn Error>> {
    if reference.dimensions() != candidate.dimensions() {
        return Ok(f64::NAN);
    }
    let (width, height) = reference.dimensions();
    let stride = width as usize * 3;
    let descriptor = PixelDescriptor::RGB8_SRGB;
    let left = PixelSlice::new(reference.as_raw(), width, height, stride, descriptor)?;
    let right = PixelSlice::new(candidate.as_raw(), width, height, stride, descriptor)?;
    Ok(compute_ssimulacra2(&left, &right)?)
}
