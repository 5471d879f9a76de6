//! Runs `tests/vectors/negotiation.json` and `hints.json`, and `http_errors.json`, which no binding can run.

use safelight::delivery::{
    answer, answer_code, code_for, negotiate_json, Answer, Code, Situation, Stage, CODES,
};
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

fn negotiated(case: &Value) -> Result<(), String> {
    match negotiate_json(&case["request"]) {
        Ok(result) if result == case["result"] => Ok(()),
        Err(error) if case["error"] == error.kind().names().node => Ok(()),
        Ok(result) => Err(result.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn every_negotiation_vector_holds() {
    let count = run(include_str!("../../tests/vectors/negotiation.json"), negotiated);
    assert!(count >= 60);
}

#[test]
fn every_hint_vector_holds() {
    let count = run(include_str!("../../tests/vectors/hints.json"), negotiated);
    assert!(count >= 60);
}

/// The answer to a case: an error of a kind at a stage, or a situation.
fn answered(case: &Value) -> (Code, Answer) {
    if let Some(name) = case["situation"].as_str() {
        let (situation, _) = Situation::NAMES.iter().find(|(_, known)| *known == name).unwrap();
        return (situation.code(), answer_code(situation.code(), "a message"));
    }
    let kind = KINDS.iter().find(|row| case["kind"] == row.node).unwrap().kind;
    let stage = Stage::NAMES.iter().find(|(_, name)| case["stage"] == *name).unwrap().0;
    let error = Error::new(kind, "a message");
    (code_for(&error, stage), answer(&error, stage))
}

#[test]
fn every_failure_has_its_code_and_status() {
    run(include_str!("http_errors.json"), |case| {
        let (code, answer) = answered(case);
        let body = format!("ERROR {}: a message", case["code"]);
        match (case["code"] == code.number, case["http"] == answer.status, answer.body == body) {
            (true, true, true) => Ok(()),
            _ => Err(format!("{code:?} {answer:?}")),
        }
    });
}

#[test]
fn every_code_of_the_reference_comes_from_some_failure() {
    let file: Value = serde_json::from_str(include_str!("http_errors.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let never: Vec<_> =
        CODES.iter().filter(|code| !cases.iter().any(|case| answered(case).0 == **code)).collect();
    assert!(never.is_empty(), "{never:?}");
    let situations = cases.iter().filter(|case| case["situation"].is_string()).count();
    assert_eq!(situations, Situation::NAMES.len());
}
