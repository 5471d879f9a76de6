//! `probe` and `explain`: what is known before a pixel is decoded.

use safelight::guard::guard;
use safelight::{CancelToken, Engine, Input, Job};
use serde_json::{Map, Value};

use crate::args::{ExplainArgs, ProbeArgs};
use crate::files;
use crate::report::{self, Failure};

/// Prints one JSON line a file; a file that fails is reported and the rest goes on.
pub(crate) fn probe(args: &ProbeArgs) -> Result<(), Failure> {
    let engine = Engine::new(args.limits.get());
    let mut outcome = Ok(());
    for file in &args.files {
        match probe_one(&engine, file) {
            Ok(line) => report::line(line)?,
            Err(failure) => outcome = Err(failure.report()),
        }
    }
    outcome
}

fn probe_one(engine: &Engine, file: &std::path::Path) -> Result<Value, Failure> {
    let data = files::read(file, engine.limits())?;
    let probe = guard(|| engine.probe(&data)).map_err(|error| Failure::of(file, error))?;
    let mut line = Map::new();
    line.insert("file".into(), file.to_string_lossy().into());
    line.insert("size".into(), data.len().into());
    if let Value::Object(facts) = probe.to_json() {
        line.extend(facts);
    }
    Ok(line.into())
}

/// Prints the plan as indented JSON.
pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    report::check_options(&args.options)?;
    let engine = Engine::new(args.limits.get());
    let data = files::read(&args.file, engine.limits())?;
    let hints = args.client.hints();
    let input = Input::new(&data).with_hints(&hints);
    let job = Job::new(engine.limits(), CancelToken::new());
    let plan = guard(|| engine.explain_text(&input, &args.options, &job))
        .map_err(|error| Failure::of(&args.file, error))?;
    report::line(format!("{plan:#}"))
}
