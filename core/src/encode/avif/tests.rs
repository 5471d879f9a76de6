//! Round trips through our own decoder.

use super::*;
use crate::decode;
use crate::{CancelToken, Kind, Limits};

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
    Settings::usual(quality, 8, full_chroma)
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
                for thorough in [false, true] {
                    let settings = Settings { thorough, ..settings(90, full_chroma) };
                    let psnr = round_trip(Encoder::BEST, &image, settings);
                    assert!(psnr > 35.0, "{layout:?} {width}x{height} {settings:?}: {psnr:.1} dB");
                }
            }
        }
    }
}

#[test]
fn ravif_stays_usable_beside_the_best_encoder() {
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        let image = picture(67, 45, layout);
        let file = encode_with(Encoder::Ravif, &image, settings(90, true), &Job::default());
        let back = decoded(&file.unwrap());
        // It has no grey: compare the colours it wrote.
        let gray = layout == Layout::Gray;
        let same = if gray { back.data().iter().step_by(3).copied().collect() } else { vec![] };
        let back = if gray { Image::from_data(67, 45, layout, same).unwrap() } else { back };
        assert!(psnr(&image, &back) > 33.0, "{layout:?}: {:.1} dB", psnr(&image, &back));
    }
}

#[test]
fn a_grey_picture_has_no_chroma_and_an_opaque_one_no_alpha() {
    let limits = Limits::default();
    let probe = |image: &Image| {
        let file = encode(image, settings(80, false), &Job::default()).unwrap();
        decode::probe(&file, &limits).unwrap()
    };
    if Encoder::BEST != Encoder::Ravif {
        assert_eq!(probe(&picture(40, 30, Layout::Gray)).subsampling, Some("4:0:0"));
        assert_eq!(probe(&picture(40, 30, Layout::Rgb)).subsampling, Some("4:2:0"));
    }
    let mut image = picture(40, 30, Layout::Rgba);
    assert!(probe(&image).alpha);
    image.data_mut().chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    assert!(!probe(&image).alpha);
}

#[test]
fn the_number_of_threads_does_not_change_the_bytes() {
    for (layout, speed) in [(Layout::Rgba, 9), (Layout::Rgb, 6), (Layout::Rgb, 8)] {
        let image = picture(700, 300, layout);
        let settings = Settings { speed, ..settings(70, false) };
        let with = |threads| {
            let limits = Limits { threads, ..Limits::default() };
            let job = Job::new(&limits, CancelToken::new());
            let file = encode(&image, settings, &job).unwrap();
            let back = decode::avif_picture(&file, &limits, &job).unwrap();
            (file, back)
        };
        let one = with(1);
        assert!(one == with(2) && one == with(5), "speed {speed}");
    }
}

#[test]
fn thorough_files_have_ten_bits_and_are_closer() {
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        let image = picture(256, 192, layout);
        let usual = settings(95, true);
        let made = [usual, Settings { thorough: true, ..usual }]
            .map(|settings| encode(&image, settings, &Job::default()).unwrap());
        let bits =
            made.each_ref().map(|file| decode::probe(file, &Limits::default()).unwrap().bits);
        assert_eq!(bits, [8, 10], "{layout:?}");
        let [usual, thorough] = made.each_ref().map(|file| psnr(&image, &decoded(file)));
        assert!(thorough > usual, "{layout:?}: {thorough:.2} dB after {usual:.2}");
    }
}

#[test]
fn better_quality_costs_bytes_and_is_closer() {
    let image = picture(256, 192, Layout::Rgb);
    let mut last = (0, 0.0);
    for quality in [1, 30, 60, 90, 100] {
        let file = encode(&image, settings(quality, true), &Job::default()).unwrap();
        let now = (file.len(), psnr(&image, &decoded(&file)));
        assert!(now.0 > last.0 && now.1 > last.1, "{quality}: {now:?} after {last:?}");
        last = now;
    }
    assert!(last.1 > 45.0, "{last:?}");
}

#[test]
fn what_nobody_sees_is_painted_over_and_alpha_stays() {
    let mut image = picture(64, 64, Layout::Rgba);
    for (index, pixel) in image.data_mut().chunks_exact_mut(4).enumerate() {
        pixel[3] = if index % 64 < 40 { 255 } else { 0 };
        if pixel[3] == 0 {
            pixel[..3].copy_from_slice(&[(index * 91) as u8, (index * 57) as u8, index as u8]);
        }
    }
    let clean = clean::cleaned(&image, &Job::default()).unwrap();
    for (before, after) in image.data().chunks_exact(4).zip(clean.data().chunks_exact(4)) {
        assert_eq!(before[3], after[3]);
        assert!(before[3] == 0 || before == after);
    }
    // The last square of a row has no visible pixel: all of it is one colour.
    let row = &clean.data()[4 * 48..4 * 64];
    assert!(row.chunks_exact(4).all(|pixel| pixel[..3] == row[..3]));
}

#[test]
fn a_cancelled_job_encodes_nothing() {
    let image = picture(64, 64, Layout::Rgb);
    let cancel = CancelToken::new();
    cancel.cancel();
    let job = Job::new(&Limits::default(), cancel);
    let error = encode(&image, settings(80, false), &job).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
}

#[cfg(feature = "aom")]
#[test]
fn the_quantiser_falls_in_small_steps_as_quality_rises() {
    for quick in [false, true] {
        let levels: Vec<i32> = (1..=100).map(|quality| aom::quantizer(quality, quick)).collect();
        assert!(levels.windows(2).all(|pair| (0..=2).contains(&(pair[0] - pair[1]))), "{levels:?}");
        assert_eq!(levels[99], 1);
    }
    assert_eq!((aom::quantizer(80, false), aom::quantizer(80, true)), (21, 11));
}
