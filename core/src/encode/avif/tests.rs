//! Round trips through our own decoder.

use super::*;
use crate::decode;
use crate::Limits;

/// A smooth picture with some detail: what codecs are made for.
fn picture(width: u32, height: u32, layout: Layout) -> Image {
    let mut image = Image::new(width, height, layout).unwrap();
    let channels = layout.channels();
    for (index, pixel) in image.data_mut().chunks_exact_mut(channels).enumerate() {
        let (x, y) = ((index as u32 % width) as f64, (index as u32 / width) as f64);
        for (channel, sample) in pixel.iter_mut().enumerate() {
            let phase = channel as f64 * 0.9;
            let wave = (x / 17.0 + phase).sin() + (y / 23.0 - phase).cos();
            *sample = (128.0 + 55.0 * wave) as u8;
        }
    }
    image
}

fn settings(quality: u8, full_chroma: bool) -> Settings {
    Settings { quality, speed: 8, full_chroma }
}

fn decoded(file: &[u8]) -> Image {
    decode::avif_picture(file, &Limits::default(), &Job::default()).unwrap()
}

fn psnr(a: &Image, b: &Image) -> f64 {
    assert_eq!((a.width(), a.height(), a.layout()), (b.width(), b.height(), b.layout()));
    let square = |(a, b): (&u8, &u8)| (f64::from(*a) - f64::from(*b)).powi(2);
    let sum: f64 = a.data().iter().zip(b.data()).map(square).sum();
    10.0 * (255.0 * 255.0 * a.data().len() as f64 / sum.max(1e-9)).log10()
}

fn round_trip(encoder: Encoder, image: &Image, settings: Settings) -> f64 {
    let file = encode_with(encoder, image, settings, &Job::default()).unwrap();
    psnr(image, &decoded(&file))
}

#[test]
fn pictures_of_every_layout_come_back_close() {
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        for (width, height) in [(64, 48), (67, 45), (1, 1), (1, 33), (130, 2)] {
            for full_chroma in [false, true] {
                let image = picture(width, height, layout);
                let psnr = round_trip(Encoder::BEST, &image, settings(90, full_chroma));
                assert!(psnr > 35.0, "{layout:?} {width}x{height} {full_chroma}: {psnr:.1} dB");
            }
        }
    }
}
