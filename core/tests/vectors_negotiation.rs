//! Runs `tests/vectors/negotiation.json`, and `http_errors.json`, which no binding can run.

use safelight::delivery::{answer, code_for, negotiate_json, Stage};
use safelight::{Error, KINDS};
use serde_json::Value;

/// Runs every case and reports all that are wrong.
fn run(text: &str, check: impl Fn(&Value) -> Result<(), String>) -> usize {
    let file: Value = serde_json::from_str(text).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| check(case).err().map(|text| format!("{}: {text}", case["name"])))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    cases.len()
}

#[test]
fn every_negotiation_vector_holds() {
    let count = run(include_str!("../../tests/vectors/negotiation.json"), |case| {
        match negotiate_json(&case["request"]) {
            Ok(result) if result == case["result"] => Ok(()),
            Err(error) if case["error"] == error.kind().names().node => Ok(()),
            Ok(result) => Err(result.to_string()),
            Err(error) => Err(error.to_string()),
        }
    });
    assert!(count >= 60);
}

#[test]
fn every_error_has_its_code_and_status() {
    run(include_str!("http_errors.json"), |case| {
        let kind = KINDS.iter().find(|row| case["kind"] == row.node).unwrap().kind;
        let stage = Stage::NAMES.iter().find(|(_, name)| case["stage"] == *name).unwrap().0;
        let error = Error::new(kind, "a message");
        let code = code_for(&error, stage);
        let answer = answer(&error, stage);
        let body = format!("ERROR {}: a message", case["code"]);
        match (case["code"] == code.number, case["http"] == answer.status, answer.body == body) {
            (true, true, true) => Ok(()),
            _ => Err(format!("{code:?} {answer:?}")),
        }
    });
}
