//! `/cdn-cgi/image/<options>/<path>`, sources with a `cf.image` object, and originals at their
//! own path.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::Method;
use axum::response::Response;
use safelight::delivery::{self, Conditions, Facts, Situation, Stage, Work};
use safelight::url::{self, TRANSFORM_PREFIX};
use safelight::{CancelToken, Error, Input, Job};

use crate::app::{App, Shared};
use crate::asked::{self, at, validators, Asked, Opened};
use crate::files::Source;
use crate::kept;
use crate::pool::{blocking, Refused};
use crate::reply::{self, Failure};

/// Answers everything that is no page and no API.
pub(crate) async fn handle(State(app): Shared, request: Parts) -> Response {
    let transform = request.uri.path().starts_with("/cdn-cgi/");
    if !transform && !asked::wants_image(&request) {
        return original(app, request).await.unwrap_or_else(Failure::response);
    }
    let answer = async { transformed(app, Asked::read(&request, TRANSFORM_PREFIX)?).await };
    answer.await.unwrap_or_else(Failure::response)
}

/// Percent-encodes a name for a URL path.
pub(crate) fn escape(name: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    name.bytes()
        .map(
            |byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") },
        )
        .collect()
}

async fn transformed(app: Arc<App>, asked: Asked) -> Result<Response, Failure> {
    let asked = Arc::new(asked);
    let (opener, wanted) = (app.clone(), asked.clone());
    let opened = blocking(move || wanted.open(&opener.root)).await;
    let opened = opened.map_err(|error| asked.fail(&error, Stage::Source))?;
    let answer = Answer::new(&asked, &opened);
    if let Some(verdict) = asked.conditions.check(&answer.validators()) {
        return reply::verdict(verdict, answer.tag.as_deref(), &asked.resolved.vary);
    }
    let kept_under = format!("{} {} {}", asked.segments.join("/"), opened.source.tag(), answer.key);
    if let Some(result) = app.kept.get(&kept_under) {
        return Ok(answer.picture(&result, Work::default(), true));
    }
    let flight = app.kept.flight(&kept_under);
    let _one_at_a_time = flight.lock().await;
    if let Some(result) = app.kept.get(&kept_under) {
        return Ok(answer.picture(&result, Work::default(), true));
    }
    let (result, work) = render(&app, &asked, opened).await?;
    let result = Arc::new(result);
    app.kept.put(&kept_under, &result);
    Ok(answer.picture(&result, work, false))
}

/// Renders on a thread that may block, when it is our turn.
async fn render(
    app: &Arc<App>,
    asked: &Arc<Asked>,
    opened: Opened,
) -> Result<(kept::Result, Work), Failure> {
    // The time a job waits counts: nobody wants a picture after the deadline.
    let cancel = CancelToken::new();
    let job = Job::new(app.engine.limits(), cancel.clone());
    let (worker, wanted, queued) = (app.clone(), asked.clone(), Instant::now());
    let gone = cancel.clone();
    let outcome = app.pool.run(cancel, move || {
        let outcome = work(&worker, &wanted, opened, &job, queued.elapsed());
        if outcome.is_err() && gone.is_cancelled() {
            worker.pool.count_cancelled();
        }
        Ok(outcome)
    });
    match outcome.await {
        Ok(outcome) => outcome,
        Err(Refused::Failed(error)) => Err(asked.fail(&error, Stage::Transform)),
        Err(Refused::Busy) => Err(busy()),
    }
}

/// Too many jobs are waiting.
pub(crate) fn busy() -> Failure {
    let code = Situation::Busy.code();
    Failure::coded(code.number, code.http, "too many pictures are waiting, try again soon")
}

