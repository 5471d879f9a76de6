//! Runs `tests/vectors/signatures.json`.

use safelight::sign;
use serde_json::Value;

fn kind(error: &safelight::Error) -> &'static str {
    error.kind().names().node
}

fn sign_case(case: &Value) -> Result<(), String> {
    let path = case["path"].as_str().unwrap();
    let key = case["key"].as_str().unwrap();
    match (sign::sign(path, key, case["expires"].as_u64()), case["signed"].as_str()) {
        (Ok(signed), Some(expected)) if signed == expected => sign::verify(&signed, &[key], 0)
            .or_else(|error| match error.message() {
                "signature: expired" => Ok(()),
                _ => Err(format!("signed but not valid: {error}")),
            }),
        (Err(error), None) if case["error"] == kind(&error) => Ok(()),
        (got, _) => Err(format!("{got:?}")),
    }
}

fn verify_case(case: &Value) -> Result<(), String> {
    let keys: Vec<&str> =
        case["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    let now = case["now"].as_u64().unwrap();
    match sign::verify(case["path"].as_str().unwrap(), &keys, now) {
        Ok(()) if case["ok"] == true => Ok(()),
        Err(error) if case["error"] == kind(&error) => Ok(()),
        got => Err(format!("{got:?}")),
    }
}

#[test]
fn every_signature_vector_holds() {
    let file: Value =
        serde_json::from_str(include_str!("../../tests/vectors/signatures.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 60);
    let mut wrong = Vec::new();
    for case in cases {
        let outcome = match case["op"].as_str() {
            Some("sign") => sign_case(case),
            Some("verify") => verify_case(case),
            _ => Err("unknown op".to_owned()),
        };
        if let Err(text) = outcome {
            wrong.push(format!("{}: {text}", case["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
