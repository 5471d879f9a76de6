//! ravif: AVIF in Rust, for builds without cmake. It makes its own container.

use ravif::{BitDepth, Img, RGB8, RGBA8};

use super::{alpha_quality, clean, is_transparent, Settings};
#[cfg(not(feature = "aom"))]
use crate::backends::Backend;
use crate::image::{Image, Layout};
use crate::{Error, Job, Result};

/// Encodes `image`. Chroma is never halved and grey is written as colour: ravif has no other way.
pub(super) fn encode(image: &Image, settings: Settings, job: &Job) -> Result<Vec<u8>> {
    let depth = if settings.thorough { BitDepth::Ten } else { BitDepth::Eight };
    let encoder = ravif::Encoder::new()
        .with_quality(f32::from(settings.quality.clamp(1, 100)))
        .with_alpha_quality(f32::from(alpha_quality(settings.quality)))
        .with_speed(settings.speed.clamp(1, 10))
        .with_bit_depth(depth)
        .with_num_threads(Some(1));
    let (width, height) = (image.width() as usize, image.height() as usize);
    let encoded = if is_transparent(image) {
        let pixels = rgba(&clean::cleaned(image, job)?);
        encoder.encode_rgba(Img::new(&pixels[..], width, height))
    } else {
        let pixels = rgb(image);
        encoder.encode_rgb(Img::new(&pixels[..], width, height))
    };
    let failed = |error: ravif::Error| {
        Error::internal("avif: the encoder failed to encode").with_context(error.to_string())
    };
    encoded.map(|encoded| encoded.avif_file).map_err(failed)
}

fn rgba(image: &Image) -> Vec<RGBA8> {
    let pixel = |p: &[u8]| RGBA8::new(p[0], p[1], p[2], p[3]);
    image.data().chunks_exact(4).map(pixel).collect()
}

fn rgb(image: &Image) -> Vec<RGB8> {
    match image.layout() {
        Layout::Gray => image.data().iter().map(|&gray| RGB8::new(gray, gray, gray)).collect(),
        layout => {
            let pixel = |p: &[u8]| RGB8::new(p[0], p[1], p[2]);
            image.data().chunks_exact(layout.channels()).map(pixel).collect()
        }
    }
}

/// Library and whether its assembly was built.
#[cfg(not(feature = "aom"))]
pub(super) fn backend() -> Backend {
    Backend {
        role: "avif encode",
        name: "ravif 0.13, rav1e 0.8".to_owned(),
        accelerated: cfg!(feature = "ravif-asm"),
    }
}
