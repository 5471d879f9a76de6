//! `/cdn-cgi/image/<options>/<path>`, and originals at their own path.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::HeaderMap;
use axum::response::Response;
use safelight::delivery::{self, Facts, Hints, Stage, Work};
use safelight::options::FormatWord;
use safelight::url::{self, Part, SourceRef, Url, TRANSFORM_PREFIX};
use safelight::{CancelToken, Error, Input, Job, Options, Rendered};

use crate::app::{App, Shared};
use crate::files::Source;
use crate::pool::{blocking, Refused};
use crate::reply::{self, Failure};

/// What one request asks for, understood.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Names of folders and file below the root.
    pub segments: Vec<String>,
    /// The options.
    pub options: Box<Options>,
    /// What the parser wants the client to know.
    warnings: Vec<String>,
    /// What the client's headers say.
    pub hints: Hints,
    headers: HeaderMap,
    source: SourceRef,
}

/// What a job hands back.
enum Outcome {
    /// The client has it already.
    Current(Option<String>),
    /// A new picture, and how long it had to wait for a place and for the file.
    Picture(Box<Rendered>, Work),
}

/// Answers everything that is no page and no API.
pub(crate) async fn handle(State(app): Shared, request: Parts) -> Response {
    if !request.uri.path().starts_with("/cdn-cgi/") {
        return original(app, request).await.unwrap_or_else(Failure::response);
    }
    let answer = async { transformed(app, Asked::read(request, TRANSFORM_PREFIX)?).await };
    answer.await.unwrap_or_else(Failure::response)
}

impl Asked {
    /// Reads the request line as it was sent. `prefix` stands where the transform's would.
    pub(crate) fn read(request: Parts, prefix: &str) -> Result<Self, Failure> {
        let headers = request.headers;
        if delivery::is_loop(reply::header(&headers, "via").as_deref()) {
            return Err(Failure::from_answer(delivery::answer_loop()));
        }
        let text = request.uri.path_and_query().map_or("/", |text| text.as_str());
        let rest = text.strip_prefix(prefix).map(|rest| format!("{TRANSFORM_PREFIX}{rest}"));
        let url = url::parse_parts(rest.as_deref().unwrap_or(text), false).map_err(|wrong| {
            let stage = if wrong.part == Part::Options { Stage::Options } else { Stage::Url };
            Failure::new(&wrong.error, stage)
        })?;
        let Url::Transform(transform) = url else {
            return Err(Failure::coded(9431, 404, "hosted images are not served here"));
        };
        transform.options.check_supported().map_err(at(Stage::Options))?;
        let source = transform.source_ref().map_err(at(Stage::Url))?;
        let segments = segments(&source)?;
        let lines =
            headers.iter().filter_map(|(name, text)| Some((name.as_str(), text.to_str().ok()?)));
        let hints = Hints::from_headers(lines);
        let (options, warnings) = (transform.options, transform.warnings);
        Ok(Asked { segments, options, warnings, hints, headers, source })
    }

    /// Whether another `Accept` header could have led to another format.
    fn is_negotiated(&self) -> bool {
        matches!(self.options.format, Some(FormatWord::Auto | FormatWord::Avif))
    }

    /// The answer for a failure: the source instead, when `onerror=redirect` asks for it.
    fn fail(&self, error: &Error, stage: Stage) -> Failure {
        let host = reply::header(&self.headers, "host");
        match delivery::error_redirect(&self.options, &self.source, host.as_deref()) {
            Some(place) => Failure::from_answer(delivery::answer_redirect(error, stage, place)),
            None => Failure::new(error, stage),
        }
    }
}

fn segments(source: &SourceRef) -> Result<Vec<String>, Failure> {
    match source {
        SourceRef::Path(path) => url::local_path(path).map_err(at(Stage::Url)),
        SourceRef::Remote { .. } => {
            let text = "transformation origin is not in allowed origins list: this server reads its own folder only";
            Err(Failure::coded(9401, 403, text))
        }
    }
}

