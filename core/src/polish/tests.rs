use super::*;
use crate::codec_tests::{picture, poster, read_ok, write_ok};
use crate::image::{Image, Layout};
use crate::plan::Palette;
use crate::{CancelToken, Kind};

const LOSSY: PolishMode = PolishMode::Lossy;

fn polished(source: &[u8], options: PolishOptions) -> Polished {
    polish(source, &options, &Limits::default(), &Job::default()).unwrap()
}

fn options(mode: PolishMode, webp: bool, avif: bool) -> PolishOptions {
    PolishOptions { mode, webp, avif, ..PolishOptions::default() }
}

fn lossless(source: &[u8]) -> Polished {
    polished(source, PolishOptions::default())
}

fn jpeg(image: &Image, quality: u8) -> Vec<u8> {
    let encoding = Encoding::Jpeg { quality, progressive: false, full_chroma: false, fast: true };
    write_ok(image, encoding)
}

fn png(image: &Image) -> Vec<u8> {
    write_ok(image, Encoding::Png { fast: true, palette: Palette::Never })
}

fn shows_the_same(one: &[u8], other: &[u8]) -> bool {
    let ((_, one), (_, other)) = (read_ok(one), read_ok(other));
    same::same_pixels(&one, &other, &Job::default()).unwrap()
}

#[test]
fn a_jpeg_keeps_its_pixels_in_fewer_bytes() {
    for layout in [Layout::Rgb, Layout::Gray] {
        let source = jpeg(&picture(200, 140, layout), 88);
        let polished = lossless(&source);
        assert_eq!((polished.status, polished.quality), (PolishStatus::Ok, None));
        assert!(polished.data.len() < source.len());
        assert!(shows_the_same(&source, &polished.data));
        assert_eq!(lossless(&polished.data).status, PolishStatus::NotCompressed);
    }
}

#[test]
fn a_jpeg_keeps_its_orientation_and_nothing_else_of_its_exif() {
    let source = std::fs::read("../tests/images/orientation-6.jpg").unwrap();
    let polished = lossless(&source);
    let (before, after) = (read_ok(&source).0, read_ok(&polished.data).0);
    assert_eq!((before.orientation, after.orientation), (6, 6));
    assert_eq!(after.embedded.exif, Some(exif::orientation_only(6)));
    assert!(shows_the_same(&source, &polished.data));
}

#[test]
fn a_wide_profile_stays() {
    for name in ["wide-gamut.jpg", "profile.png"] {
        let source = std::fs::read(format!("../tests/images/{name}")).unwrap();
        for mode in [PolishMode::Lossless, LOSSY] {
            let polished = polished(&source, options(mode, false, false));
            let profiles = (read_ok(&source).0.profile, read_ok(&polished.data).0.profile);
            assert_eq!(profiles.0, profiles.1, "{name} {mode:?}");
        }
    }
}

#[test]
fn a_png_takes_the_form_that_says_its_pixels() {
    let wide = picture(90, 70, Layout::Rgb);
    let gray: Vec<u8> = picture(90, 70, Layout::Gray).into_data();
    let mut samples = Vec::new();
    gray.iter().for_each(|gray| samples.extend_from_slice(&[*gray, *gray, *gray, 255]));
    let gray = Image::from_data(90, 70, Layout::Rgba, samples).unwrap();
    let bits = [255u8, 0].repeat(3150);
    let bits = Image::from_data(90, 70, Layout::Gray, bits).unwrap();
    // Kinds of the header: 2 is colour, 0 grey, 3 a palette.
    for (image, depth, kinds) in [
        (wide, 8, &[2][..]),
        (gray, 8, &[0]),
        (bits, 1, &[0]),
        (poster(90, 70, Layout::Rgb), 8, &[3, 2]),
    ] {
        let source = png(&image);
        let polished = lossless(&source);
        assert_eq!(polished.status, PolishStatus::Ok);
        assert!(shows_the_same(&source, &polished.data));
        assert!(polished.data[24] <= depth && kinds.contains(&polished.data[25]), "{kinds:?}");
    }
}

#[test]
fn colours_that_nobody_sees_stay_in_a_png_and_may_go_in_a_webp() {
    let mut image = picture(64, 64, Layout::Rgba);
    image
        .data_mut()
        .chunks_exact_mut(4)
        .for_each(|pixel| pixel[3] = if pixel[0] > 99 { 255 } else { 0 });
    let source = png(&image);
    let polished_png = lossless(&source);
    assert_eq!(read_ok(&polished_png.data).1.data(), read_ok(&source).1.data());
    let copy = polished(&source, options(PolishMode::Lossless, true, false));
    assert!(shows_the_same(&source, &copy.data));
}

#[test]
fn one_transparent_colour_needs_no_alpha() {
    let mut image = picture(80, 60, Layout::Rgba);
    for pixel in image.data_mut().chunks_exact_mut(4) {
        pixel[3] = 255;
        if pixel[1] > 128 {
            pixel.copy_from_slice(&[1, 255, 1, 0]);
        }
    }
    let source = png(&image);
    let polished = lossless(&source);
    assert_eq!(polished.data[25], 2, "true colour without alpha");
    assert_eq!(read_ok(&polished.data).1.data(), read_ok(&source).1.data());
}

