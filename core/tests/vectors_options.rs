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
            let refusal = options.check_supported().err();
            let refusal = refusal.map_or(Value::Null, |error| error.message().into());
            compare("unsupported", &case["unsupported"], refusal);
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
fn the_engine_refuses_what_this_version_does_not_do_before_it_looks_at_the_picture() {
    let engine = safelight::Engine::default();
    let input = safelight::Input::new(b"no picture");
    let job = safelight::Job::default();
    for case in cases().iter().filter(|case| case["unsupported"].is_string()) {
        let text = case["options"].as_str().unwrap();
        let error = engine.explain_text(&input, text, &job).unwrap_err();
        assert_eq!(error.kind(), safelight::Kind::Unsupported);
        assert_eq!(error.message(), case["unsupported"].as_str().unwrap());
    }
}
