//! Kernels against plain formulas.

use super::*;
use crate::image::{Image, Layout};
use crate::Job;

fn plane<S>(samples: &[S], width: usize, height: usize) -> Plane<'_, S> {
    Plane { samples, stride: width, width, height }
}

/// One pixel of each layout by way of [`to_pixels`].
fn one(bits: u8, [y, u, v]: [u16; 3], meaning: Meaning) -> Vec<u8> {
    let (y, u, v) = ([y], [u], [v]);
    let halved = Halved { width: false, height: false };
    let chroma = Some(([plane(&u, 1, 1), plane(&v, 1, 1)], halved));
    let frame = Frame::High(Planes { bits, luma: plane(&y, 1, 1), chroma });
    let mut image = Image::new(1, 1, Layout::Rgb).unwrap();
    to_pixels(&frame, meaning, &mut image, &Job::default()).unwrap();
    image.into_data()
}

fn meaning(matrix: u16, full_range: bool) -> Meaning {
    Meaning { matrix, full_range }
}

#[test]
fn black_white_and_primaries_come_out_exactly() {
    for bits in [8, 10, 12] {
        let at = |value: u16| value << (bits - 8);
        let top = (1 << bits) - 1;
        assert_eq!(one(bits, [0, at(128), at(128)], meaning(6, true)), [0; 3]);
        assert_eq!(one(bits, [top, at(128), at(128)], meaning(6, true)), [255; 3]);
        assert_eq!(one(bits, [at(16), at(128), at(128)], meaning(1, false)), [0; 3]);
        assert_eq!(one(bits, [at(235), at(128), at(128)], meaning(9, false)), [255; 3]);
        // Values outside the limited range saturate.
        assert_eq!(one(bits, [0, at(128), at(128)], meaning(1, false)), [0; 3]);
        assert_eq!(one(bits, [top, at(128), at(128)], meaning(1, false)), [255; 3]);
        // Green, blue and red in that order.
        assert_eq!(one(bits, [0, 0, top], meaning(0, true)), [255, 0, 0]);
    }
    // Red in BT.601, full range: Y 76, Cb 85, Cr 255.
    assert_eq!(one(8, [76, 85, 255], meaning(6, true)), [254, 0, 0]);
}

#[test]
fn unknown_matrices_are_unsupported() {
    let samples = [0u8; 1];
    let halved = Halved { width: false, height: false };
    let chroma = Some(([plane(&samples, 1, 1); 2], halved));
    let frame = Frame::Low(Planes { bits: 8, luma: plane(&samples, 1, 1), chroma });
    let mut image = Image::new(1, 1, Layout::Rgb).unwrap();
    let refused = to_pixels(&frame, meaning(14, true), &mut image, &Job::default());
    assert_eq!(refused.unwrap_err().kind(), crate::Kind::Unsupported);
}

/// The 9:3:3:1 rule, sample by sample.
fn bilinear(samples: &[u8], (width, height): (usize, usize), x: usize, y: usize) -> u16 {
    let side = |at: usize, count: usize| {
        let near = at / 2;
        let far = if at % 2 == 1 { (near + 1).min(count - 1) } else { near.saturating_sub(1) };
        (near, far)
    };
    let ((nx, fx), (ny, fy)) = (side(x, width), side(y, height));
    let at = |x: usize, y: usize| u16::from(samples[y * width + x]);
    (9 * at(nx, ny) + 3 * (at(fx, ny) + at(nx, fy)) + at(fx, fy) + 8) >> 4
}

#[test]
fn halved_chroma_is_upsampled_bilinearly_about_its_centre() {
    for (width, height) in [(1, 1), (2, 3), (5, 4), (33, 2)] {
        let samples: Vec<u8> = (0..width * height).map(|i| (i * 67 % 251) as u8).collect();
        let halved = Halved { width: true, height: true };
        let mut rows = upsample::Upsampler::new(plane(&samples, width, height), halved);
        for y in 0..2 * height {
            let row = rows.row(y).to_vec();
            for (x, got) in row.iter().enumerate() {
                let expected = bilinear(&samples, (width, height), x, y);
                assert_eq!(*got, expected, "{width}x{height} at {x},{y}");
            }
        }
    }
}

#[test]
fn twelve_bit_chroma_does_not_overflow_the_sums() {
    let samples = vec![4095u16; 6];
    let halved = Halved { width: true, height: true };
    let mut rows = upsample::Upsampler::new(plane(&samples, 3, 2), halved);
    assert!(rows.row(1).iter().all(|&value| value == 4095));
}

