//! What the start page reads: pictures of the folder, plans, version.

use std::fs::{self, DirEntry};
use std::path::Path;

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;
use safelight::backends::backends;
use safelight::delivery::Stage;
use safelight::{CancelToken, Engine, Input, Job};
use serde_json::{json, Value};

use crate::app::Shared;
use crate::asked::{Asked, Opened};
use crate::pool::blocking;
use crate::reply::{self, Failure};
use crate::transform;

/// Pictures that are listed at most.
const LISTED: usize = 200;
/// Bytes of a file that are enough for nearly every header.
const HEAD: u64 = 64 << 10;

pub(crate) async fn version(State(app): Shared) -> Response {
    let load = app.pool.load();
    reply::json(&json!({
        "version": safelight::VERSION,
        "backends": backends(),
        "jobs": {
            "running": load.running,
            "waiting": load.waiting,
            "cancelled": load.cancelled,
        },
    }))
}

/// The pictures that lie in the root folder itself, by name.
pub(crate) async fn samples(State(app): Shared) -> Response {
    let listed = blocking(move || Ok(list(app.root.folder(), &app.engine))).await;
    match listed {
        Ok(list) => reply::json(&Value::Array(list)),
        Err(error) => Failure::new(&error, Stage::Source).response(),
    }
}

fn list(folder: &Path, engine: &Engine) -> Vec<Value> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut entries: Vec<DirEntry> = entries.filter_map(std::result::Result::ok).collect();
    entries.sort_by_key(DirEntry::file_name);
    entries.iter().filter_map(|entry| describe(entry, engine)).take(LISTED).collect()
}

/// One entry of the list; `None` for what is not an ordinary, visible picture.
fn describe(entry: &DirEntry, engine: &Engine) -> Option<Value> {
    let name = entry.file_name().into_string().ok()?;
    let ordinary = entry.file_type().ok()?.is_file();
    if !ordinary || name.starts_with('.') {
        return None;
    }
    let (size, facts) = probe(&entry.path(), engine)?;
    Some(json!({
        "name": name,
        "path": transform::escape(&name),
        "size": size,
        "format": facts["format"],
        "width": facts["width"],
        "height": facts["height"],
        "frames": facts["frames"],
    }))
}

/// Size and facts of a file. Most headers lie within the first bytes; if not, all are read.
fn probe(path: &Path, engine: &Engine) -> Option<(u64, Value)> {
    use std::io::Read;
    let mut file = fs::File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    let mut data = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut data).ok()?;
    let facts = engine.probe(&data).or_else(|_| {
        // A file that cannot be read on is judged by what there is.
        let _ = file.take(engine.limits().source_bytes).read_to_end(&mut data);
        engine.probe(&data)
    });
    facts.ok().map(|facts| (size, facts.to_json()))
}

/// The plan of a transform, as JSON.
pub(crate) async fn explain(State(app): Shared, request: Parts) -> Response {
    let asked = match Asked::read(&request, "/api/explain/") {
        Ok(asked) => asked,
        Err(failure) => return failure.response(),
    };
    let found = blocking(move || {
        let (opened, limit) = (asked.open(&app.root)?, app.engine.limits().source_bytes);
        let data = opened.source.read(limit)?;
        let assets = Opened::assets(opened.overlays, limit)?;
        let input = Input::new(&data).with_hints(&asked.hints).with_assets(&assets);
        let job = Job::new(app.engine.limits(), CancelToken::new());
        app.engine.explain_text(&input, &asked.options.to_string(), &job)
    });
    match found.await {
        Ok(plan) => reply::json(&plan),
        Err(error) => Failure::new(&error, Stage::Transform).response(),
    }
}
