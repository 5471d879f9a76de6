//! `tests/vectors/options.json`: what every option text means, in every language.

use std::collections::HashSet;

use safelight::Options;
use serde_json::Value;

fn cases() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/options.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["cases"].as_array().unwrap().clone()
}

/// Differences between a case and what the parser does, in words.
fn differences(case: &Value) -> Vec<String> {
    let text = case["options"].as_str().unwrap();
    let lenient = case["lenient"].as_bool().unwrap_or(false);
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: &Value, got: Value| {
        // As text, so that the order of members counts too.
        let (expected_text, got_text) = (expected.to_string(), got.to_string());
        if expected_text != got_text {
            differences.push(format!("{what}: expected {expected}, got {got}"));
        }
    };
    match Options::parse_with(text, lenient) {
        Ok(parsed) => {
            let options = &parsed.options;
            compare("error", &case["error"], Value::Null);
            compare("canonical", &case["canonical"], options.to_string().into());
            compare("json", &case["json"], options.to_json());
            let warnings = Some(parsed.warnings).filter(|warnings| !warnings.is_empty());
            compare("warnings", &case["warnings"], warnings.map_or(Value::Null, Value::from));
        }
        Err(error) => {
            compare("kind", &case["error"]["kind"], error.kind().names().node.into());
            compare("message", &case["error"]["message"], error.message().into());
        }
    }
    differences
}

#[test]
fn every_option_text_means_what_the_vectors_say() {
    let mut wrong = Vec::new();
    for case in cases() {
        for difference in differences(&case) {
            wrong.push(format!("{}: {difference}", case["name"]));
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn there_are_at_least_200_cases_each_with_a_name_of_its_own() {
    let cases = cases();
    let names: HashSet<&str> = cases.iter().map(|case| case["name"].as_str().unwrap()).collect();
    assert!(cases.len() >= 200);
    assert_eq!(names.len(), cases.len());
}

#[test]
fn canonical_texts_of_the_vectors_stand_for_themselves() {
    for case in cases() {
        if let Some(text) = case["canonical"].as_str() {
            let again = Options::parse_canonical(text).unwrap();
            assert_eq!(again.to_string(), text, "{}", case["name"]);
        }
    }
}

#[test]
fn json_of_the_vectors_means_the_same_as_their_text() {
    for case in cases().iter().filter(|case| case["json"].is_object()) {
        let parsed = Options::parse(&case["json"].to_string()).unwrap();
        assert_eq!(
            parsed.options.to_string(),
            case["canonical"].as_str().unwrap(),
            "{}",
            case["name"]
        );
    }
}

#[cfg(feature = "codecs")]
#[test]
fn what_needs_a_hook_or_an_asset_is_refused_where_there_is_none() {
    let engine = safelight::Engine::new(boundless());
    let source = include_bytes!("../../tests/images/photo.jpg");
    let input = safelight::Input::new(source);
    for case in cases().iter().filter(|case| case["error"].is_null() && case["lenient"].is_null()) {
        let text = case["options"].as_str().unwrap();
        let error = engine.explain_text(&input, text, &safelight::Job::default()).err();
        let refused = error.map_or(Value::Null, |error| {
            serde_json::json!({"kind": error.kind().names().node, "message": error.message()})
        });
        assert_eq!(refused, case["refused"], "{}", case["name"]);
    }
}

/// Limits within which every case can be planned.
#[cfg(feature = "codecs")]
fn boundless() -> safelight::Limits {
    let side = 1 << 20;
    safelight::Limits {
        output_side: side,
        avif_side: side,
        avif_side_auto: side,
        output_pixels: u64::MAX >> 11,
        memory: u64::MAX >> 11,
        ..Default::default()
    }
}
