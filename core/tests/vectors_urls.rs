//! Runs `tests/vectors/urls.json`.

use safelight::url::{build, parse, Url};
use safelight::Error;
use serde_json::Value;

fn kind(error: &Error) -> &'static str {
    error.kind().names().node
}

fn parse_case(case: &Value) -> Result<(), String> {
    let text = case["text"].as_str().unwrap();
    match parse(text).map(|url| url.to_json()) {
        Ok(json) if json == case["url"] => again(&json),
        Err(error) if case["error"] == kind(&error) => Ok(()),
        Ok(json) => Err(json.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// What was parsed can be built, and parses to the same again.
fn again(json: &Value) -> Result<(), String> {
    let text = build(&Url::from_json(json).unwrap()).map_err(|error| error.to_string())?;
    let mut second = parse(&text).map_err(|error| error.to_string())?.to_json();
    second["warnings"] = json["warnings"].clone();
    if second == *json {
        Ok(())
    } else {
        Err(format!("built {text}: {second}"))
    }
}

fn build_case(case: &Value) -> Result<(), String> {
    match Url::from_json(&case["url"]).and_then(|url| build(&url)) {
        Ok(text) if case["text"] == text => Ok(()),
        Err(error) if case["error"] == kind(&error) => Ok(()),
        got => Err(format!("{got:?}")),
    }
}

#[test]
fn every_url_vector_holds() {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/urls.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 60);
    let mut wrong = Vec::new();
    for case in cases {
        let outcome = match case["op"].as_str() {
            Some("parse") => parse_case(case),
            Some("build") => build_case(case),
            _ => Err("unknown op".to_owned()),
        };
        if let Err(text) = outcome {
            wrong.push(format!("{}: {text}", case["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
