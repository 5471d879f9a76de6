//! `polish`: one file to fewer bytes that show the same.

use std::time::Duration;

use safelight::guard::guard;
use safelight::{CancelToken, Engine, Input, Job, PolishOptions, Polished};
use serde_json::{json, Map, Value};

use crate::args::PolishArgs;
use crate::files;
use crate::report::{self, Failure};

/// Writes the polished file, or the picture as it is, and says what came of it.
pub(crate) fn run(args: &PolishArgs) -> Result<(), Failure> {
    let options = options(args)?;
    let engine = Engine::new(args.limits.get());
    let data = files::read(&args.input, engine.limits())?;
    let mut job = Job::new(engine.limits(), CancelToken::new());
    if let Some(timeout) = args.timeout {
        job = job.within(Duration::from_millis(timeout));
    }
    let polished = guard(|| engine.polish(&Input::new(&data), &options, &job))
        .map_err(|error| Failure::of(&args.input, error))?;
    write(args, &polished)?;
    told(args, &polished)
}

fn options(args: &PolishArgs) -> Result<PolishOptions, Failure> {
    let mut given = Map::new();
    given.insert("mode".into(), if args.lossy { "lossy" } else { "lossless" }.into());
    given.insert("webp".into(), args.webp.into());
    given.insert("avif".into(), args.avif.into());
    if let Some(accept) = &args.accept {
        given.insert("accept".into(), accept.as_str().into());
    }
    if let Some(floor) = args.floor {
        given.insert("floor".into(), json!(floor));
    }
    let text = Value::from(given).to_string();
    PolishOptions::from_json(&text).map_err(|error| Failure::Usage(error.to_string()))
}

fn write(args: &PolishArgs, polished: &Polished) -> Result<(), Failure> {
    if files::is_standard(&args.output) {
        use std::io::Write;
        return report::written(std::io::stdout().write_all(&polished.data));
    }
    if !files::is_standard(&args.input) && files::same_file(&args.input, &args.output) {
        return Err(Failure::of(&args.input, "the result would overwrite its own source"));
    }
    files::write(&args.output, &polished.data)
}

fn told(args: &PolishArgs, polished: &Polished) -> Result<(), Failure> {
    let line = if args.json { as_json(args, polished) } else { in_words(polished) };
    if files::is_standard(&args.output) {
        // Standard output carries the picture.
        eprintln!("{line}");
        return Ok(());
    }
    report::line(line)
}

fn as_json(args: &PolishArgs, polished: &Polished) -> String {
    let mut line = Map::new();
    line.insert("file".into(), args.input.to_string_lossy().into());
    line.insert("output".into(), args.output.to_string_lossy().into());
    if let Value::Object(facts) = polished.to_json() {
        line.extend(facts);
    }
    Value::from(line).to_string()
}

fn in_words(polished: &Polished) -> String {
    let (before, after) = (polished.original_size, polished.data.len());
    let format = polished.format.map_or("unknown", |format| format.name());
    format!("{}: {format}, {before} to {after} bytes", polished.status.name())
}
