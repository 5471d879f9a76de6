//! Runs `tests/vectors/vary.json`.

use safelight::delivery::{vary_headers_json, vary_request_json, vary_response_json};
use safelight::Result;
use serde_json::{json, Value};

#[test]
fn every_vector_holds() {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/vary.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let outcome = |case: &Value| match &case["op"] {
        op if op == "request" => compared(vary_request_json(&case["request"]), case),
        op if op == "response" => compared(vary_response_json(&case["request"]), case),
        op if op == "headers" => compared(vary_headers_json(&case["request"]), case),
        _ => pair(case),
    };
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| outcome(case).err().map(|text| format!("{}: {text}", case["name"])))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.iter().filter(|case| case["op"] == "pair").count() >= 20);
}

fn compared(outcome: Result<Value>, case: &Value) -> std::result::Result<(), String> {
    match outcome {
        Ok(result) if result == case["result"] => Ok(()),
        Err(error) if case["error"] == error.kind().names().node => Ok(()),
        Ok(result) => Err(result.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Two requests to a cache of one URL.
fn pair(case: &Value) -> std::result::Result<(), String> {
    let mut stored = Vec::new();
    for step in [&case["first"], &case["second"]] {
        let got = exchange(case, &mut stored, step).map_err(|error| error.to_string())?;
        if got != (step["sent"].clone(), step["status"].clone()) {
            return Err(format!("{got:?}"));
        }
        if case["purge"] == true {
            stored.clear();
        }
    }
    Ok(())
}

/// What the origin was sent, and the cache's status.
fn exchange(case: &Value, stored: &mut Vec<Value>, step: &Value) -> Result<(Value, Value)> {
    let (rules, path) = (&case["rules"], &case["path"]);
    let asked = vary_request_json(&json!({
        "rules": rules, "path": path, "accept": step["accept"], "stored": stored,
    }))?;
    if let Some(chosen) = asked["chosen"].as_u64() {
        assert_eq!(stored[chosen as usize]["content_type"], step["content_type"]);
        return Ok((Value::Null, json!("HIT")));
    }
    let sent = if asked["accept"].is_null() { &step["accept"] } else { &asked["accept"] };
    let answered = vary_response_json(&json!({
        "rules": rules, "path": path, "accept": sent,
        "content_type": step["content_type"], "vary": step["vary"],
    }))?;
    if answered["store"] == true {
        let content_type = &step["content_type"];
        stored.push(json!({"accept": answered["accept"], "content_type": content_type}));
    }
    Ok((sent.clone(), answered["status"].clone()))
}
