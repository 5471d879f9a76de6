//! HEIC by the system's libheif: `cargo test --release -p safelight --features heic --test heic`.
#![cfg(feature = "heic")]

use safelight::{Engine, Input, Job, Kind};

fn picture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/images");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

fn pixels(source: &[u8]) -> image::RgbImage {
    let done = Engine::default().render_text(&Input::new(source), "format=png", &Job::default());
    image::load_from_memory(&done.unwrap().data).unwrap().to_rgb8()
}

#[test]
fn a_photograph_looks_as_what_it_was_made_from() {
    let (ours, origin) = (pixels(&picture("photo.heic")), pixels(&picture("photo.jpg")));
    assert_eq!(ours.dimensions(), origin.dimensions());
    let apart: u64 = ours.iter().zip(origin.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = apart as f64 / ours.len() as f64;
    assert!(mean < 6.0, "{mean}");
}

#[test]
fn what_holds_no_hevc_is_malformed() {
    let source = picture("turned.heic");
    let error = Engine::default()
        .render_text(&Input::new(&source), "width=10", &Job::default())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Malformed);
}

#[test]
fn a_file_that_was_cut_anywhere_gives_a_typed_error_or_a_picture() {
    let source = picture("photo.heic");
    for end in (0..source.len()).step_by(97) {
        let done =
            Engine::default().render_text(&Input::new(&source[..end]), "width=10", &Job::default());
        if let Err(error) = done {
            assert!(matches!(error.kind(), Kind::Malformed | Kind::Unsupported), "{end}: {error}");
        }
    }
}
