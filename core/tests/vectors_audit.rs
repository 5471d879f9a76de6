//! Runs `tests/vectors/audit.json`; `UPDATE=1` writes the pages as they come out, to be looked at.

#![cfg(feature = "audit")]

use std::fs;
use std::path::{Path, PathBuf};

use safelight::{Assets, Engine, Job};
use serde_json::{json, Value};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(case: &Value) -> Assets {
    let mut files = Assets::new();
    for (url, name) in case["files"].as_object().unwrap() {
        let path = root().join("tests/images").join(name.as_str().unwrap());
        files.insert(url, fs::read(path).unwrap());
    }
    files
}

/// What came, in the words of the case.
fn outcome(case: &Value) -> Value {
    let (html, request) = (case["html"].as_str().unwrap(), case["request"].to_string());
    let audited = Engine::default().audit(html, &request, &files(case), &Job::default());
    let answer = match audited {
        Ok(answer) => answer,
        Err(error) => return json!({ "error": error.kind().names().node, "rules": [] }),
    };
    let rules = |image: &Value| -> Value {
        let findings = image["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["rule"].clone()).collect()
    };
    let mut outcome = json!({
        "rules": answer["images"].as_array().unwrap().iter().map(rules).collect::<Vec<_>>(),
        "fixed": answer["html"],
    });
    if answer["warnings"] != json!([]) {
        outcome["warnings"] = answer["warnings"].clone();
    }
    outcome
}

#[test]
fn every_audit_vector_holds() {
    let path = root().join("tests/vectors/audit.json");
    let mut file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in file["cases"].as_array_mut().unwrap() {
        let got = outcome(case);
        for (name, value) in got.as_object().unwrap() {
            if case[name] != *value {
                wrong.push(format!("{}: {name} is {value}", case["name"]));
                case[name] = value.clone();
            }
        }
        let wanted = ["error", "rules", "fixed", "warnings"].into_iter();
        for name in wanted.filter(|name| !case[*name].is_null() && got[*name].is_null()) {
            wrong.push(format!("{}: no {name}", case["name"]));
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        let cases = file["cases"].as_array().unwrap().iter().map(Value::to_string);
        let cases = cases.collect::<Vec<_>>().join(",\n");
        let text = format!("{{\n\"about\": {},\n\"cases\": [\n{cases}\n]\n}}\n", file["about"]);
        fs::write(&path, text).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
