//! Sources that are only read: TIFF, BMP and JPEG XL become what a PNG of the same pixels becomes.
#![cfg(all(feature = "codecs", feature = "tiff", feature = "jxl"))]

use std::fs;
use std::path::Path;

use safelight::image::{ColorModel, Format};
use safelight::{CancelToken, Engine, Input, Job, Kind, Limits, Rendered};

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/images");
    fs::read(folder.join(name)).unwrap()
}

fn render(name: &str, options: &str) -> Rendered {
    let rendered =
        Engine::default().render_text(&Input::new(&file(name)), options, &Job::default());
    rendered.unwrap_or_else(|error| panic!("{name}: {error} ({:?})", error.context()))
}

fn refusal(bytes: &[u8], limits: &Limits, job: &Job) -> Kind {
    let engine = Engine::new(limits.clone());
    engine.render_text(&Input::new(bytes), "format=png", job).unwrap_err().kind()
}

/// Samples of a PNG, in 8 bits.
fn pixels(data: &[u8]) -> Vec<u8> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(data));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut samples).unwrap();
    samples
}

#[test]
fn every_way_to_store_a_picture_gives_the_pixels_of_its_png() {
    for (name, same) in [
        ("rgb.tif", "small.png"),
        ("strips.tif", "small.png"),
        ("turned.tif", "small.png"),
        ("cmyk.tif", "small.png"),
        ("alpha.tif", "small-alpha.png"),
        ("palette.tif", "small-palette.png"),
        ("fax.tif", "small-ink.png"),
        ("gray16.tif", "small-gray.png"),
        ("profile.tif", "profile.png"),
        ("rgb.bmp", "small.png"),
        ("palette.bmp", "small-palette.png"),
        ("rgb.jxl", "small.png"),
        ("alpha.jxl", "small-alpha.png"),
        ("gray.jxl", "small-gray.png"),
        ("profile.jxl", "profile.png"),
    ] {
        for options in ["format=png-force", "width=40,format=png-force"] {
            let (ours, theirs) = (render(name, options), render(same, options));
            let (ours, theirs) = (pixels(&ours.data), pixels(&theirs.data));
            assert_eq!(ours.len(), theirs.len(), "{name} at {options}");
            let worst = ours.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).max();
            // Ink is scaled before it becomes light, a turned picture in its stored axes.
            let rounds = ["turned.tif", "cmyk.tif"].contains(&name) && options.contains("width");
            let most = if rounds { 2 } else { 0 };
            assert!(worst <= Some(most), "{name} is not {same} at {options}: {worst:?}");
        }
    }
}

#[test]
fn a_profile_of_other_colours_changes_the_pixels() {
    for name in ["profile.tif", "profile.jxl"] {
        let plain = render("small.png", "format=png-force").data;
        assert_ne!(render(name, "format=png-force").data, plain, "{name}");
    }
}

#[test]
fn a_lossy_jpeg_xl_comes_close_to_its_source() {
    let ours = pixels(&render("lossy.jxl", "format=png-force").data);
    let source = pixels(&render("small.png", "format=png-force").data);
    let sum: u64 = ours.iter().zip(&source).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = sum as f64 / source.len() as f64;
    assert!((0.01..4.0).contains(&mean), "{mean}");
}

#[test]
fn the_header_tells_format_size_and_colours() {
    for (name, format, model, alpha) in [
        ("rgb.tif", Format::Tiff, ColorModel::Rgb, false),
        ("alpha.tif", Format::Tiff, ColorModel::Rgb, true),
        ("cmyk.tif", Format::Tiff, ColorModel::Cmyk, false),
        ("fax.tif", Format::Tiff, ColorModel::Gray, false),
        ("palette.tif", Format::Tiff, ColorModel::Rgb, false),
        ("rgb.bmp", Format::Bmp, ColorModel::Rgb, false),
        ("gray.jxl", Format::Jxl, ColorModel::Gray, false),
        ("alpha.jxl", Format::Jxl, ColorModel::Rgb, true),
    ] {
        let probe = Engine::default().probe(&file(name)).unwrap();
        assert_eq!((probe.format, probe.model, probe.alpha), (format, model, alpha), "{name}");
        assert_eq!(probe.oriented_size(), (96, 64), "{name}");
    }
}

#[test]
fn without_a_format_opaque_is_jpeg_and_transparent_is_png() {
    for (name, format) in [
        ("rgb.tif", Format::Jpeg),
        ("alpha.tif", Format::Png),
        ("rgb.bmp", Format::Jpeg),
        ("rgb.jxl", Format::Jpeg),
        ("alpha.jxl", Format::Png),
    ] {
        assert_eq!(render(name, "width=20").info.format, format, "{name}");
    }
}

#[test]
fn an_animated_jpeg_xl_gives_its_first_frame_and_says_so() {
    let probe = Engine::default().probe(&file("anim.jxl")).unwrap();
    assert!(probe.frames > 1);
    let ours = render("anim.jxl", "format=png-force");
    assert_eq!(ours.info.frames, 1);
    assert_eq!(ours.info.warnings, ["only the first frame of jxl is read"]);
    let first = render("small.png", "format=png-force");
    assert_eq!((ours.info.width, ours.info.height), (first.info.width, first.info.height));
    assert_eq!(pixels(&ours.data), pixels(&first.data));
}

#[test]
fn jpeg_inside_a_tiff_is_unsupported() {
    let error = Engine::default().probe(&file("jpeg-inside.tif")).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert_eq!(error.message(), "tiff: jpeg inside is not supported");
}

#[test]
fn a_file_cut_anywhere_is_an_error_and_never_a_panic() {
    for name in ["strips.tif", "palette.tif", "fax.tif", "rgb.bmp", "palette.bmp", "rgb.jxl"] {
        let whole = file(name);
        for tenth in 0..10 {
            let cut = &whole[..whole.len() * tenth / 10];
            match Engine::default().render_text(&Input::new(cut), "format=png", &Job::default()) {
                // A directory may stand before the samples, and the samples before the end.
                Ok(_) => assert!(tenth > 7, "{name} at {tenth}"),
                Err(error) => {
                    let kind = error.kind();
                    assert!(matches!(kind, Kind::Malformed | Kind::Unsupported), "{name}: {error}");
                }
            }
        }
    }
}

#[test]
fn limits_hold_before_pixels_are_read() {
    for name in ["rgb.tif", "rgb.bmp", "rgb.jxl"] {
        let small = Limits { source_pixels: 96 * 64 - 1, ..Limits::default() };
        assert_eq!(refusal(&file(name), &small, &Job::default()), Kind::TooLarge, "{name}");
        let tight = Limits { memory: 1 << 20, ..Limits::default() };
        assert_eq!(refusal(&file(name), &tight, &Job::default()), Kind::TooLarge, "{name}");
    }
}

#[test]
fn a_cancelled_job_reads_nothing() {
    for name in ["rgb.tif", "rgb.bmp", "rgb.jxl"] {
        let cancel = CancelToken::new();
        let job = Job::new(&Limits::default(), cancel.clone());
        cancel.cancel();
        assert_eq!(refusal(&file(name), &Limits::default(), &job), Kind::Cancelled, "{name}");
    }
}
