//! Runs `tests/vectors/plans.json`.

use safelight::hooks::Offered;
use safelight::image::{ColorModel, Embedded, Format, Probe, Profile};
use safelight::plan::{plan, Measured, Plan, Request, Step};
use safelight::{Limits, Options};
use serde_json::Value;

fn probe(case: &Value) -> Probe {
    let (width, height) = case["source"].as_str().unwrap().split_once('x').unwrap();
    let word = case["format"].as_str().unwrap_or("jpeg");
    Probe {
        format: Format::ALL.iter().copied().find(|format| format.name() == word).unwrap(),
        width: width.parse().unwrap(),
        height: height.parse().unwrap(),
        frames: 1,
        loops: 0,
        duration_ms: 0,
        orientation: case["orientation"].as_u64().unwrap_or(1) as u8,
        model: ColorModel::Rgb,
        alpha: case["alpha"].as_bool().unwrap_or(false),
        frames_alpha: case["alpha"].as_bool().unwrap_or(false),
        bits: 8,
        progressive: false,
        lossless: false,
        subsampling: None,
        profile: Profile::Srgb,
        embedded: Embedded::default(),
    }
}

/// The part of the source that the steps use, in source pixels.
fn used(plan: &Plan) -> [f64; 4] {
    let scale = f64::from(plan.decode.scale);
    let mut used =
        [0.0, 0.0, f64::from(plan.decode.width) * scale, f64::from(plan.decode.height) * scale];
    for step in &plan.steps {
        let window = match *step {
            Step::Crop { left, top, width, height } => [left, top, width, height].map(f64::from),
            Step::Resize { area, .. } => [area.left, area.top, area.width, area.height],
            _ => continue,
        }
        .map(|value| value * scale);
        used = [used[0] + window[0], used[1] + window[1], window[2], window[3]];
    }
    used
}

fn check(case: &Value) -> Result<(), String> {
    let parsed =
        Options::parse(case["options"].as_str().unwrap()).map_err(|error| error.to_string())?;
    let request = Request {
        options: &parsed.options,
        accepts: &[],
        source_bytes: 1000,
        measured: &Measured::default(),
        hooks: Offered::default(),
        overlays: &[],
    };
    let plan = match (plan(&request, &probe(case), &Limits::default()), case["error"].as_str()) {
        (Ok(plan), None) => plan,
        (Err(error), Some(kind)) if error.kind().names().node == kind => return Ok(()),
        (Ok(plan), Some(kind)) => {
            return Err(format!("{}x{}, not {kind}", plan.output.width, plan.output.height));
        }
        (Err(error), _) => return Err(error.to_string()),
    };
    let output = serde_json::json!([plan.output.width, plan.output.height]);
    if output != case["output"] {
        return Err(format!("output {output}, not {}", case["output"]));
    }
    let warnings = serde_json::json!(plan.warnings);
    if warnings != *case.get("warnings").unwrap_or(&serde_json::json!([])) {
        return Err(format!("warnings {warnings}"));
    }
    if let Some(crop) = case["crop"].as_array() {
        let near = |(got, wanted): (f64, &Value)| (got - wanted.as_f64().unwrap()).abs() < 1e-6;
        if !used(&plan).into_iter().zip(crop).all(near) {
            return Err(format!("crop {:?}, not {crop:?}", used(&plan)));
        }
        let told = plan.to_json()["area"].take();
        if told
            .as_array()
            .is_none_or(|told| !told.iter().filter_map(Value::as_f64).zip(crop).all(near))
        {
            return Err(format!("area {told}, not {crop:?}"));
        }
    }
    Ok(())
}

#[test]
fn every_plan_vector_holds() {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/plans.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 70);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| check(case).err().map(|text| format!("{}: {text}", case["name"])))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