/// Everything that happens on a thread that may block.
fn work(
    app: &App,
    asked: &Asked,
    opened: Opened,
    job: &Job,
    queue: Duration,
) -> Result<(kept::Result, Work), Failure> {
    let fail = |stage| move |error: Error| asked.fail(&error, stage);
    let start = Instant::now();
    job.check().map_err(fail(Stage::Source))?;
    let limit = app.engine.limits().source_bytes;
    let data = opened.source.read(limit).map_err(fail(Stage::Source))?;
    let assets = Opened::assets(opened.overlays, limit).map_err(fail(Stage::Source))?;
    let fetch = start.elapsed();
    app.engine.probe(&data).map_err(fail(Stage::Decode))?;
    let input = Input::new(&data).with_hints(&asked.hints).with_assets(&assets);
    let rendered = app.engine.render(&input, &asked.resolved.options, job);
    let rendered = rendered.map_err(fail(Stage::Transform))?;
    let times = rendered.info.timings;
    let work = Work {
        queue,
        fetch,
        plan: times.plan,
        decode: times.decode,
        transform: times.transform,
        encode: times.encode,
    };
    Ok((kept::Result { data: rendered.data.into(), info: rendered.info }, work))
}

/// What every answer to one request says, whatever becomes of it.
struct Answer<'a> {
    asked: &'a Asked,
    key: String,
    source_tag: String,
    tag: Option<String>,
    modified: Option<std::time::SystemTime>,
}

impl<'a> Answer<'a> {
    fn new(asked: &'a Asked, opened: &Opened) -> Self {
        let (key, source_tag) = (opened.key(asked), opened.source.tag());
        let tag = delivery::entity_tag(&key, Some(&source_tag));
        Answer { asked, key, source_tag, tag, modified: opened.modified() }
    }

    fn validators(&self) -> delivery::Validators<'_> {
        validators(self.tag.as_deref(), self.modified)
    }

    /// The answer for a finished picture.
    fn picture(&self, result: &kept::Result, work: Work, kept: bool) -> Response {
        let warnings = [&self.asked.warnings[..], &result.info.warnings[..]].concat();
        let headers = delivery::headers(&Facts {
            format: result.info.format,
            bytes: result.data.len(),
            work,
            warnings: &warnings,
            key: &self.key,
            kept,
            vary: &self.asked.resolved.vary,
            accept_ch: &delivery::accept_ch(&self.asked.options),
            source_etag: Some(&self.source_tag),
            source_cache_control: None,
        });
        let kind = result.info.format.mime();
        let conditions = Some(&self.asked.conditions).filter(|_| self.asked.get);
        let mut response =
            reply::part(conditions, &self.validators(), kind, &result.data, &headers);
        reply::add_modified(&mut response, self.modified);
        response
    }
}

/// A picture as it lies in the folder. Only what the library knows as a picture leaves.
async fn original(app: Arc<App>, request: Parts) -> Result<Response, Failure> {
    let segments = url::local_path(request.uri.path()).map_err(at(Stage::Url))?;
    let finder = app.clone();
    let found = blocking(move || finder.root.find(&segments)).await;
    let source = found.map_err(at(Stage::Source))?;
    let (tag, modified) = (format!("\"{}\"", source.tag()), source.modified);
    let lines = request.headers.iter();
    let conditions = Conditions::from_headers(
        lines.filter_map(|(name, value)| Some((reply::name(name), reply::text(value)?))),
    );
    let known = validators(Some(&tag), modified);
    if let Some(verdict) = conditions.check(&known) {
        return reply::verdict(verdict, Some(&tag), &[]);
    }
    let (kind, data) = read(app, source).await?;
    let headers = [
        ("content-type", kind),
        ("x-content-type-options", "nosniff"),
        ("etag", &tag),
        // The folder's owner may change a picture at any time.
        ("cache-control", "no-cache"),
        ("content-security-policy", delivery::CSP),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let conditions = Some(&conditions).filter(|_| request.method == Method::GET);
    let mut response = reply::part(conditions, &known, kind, &data.into(), &headers);
    reply::add_modified(&mut response, modified);
    Ok(response)
}

async fn read(app: Arc<App>, source: Source) -> Result<(&'static str, Vec<u8>), Failure> {
    let read = blocking(move || {
        let data = source.read(app.engine.limits().source_bytes)?;
        let format = app.engine.probe(&data)?.format;
        Ok((format.mime(), data))
    });
    read.await.map_err(at(Stage::Decode))
}