fn at(stage: Stage) -> impl Fn(Error) -> Failure {
    move |error| Failure::new(&error, stage)
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
    let (finder, wanted) = (app.clone(), asked.clone());
    let source = blocking(move || finder.root.find(&wanted.segments)).await;
    let source = source.map_err(|error| asked.fail(&error, Stage::Source))?;
    let (tag, modified) = (source.tag(), source.modified);
    // The time a job waits counts: nobody wants a picture after the deadline.
    let cancel = CancelToken::new();
    let job = Job::new(app.engine.limits(), cancel.clone());
    let (worker, wanted, queued) = (app.clone(), asked.clone(), Instant::now());
    let gone = cancel.clone();
    let outcome = app.pool.run(cancel, move || {
        let outcome = work(&worker, &wanted, source, &job, queued.elapsed());
        if outcome.is_err() && gone.is_cancelled() {
            worker.pool.count_cancelled();
        }
        Ok(outcome)
    });
    let outcome = match outcome.await {
        Ok(outcome) => outcome?,
        Err(Refused::Failed(error)) => return Err(asked.fail(&error, Stage::Transform)),
        Err(Refused::Busy) => {
            return Err(Failure::coded(9522, 503, "too many pictures are waiting, try again soon"))
        }
    };
    Ok(match outcome {
        Outcome::Current(tag) => reply::not_modified(tag.as_deref(), asked.is_negotiated()),
        Outcome::Picture(rendered, work) => picture(&asked, *rendered, work, &tag, modified),
    })
}

/// Everything that happens on a thread that may block.
fn work(
    app: &App,
    asked: &Asked,
    source: Source,
    job: &Job,
    queue: Duration,
) -> Result<Outcome, Failure> {
    let fail = |stage| move |error: Error| asked.fail(&error, stage);
    let (start, tag, modified) = (Instant::now(), source.tag(), source.modified);
    job.check().map_err(fail(Stage::Source))?;
    let data = source.read(app.engine.limits().source_bytes).map_err(fail(Stage::Source))?;
    let fetch = start.elapsed();
    app.engine.probe(&data).map_err(fail(Stage::Decode))?;
    let input = Input::new(&data).with_hints(&asked.hints);
    if reply::is_conditional(&asked.headers) {
        let plan = app.engine.plan(&input, &asked.options, job);
        let (_, plan) = plan.map_err(fail(Stage::Transform))?;
        let format = plan.output.encoding.format();
        let tag = delivery::entity_tag(&asked.options.to_string(), format, Some(&tag));
        if reply::is_current(&asked.headers, tag.as_deref(), modified) {
            return Ok(Outcome::Current(tag));
        }
    }
    let rendered = app.engine.render(&input, &asked.options, job);
    let rendered = rendered.map_err(fail(Stage::Transform))?;
    let times = rendered.info.timings;
    let work = Work {
        queue,
        fetch,
        decode: times.plan + times.decode,
        transform: times.transform,
        encode: times.encode,
    };
    Ok(Outcome::Picture(Box::new(rendered), work))
}

/// The answer for a finished picture.
fn picture(
    asked: &Asked,
    rendered: Rendered,
    work: Work,
    tag: &str,
    modified: Option<SystemTime>,
) -> Response {
    let Rendered { data, info } = rendered;
    let warnings = [&asked.warnings[..], &info.warnings[..]].concat();
    let headers = delivery::headers(&Facts {
        format: info.format,
        bytes: data.len(),
        work,
        warnings: &warnings,
        options_key: &asked.options.to_string(),
        negotiated: asked.is_negotiated(),
        source_etag: Some(tag),
        source_cache_control: None,
    });
    let mut response = Response::new(data.into());
    reply::add_headers(&mut response, &headers);
    reply::add_modified(&mut response, modified);
    response
}

/// A picture as it lies in the folder. Only what the library knows as a picture leaves.
async fn original(app: Arc<App>, request: Parts) -> Result<Response, Failure> {
    let segments = url::local_path(request.uri.path()).map_err(at(Stage::Url))?;
    let finder = app.clone();
    let found = blocking(move || finder.root.find(&segments)).await;
    let source = found.map_err(at(Stage::Source))?;
    let (tag, modified) = (format!("\"{}\"", source.tag()), source.modified);
    if reply::is_conditional(&request.headers)
        && reply::is_current(&request.headers, Some(&tag), modified)
    {
        return Ok(reply::not_modified(Some(&tag), false));
    }
    let read = blocking(move || {
        let data = source.read(app.engine.limits().source_bytes)?;
        let format = app.engine.probe(&data)?.format;
        Ok((data, format))
    });
    let (data, format) = read.await.map_err(at(Stage::Decode))?;
    let mut response = reply::body(format.mime(), data);
    reply::add_modified(&mut response, modified);
    let headers = response.headers_mut();
    headers.insert("etag", reply::value(&tag));
    // The folder's owner may change a picture at any time.
    headers.insert("cache-control", reply::value("no-cache"));
    headers.insert("content-security-policy", reply::value(delivery::CSP));
    Ok(response)
}