#[test]
fn sixteen_bits_stay_where_they_say_something() {
    let source = std::fs::read("../tests/images/rgb16.png").unwrap();
    let polished = lossless(&source);
    let exact = |data: &[u8]| decode::exact_png(data, &Limits::default(), &Job::default()).unwrap();
    assert_eq!(exact(&polished.data), exact(&source));
}

#[test]
fn animations_show_the_same_frames_for_the_same_time() {
    let names = [
        "anim.gif",
        "anim-rules.gif",
        "anim-once.gif",
        "anim-rules.png",
        "anim-hidden.png",
        "anim-deep.png",
    ];
    for name in names {
        let source = std::fs::read(format!("../tests/images/{name}")).unwrap();
        for webp in [false, true] {
            let polished = polished(&source, options(PolishMode::Lossless, webp, false));
            let (before, after) = (read_ok(&source).0, read_ok(&polished.data).0);
            assert!(polished.data.len() <= source.len(), "{name}");
            assert_eq!(
                (before.loops, before.duration_ms),
                (after.loops, after.duration_ms),
                "{name}"
            );
        }
    }
}

#[test]
fn a_lossy_result_keeps_the_floor_that_was_asked_for() {
    let image = picture(220, 160, Layout::Rgb);
    for source in [jpeg(&image, 96), png(&image)] {
        for (webp, avif) in [(false, false), (true, false), (true, true)] {
            for floor in [60.0, 80.0] {
                let options = PolishOptions { floor, ..options(LOSSY, webp, avif) };
                let polished = polished(&source, options);
                assert!(polished.data.len() < source.len());
                if let Some(score) = polished.score {
                    let (limits, job) = (Limits::default(), Job::default());
                    let (_, before) = read_ok(&source);
                    let measure =
                        crate::quality::Floor::new(&before, floor, &limits, &job).unwrap();
                    let measured = measure.score(&polished.data).unwrap();
                    assert!(
                        measured >= floor && (measured - score).abs() < 1e-6,
                        "{measured} {score}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_cut_of_a_file_is_told_and_comes_back_as_it_is() {
    for name in ["photo.jpg", "rgb.png", "anim.gif", "lossless.webp", "anim-rules.png"] {
        let source = std::fs::read(format!("../tests/images/{name}")).unwrap();
        for end in (30..source.len() - 2).step_by(source.len() / 9) {
            let polished = lossless(&source[..end]);
            assert_eq!(polished.status, PolishStatus::CannotOptimize, "{name} cut at {end}");
            assert_eq!(polished.data, source[..end]);
        }
    }
}

#[test]
fn flipped_bits_never_give_more_bytes_nor_an_error_of_ours() {
    for name in ["photo.jpg", "palette.png", "anim.gif", "alpha.webp"] {
        let source = std::fs::read(format!("../tests/images/{name}")).unwrap();
        let mut broken = source.clone();
        for at in (0..source.len()).step_by(1 + source.len() / 60) {
            broken[at] ^= 1 << (at % 8);
            let polished = lossless(&broken);
            assert!(polished.data.len() <= broken.len());
            assert_ne!(polished.status, PolishStatus::InternalError, "{name} at {at}");
            broken[at] = source[at];
        }
    }
}

#[test]
fn a_job_that_is_over_is_an_error() {
    let source = png(&picture(60, 60, Layout::Rgb));
    let cancel = CancelToken::new();
    cancel.cancel();
    let job = Job::new(&Limits::default(), cancel);
    let stopped = polish(&source, &PolishOptions::default(), &Limits::default(), &job);
    assert_eq!(stopped.unwrap_err().kind(), Kind::Cancelled);
    let late = Job::default().within(std::time::Duration::ZERO);
    let stopped = polish(&source, &PolishOptions::default(), &Limits::default(), &late);
    assert_eq!(stopped.unwrap_err().kind(), Kind::Timeout);
}

/// Its size decides how much memory its rows take.
#[test]
fn a_frame_that_does_not_fit_is_copied_as_it_is() {
    let (side, behind) = (8u32, 64u32);
    let control = |number: u32, side: u32| {
        let numbers = [number, side, side, 0, 0].map(u32::to_be_bytes);
        [numbers.as_flattened(), &[0, 1, 0, 10, 0, 0]].concat()
    };
    let stored = |side: u32| {
        let rows = vec![0; (4 * side as usize + 1) * side as usize];
        png::deflated(&rows, 0, &Job::default()).unwrap()
    };
    let mut source = crate::encode::PNG_SIGNATURE.to_vec();
    let mut push = |kind: &[u8; 4], data: &[u8]| {
        crate::encode::push_png_chunk(&mut source, kind, &[data]).unwrap();
    };
    push(b"IHDR", &[&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 6, 0, 0, 0]].concat());
    // One frame is said, so that no decoder looks at the one behind it.
    push(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    push(b"fcTL", &control(0, side));
    push(b"IDAT", &stored(side));
    push(b"fcTL", &control(1, behind));
    push(b"fdAT", &[&[0, 0, 0, 2], &stored(behind)[..]].concat());
    push(b"IEND", &[]);
    let polished = lossless(&source);
    assert_eq!(polished.status, PolishStatus::Ok);
    let holds = |rows: &[u8]| polished.data.windows(rows.len()).any(|part| part == rows);
    assert!(!holds(&stored(side)), "the frame that fits is packed anew");
    assert!(holds(&stored(behind)), "the other one is not unpacked");
}
