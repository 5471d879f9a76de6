//! Lighthouse's own figures, where it is installed.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{json, Value};

use super::devtools::on_path;

/// What is asked of it: everything about pictures, and the two measures.
const AUDITS: &str = "largest-contentful-paint,cumulative-layout-shift,image-delivery-insight,\
    unsized-images,lcp-discovery-insight,modern-image-formats,uses-responsive-images,\
    uses-optimized-images,offscreen-images";

/// Its figures of both pages; `None` where it is not installed.
pub(super) fn run(before: &str, after: &str, chromium: Option<&Path>) -> Option<Value> {
    let program = on_path(&["lighthouse"])?;
    let figures = |url: &str| match measure(&program, url, chromium) {
        Ok(report) => figures(&report),
        Err(error) => json!({ "error": error }),
    };
    Some(json!({ "before": figures(before), "after": figures(after) }))
}

fn measure(program: &Path, url: &str, chromium: Option<&Path>) -> Result<Value, String> {
    let mut command = Command::new(program);
    command.args([url, "--output=json", "--quiet", "--only-audits"]).arg(AUDITS);
    command.arg("--chrome-flags=--headless=new --no-sandbox --disable-gpu");
    let chromium = chromium.map(Path::to_owned).or_else(|| on_path(&["chromium", "google-chrome"]));
    if let Some(chromium) = chromium {
        command.env("CHROME_PATH", chromium);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|error| format!("no report: {error}"))
}

fn figures(report: &Value) -> Value {
    let audits = &report["audits"];
    let number = |name: &str| audits[name]["numericValue"].clone();
    let wasted = audits["image-delivery-insight"]["details"]["items"].as_array().map(|items| {
        items.iter().filter_map(|item| item["wastedBytes"].as_f64()).sum::<f64>() as u64
    });
    json!({
        "version": report["lighthouseVersion"],
        "lcp_ms": number("largest-contentful-paint"),
        "cls": number("cumulative-layout-shift"),
        "wasted_bytes": wasted,
        "unsized_images":
            audits["unsized-images"]["details"]["items"].as_array().map(Vec::len),
    })
}
