//! `tests/vectors/polish.json`: what polishing comes to, in every language.

#![cfg(feature = "codecs")]

use safelight::{CancelToken, Engine, Input, Job, Limits, PolishOptions};
use serde_json::Value;

const VECTORS: &str = include_str!("../../tests/vectors/polish.json");

fn source(case: &Value) -> Vec<u8> {
    let images = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/images");
    let mut data = std::fs::read(format!("{images}/{}", case["source"].as_str().unwrap())).unwrap();
    if let Some(cut) = case["cut"].as_u64() {
        data.truncate(cut as usize);
    }
    data
}

/// What is not as the case says, in words.
fn wrong(case: &Value) -> Option<String> {
    let limits = match &case["limits"] {
        Value::Null => Limits::default(),
        limits => Limits::from_json(&limits.to_string()).unwrap(),
    };
    let (engine, source) = (Engine::new(limits), source(case));
    let options = PolishOptions::from_json(&case["options"].to_string()).unwrap();
    let job = Job::new(engine.limits(), CancelToken::new());
    let polished = engine.polish(&Input::new(&source), &options, &job).unwrap();
    let told = polished.to_json();
    let result = case["result"].as_object().unwrap();
    let same_facts = result.iter().all(|(name, value)| told[name] == *value);
    let original =
        told["original"]["format"] == case["format"] && told["original"]["size"] == source.len();
    let same_bytes = match case["smaller"].as_bool().unwrap() {
        true => polished.data.len() < source.len(),
        false => polished.data == source,
    };
    let fine = same_facts && original && same_bytes;
    (!fine).then(|| format!("{}: {told}, {} bytes", case["name"], source.len()))
}

#[test]
fn every_polish_vector_holds() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let wrong: Vec<String> = cases.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 30);
}
