//! Tests that go from pixels to bytes and back, one file a format.

mod animation;
mod frames;
mod gif;
mod jpeg;
mod png;
mod webp;

use crate::image::{Image, Layout, Probe};
use crate::plan::{DecodePlan, Encoding, OutputPlan};
use crate::{decode, encode, CancelToken, Job, Kind, Limits, Result};

/// A smooth picture with edges, different in every channel.
pub(crate) fn picture(width: u32, height: u32, layout: Layout) -> Image {
    let mut image = Image::new(width, height, layout).unwrap();
    let channels = layout.channels();
    for (index, sample) in image.data_mut().iter_mut().enumerate() {
        let (pixel, channel) = (index / channels, index % channels);
        let x = (pixel % width as usize) as f64 / f64::from(width);
        let y = (pixel / width as usize) as f64 / f64::from(height);
        let wave = ((x * 5.0 + channel as f64) * (y + 0.3) * 4.0).sin() * 0.5 + 0.5;
        let edge = if (x - 0.5).hypot(y - 0.5) < 0.3 { 0.25 } else { 0.0 };
        *sample = ((wave * 0.75 + edge) * 255.0) as u8;
    }
    image
}

/// Peak signal-to-noise ratio in decibels; pictures that are equal have 99.
pub(crate) fn psnr(left: &Image, right: &Image) -> f64 {
    assert_eq!((left.width(), left.height()), (right.width(), right.height()));
    assert_eq!(left.layout(), right.layout());
    let squares = left.data().iter().zip(right.data()).map(|(a, b)| f64::from(a.abs_diff(*b)));
    let mean = squares.map(|difference| difference * difference).sum::<f64>();
    let mean = mean / left.data().len() as f64;
    if mean == 0.0 {
        99.0
    } else {
        10.0 * (255.0 * 255.0 / mean).log10()
    }
}

/// A decode at `scale` of what `probe` describes.
pub(crate) fn decode_plan(probe: &Probe, scale: u8) -> DecodePlan {
    let side = |side: u32| side.div_ceil(u32::from(scale));
    let (width, height) = (side(probe.width), side(probe.height));
    DecodePlan { scale, width, height, layout: probe.layout(), to_srgb: false }
}

/// Header and pixels at full size.
pub(crate) fn read(source: &[u8], limits: &Limits, job: &Job) -> Result<(Probe, Image)> {
    let probe = decode::probe(source, limits)?;
    let image = decode::decode(source, &probe, &decode_plan(&probe, 1), limits, job)?;
    Ok((probe, image))
}

/// Header and pixels under the default limits.
pub(crate) fn read_ok(source: &[u8]) -> (Probe, Image) {
    read(source, &Limits::default(), &Job::default()).unwrap()
}

/// `image` in `encoding`.
pub(crate) fn write(image: &Image, encoding: Encoding, job: &Job) -> Result<Vec<u8>> {
    let (width, height) = (image.width(), image.height());
    let output = OutputPlan::still(width, height, encoding);
    encode::encode(image, &output, job).map(|encoded| encoded.data)
}

/// `image` in `encoding` under the default limits.
pub(crate) fn write_ok(image: &Image, encoding: Encoding) -> Vec<u8> {
    write(image, encoding, &Job::default()).unwrap()
}

/// A cancelled job goes by the check at the door straight to the adapters: they stop too.
pub(crate) fn both_adapters_stop(image: &Image, encoding: Encoding) {
    let limits = Limits::default();
    let cancel = CancelToken::new();
    cancel.cancel();
    let job = Job::new(&limits, cancel);
    let source = write_ok(image, encoding.clone());
    let (width, height) = (image.width(), image.height());
    let output = OutputPlan::still(width, height, encoding);
    let written = encode::run_adapter(image, &output, &job);
    assert_eq!(written.unwrap_err().kind(), Kind::Cancelled);
    let probe = decode::probe(&source, &limits).unwrap();
    let read = decode::run_adapter(&source, &probe, &decode_plan(&probe, 1), &limits, &job);
    assert_eq!(read.unwrap_err().kind(), Kind::Cancelled);
}

/// A picture whose channels have few values, as a palette wants them.
pub(crate) fn poster(width: u32, height: u32, layout: Layout) -> Image {
    let mut image = picture(width, height, layout);
    image.data_mut().iter_mut().for_each(|sample| *sample = *sample / 64 * 64);
    image
}

/// Makes the alpha of `image` all or nothing, and transparent pixels black.
pub(crate) fn cut_alpha(image: &mut Image) {
    for pixel in image.data_mut().chunks_exact_mut(4) {
        if pixel[3] < 128 {
            pixel.fill(0);
        } else {
            pixel[3] = 255;
        }
    }
}

/// Cuts `source` at every 97th byte: each piece is a picture or an error that says whose fault
/// it is, never a bug of ours.
pub(crate) fn every_cut_has_a_verdict(source: &[u8]) {
    for end in (0..source.len()).step_by(97) {
        if let Err(error) = read(&source[..end], &Limits::default(), &Job::default()) {
            assert!(
                matches!(error.kind(), Kind::Malformed | Kind::Unsupported),
                "cut at {end}: {:?} {error}",
                error.kind()
            );
        }
    }
}

/// Flips bits all over `source`: no panic, no `Internal`.
pub(crate) fn every_flip_has_a_verdict(source: &[u8]) {
    let limits = Limits { source_pixels: 1 << 20, ..Limits::default() };
    let mut broken = source.to_vec();
    for at in (0..source.len()).step_by(1 + source.len() / 400) {
        broken[at] ^= 1 << (at % 8);
        if let Err(error) = read(&broken, &limits, &Job::default()) {
            assert_ne!(error.kind(), Kind::Internal, "flip at {at}: {error} {:?}", error.context());
        }
        broken[at] = source[at];
    }
}
