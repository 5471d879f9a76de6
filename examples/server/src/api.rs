//! What the start page reads: pictures of the folder, plans, version.

use std::fs::{self, DirEntry};
use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use safelight::backends::backends;
use safelight::delivery::{self, Hints, Stage};
use safelight::url::{self, Part, SourceRef, Url, TRANSFORM_PREFIX};
use safelight::{Assets, CancelToken, Engine, Error, Input, Job, Options, Request};
use serde_json::{json, Value};
use tokio::task::spawn_blocking;

use crate::app::{App, Shared};
use crate::mount::sent;
use crate::reply;

/// Pictures that are listed at most.
const LISTED: usize = 200;
/// Bytes of a file that are enough for nearly every header.
const HEAD: u64 = 64 << 10;

pub(crate) async fn version(State(app): Shared) -> Response {
    let load = app.service.load();
    reply::json(&json!({
        "version": safelight::VERSION,
        "backends": backends(),
        "jobs": {
            "running": load.running,
            "waiting": load.waiting,
            "cancelled": app.cancelled(),
        },
    }))
}

/// The pictures that lie in the root folder itself, by name.
pub(crate) async fn samples(State(app): Shared) -> Response {
    let listed = spawn_blocking(move || match &app.root {
        Some(folder) => list(folder, &app.engine),
        None => Vec::new(),
    });
    reply::json(&Value::Array(listed.await.unwrap_or_default()))
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
        "path": escape(&name),
        "size": size,
        "format": facts["format"],
        "width": facts["width"],
        "height": facts["height"],
        "frames": facts["frames"],
    }))
}

/// Percent-encodes a name for a URL path.
fn escape(name: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    let one = |byte: u8| match plain(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    name.bytes().map(one).collect()
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
    let found = spawn_blocking(move || plan(&app, &request));
    match found.await {
        Ok(Ok(plan)) => reply::json(&plan),
        Ok(Err(refusal)) => *refusal,
        Err(_) => reply::plain(StatusCode::INTERNAL_SERVER_ERROR, "ERROR 9517: internal failure"),
    }
}

/// What goes wrong is told as the service tells it.
type Told<T> = Result<T, Box<Response>>;

fn plan(app: &Arc<App>, request: &Parts) -> Told<Value> {
    let text = request.uri.path_and_query().map_or("/", |text| text.as_str());
    let rest = text.strip_prefix("/api/explain/").unwrap_or_default();
    let asked = url::parse_parts(&format!("{TRANSFORM_PREFIX}{rest}"), false).map_err(|wrong| {
        let stage = if wrong.part == Part::Options { Stage::Options } else { Stage::Url };
        told(&wrong.error, stage)
    })?;
    let Url::Transform(transform) = asked else {
        return Err(told(&Error::invalid("url", "a transform", "another"), Stage::Url));
    };
    let source = transform.source_ref().map_err(|error| told(&error, Stage::Url))?;
    let data = picture(app, &source)?;
    let assets = overlays(app, &transform.options)?;
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let lines: Vec<_> = request.headers.iter().filter_map(line).collect();
    let hints =
        Hints::from_headers(lines.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let input = Input::new(&data).with_hints(&hints).with_assets(&assets);
    let job = Job::new(app.engine.limits(), CancelToken::new());
    let plan = app.engine.explain_text(&input, &transform.options.to_string(), &job);
    plan.map_err(|error| told(&error, Stage::Transform))
}

fn told(error: &Error, stage: Stage) -> Box<Response> {
    let answer = delivery::answer(error, stage);
    let mut response = safelight::Response::new(answer.status, answer.body);
    response.headers = answer.headers;
    Box::new(sent(response.with("Cache-Control", "no-store")))
}

/// A picture of the folder, as the service gives it to anyone.
fn picture(app: &App, source: &SourceRef) -> Told<Vec<u8>> {
    let SourceRef::Path(path) = source else {
        let text = "plans are shown for pictures of the folder";
        return Err(told(&Error::new(safelight::Kind::Forbidden, text), Stage::Source));
    };
    let job = Job::new(app.service.limits(), CancelToken::new());
    let answer = app.service.handle(&Request::new("GET", path), &job);
    match answer.status {
        200 => Ok(answer.body.to_vec()),
        _ => Err(Box::new(sent(answer))),
    }
}

/// The pictures and fonts that `draw` uses.
fn overlays(app: &App, options: &Options) -> Told<Assets> {
    let mut assets = Assets::new();
    let json = options.to_json();
    for overlay in json["draw"].as_array().into_iter().flatten() {
        for name in [&overlay["url"], &overlay["text"]["font"]["url"]] {
            let Some(name) = name.as_str().filter(|name| assets.get(name).is_none()) else {
                continue;
            };
            let source = SourceRef::read(name).map_err(|error| told(&error, Stage::Options))?;
            let data = picture(app, &source).or_else(|refusal| app.font(&source).ok_or(refusal));
            assets.insert(name, data?);
        }
    }
    Ok(assets)
}
