//! What `describe` says of real photographs and of pictures made here.
#![cfg(feature = "codecs")]

use std::fs;

use safelight::{CancelToken, Engine, Input, Job, Kind, Limits};
use serde_json::{json, Value};

fn photo(name: &str) -> Vec<u8> {
    fs::read(format!("{}/../tests/faces/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn described(source: &[u8]) -> Value {
    Engine::default().describe(&Input::new(source), &Job::default()).unwrap()
}

/// A photograph after `options`.
fn rendered(name: &str, options: &str) -> Vec<u8> {
    let source = photo(name);
    let job = Job::default();
    Engine::default().render_text(&Input::new(&source), options, &job).unwrap().data
}

/// Whether the best of the faces is the only one and has its middle near (x, y).
fn has_face_at(described: &Value, x: f64, y: f64) -> bool {
    let faces = described["faces"].as_array().unwrap();
    let number = |name: &str| faces[0][name].as_f64().unwrap();
    let middle = (number("left") + number("width") / 2.0, number("top") + number("height") / 2.0);
    faces.len() == 1 && (middle.0 - x).abs() < 0.06 && (middle.1 - y).abs() < 0.06
}

#[test]
fn a_face_is_found_and_is_the_focus() {
    for (name, x, y) in [("astronaut.jpg", 0.435, 0.22), ("hopper.jpg", 0.49, 0.41)] {
        let described = described(&photo(name));
        assert!(has_face_at(&described, x, y), "{name}: {}", described["faces"]);
        assert_eq!(described["focus"]["from"], "faces");
    }
}

#[test]
fn a_face_is_found_where_it_is_seen_after_turns_and_in_small_pictures() {
    let mirrored = described(&rendered("astronaut.jpg", "flip=h,format=png"));
    assert!(has_face_at(&mirrored, 0.565, 0.22), "{}", mirrored["faces"]);
    let small = described(&rendered("astronaut.jpg", "width=96,format=png"));
    assert!(has_face_at(&small, 0.435, 0.22), "{}", small["faces"]);
    let grey = described(&rendered("hopper.jpg", "saturation=0,format=webp"));
    assert!(has_face_at(&grey, 0.49, 0.41), "{}", grey["faces"]);
}

#[test]
fn a_picture_without_faces_has_its_middle_as_focus_or_what_stands_out() {
    let described = described(&rendered("astronaut.jpg", "width=300,blur=200,format=png"));
    assert_eq!(described["faces"], json!([]));
    assert_ne!(described["focus"]["from"], "faces");
}

#[test]
fn the_description_has_every_field() {
    let described = described(&photo("astronaut.jpg"));
    let object = described.as_object().unwrap();
    let names: Vec<&str> = object.keys().map(String::as_str).collect();
    let expected = "format mime width height size frames alpha color palette blurhash thumbhash \
                    phash faces focus placeholder";
    assert_eq!(names.join(" "), expected);
    assert_eq!((&described["format"], &described["width"]), (&json!("jpeg"), &json!(320)));
    assert_eq!(described["phash"].as_str().unwrap().len(), 16);
    assert_eq!(described["blurhash"].as_str().unwrap().len(), 28);
    let placeholder = described["placeholder"].as_str().unwrap();
    assert!(placeholder.starts_with("data:image/webp;base64,UklGR"));
    assert!(placeholder.len() < 600, "{}", placeholder.len());
    let palette = described["palette"].as_array().unwrap();
    assert!((2..=6).contains(&palette.len()));
    let shares: f64 = palette.iter().map(|color| color["share"].as_f64().unwrap()).sum();
    assert!(shares > 0.97 && shares < 1.0001, "{shares}");
}

#[test]
fn the_perceptual_hash_survives_another_size_and_format() {
    let bits = |source: &[u8]| {
        let described = described(source);
        u64::from_str_radix(described["phash"].as_str().unwrap(), 16).unwrap()
    };
    let original = bits(&photo("astronaut.jpg"));
    let small = bits(&rendered("astronaut.jpg", "width=120,format=webp,quality=50"));
    assert!((original ^ small).count_ones() <= 4);
    assert!((original ^ bits(&photo("hopper.jpg"))).count_ones() >= 16);
}

#[test]
fn transparent_pixels_have_no_part_in_the_colors() {
    let pad = "width=200,height=100,fit=pad,background=transparent,format=png";
    let described = described(&rendered("hopper.jpg", pad));
    assert_eq!(described["alpha"], true);
    let plain = self::described(&photo("hopper.jpg"));
    assert_eq!(plain["alpha"], false);
    let first = |described: &Value| described["palette"][0]["color"].as_str().unwrap().to_owned();
    let channel = |color: &str, at: usize| i32::from_str_radix(&color[at..at + 2], 16).unwrap();
    for at in [1, 3, 5] {
        let (a, b) = (first(&described), first(&plain));
        assert!((channel(&a, at) - channel(&b, at)).abs() < 24, "{a} {b}");
    }
}

#[test]
fn every_run_says_the_same() {
    let source = photo("hopper.jpg");
    let limits = Limits { threads: 4, ..Limits::default() };
    let other = Engine::new(limits.clone());
    let job = Job::new(&limits, CancelToken::new());
    let other = other.describe(&Input::new(&source), &job).unwrap();
    assert_eq!(described(&source).to_string(), other.to_string());
}

#[test]
fn a_cancelled_description_stops() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let job = Job::new(&Limits::default(), cancel);
    let error = Engine::default().describe(&Input::new(&photo("hopper.jpg")), &job).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
}

#[test]
fn what_is_no_picture_is_refused() {
    let error = Engine::default().describe(&Input::new(b"text"), &Job::default()).unwrap_err();
    assert!(matches!(error.kind(), Kind::Malformed | Kind::Unsupported));
}