#[test]
fn pixels_survive_planes_and_back_within_rounding() {
    let data: Vec<u8> = (0..64 * 48 * 3).map(|i| (i * 37 % 256) as u8).collect();
    let image = Image::from_data(64, 48, Layout::Rgb, data).unwrap();
    let planar = from_pixels::<u8>(&image, true, &Job::default()).unwrap();
    let [u, v] = planar.chroma.as_ref().unwrap();
    let (w, h) = (planar.width, planar.height);
    let halved = Halved { width: false, height: false };
    let chroma = Some(([plane(u, w, h), plane(v, w, h)], halved));
    let frame = Frame::Low(Planes { bits: 8, luma: plane(&planar.luma, w, h), chroma });
    let mut back = Image::new(64, 48, Layout::Rgb).unwrap();
    to_pixels(&frame, meaning(6, true), &mut back, &Job::default()).unwrap();
    let worst = image.data().iter().zip(back.data()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst.unwrap() <= 2, "{worst:?}");
}

#[test]
fn ten_bits_keep_every_pixel() {
    let data: Vec<u8> = (0..64 * 48 * 3).map(|i| (i * 37 % 256) as u8).collect();
    let image = Image::from_data(64, 48, Layout::Rgb, data).unwrap();
    let planar = from_pixels::<u16>(&image, true, &Job::default()).unwrap();
    let [u, v] = planar.chroma.as_ref().unwrap();
    let (w, h) = (planar.width, planar.height);
    let halved = Halved { width: false, height: false };
    let chroma = Some(([plane(u, w, h), plane(v, w, h)], halved));
    let frame = Frame::High(Planes { bits: 10, luma: plane(&planar.luma, w, h), chroma });
    let mut back = Image::new(64, 48, Layout::Rgb).unwrap();
    to_pixels(&frame, meaning(6, true), &mut back, &Job::default()).unwrap();
    assert_eq!(image.data(), back.data());
}

#[test]
fn the_ends_of_ten_bits_are_reached_and_not_passed() {
    let ends = [[0, 0, 0], [255, 255, 255], [0, 0, 255], [255, 255, 0], [255, 0, 0], [0, 255, 255]];
    let image = Image::from_data(6, 1, Layout::Rgb, ends.concat()).unwrap();
    let planar = from_pixels::<u16>(&image, true, &Job::default()).unwrap();
    let [u, v] = planar.chroma.unwrap();
    assert_eq!((planar.luma[0], planar.luma[1]), (0, 1023));
    assert_eq!((u[0], u[1], u[2], u[3]), (512, 512, 1023, 1));
    assert_eq!((v[0], v[1], v[4], v[5]), (512, 512, 1023, 1));
    let gray = Image::from_data(256, 1, Layout::Gray, (0..=255).collect()).unwrap();
    let planar = from_gray::<u16>(&gray, 0, 1, &Job::default()).unwrap();
    let frame = Frame::High(Planes { bits: 10, luma: plane(&planar.luma, 256, 2), chroma: None });
    let mut back = Image::new(256, 1, Layout::Gray).unwrap();
    to_pixels(&frame, meaning(6, true), &mut back, &Job::default()).unwrap();
    assert_eq!(gray.data(), back.data());
}

#[test]
fn odd_sides_are_padded_with_the_last_column_and_row() {
    let data: Vec<u8> = (0..3 * 3 * 3).map(|i| (i * 9) as u8).collect();
    let image = Image::from_data(3, 3, Layout::Rgb, data).unwrap();
    for full_chroma in [false, true] {
        let planar = from_pixels::<u8>(&image, full_chroma, &Job::default()).unwrap();
        assert_eq!((planar.width, planar.height), (4, 4));
        for row in planar.luma.chunks_exact(4) {
            assert_eq!(row[3], row[2]);
        }
        assert_eq!(planar.luma[8..12], planar.luma[12..16]);
        let [u, _] = planar.chroma.unwrap();
        assert_eq!(u.len(), if full_chroma { 16 } else { 4 });
        // The lower right chroma sample is the corner pixel's alone.
        let corner = u[u.len() - 1];
        let single = Image::from_data(1, 1, Layout::Rgb, image.data()[24..].to_vec()).unwrap();
        let [alone, _] = from_pixels::<u8>(&single, true, &Job::default()).unwrap().chroma.unwrap();
        assert_eq!(corner, alone[0]);
    }
}

#[test]
fn premultiplied_colours_are_divided_by_alpha() {
    let data = vec![100, 50, 0, 128, 9, 9, 9, 0, 200, 255, 1, 255, 200, 0, 0, 100];
    let mut image = Image::from_data(4, 1, Layout::Rgba, data).unwrap();
    unpremultiply(&mut image, &Job::default()).unwrap();
    let expected = [199, 100, 0, 128, 0, 0, 0, 0, 200, 255, 1, 255, 255, 0, 0, 100];
    assert_eq!(image.data(), expected);
}

#[test]
fn limited_range_alpha_is_stretched() {
    let alpha = [16u8, 235, 126];
    let frame = Frame::Low(Planes { bits: 8, luma: plane(&alpha, 3, 1), chroma: None });
    let mut image = Image::new(3, 1, Layout::Rgba).unwrap();
    fill_alpha(&frame, false, &mut image, &Job::default()).unwrap();
    assert_eq!([image.data()[3], image.data()[7], image.data()[11]], [0, 255, 128]);
}
