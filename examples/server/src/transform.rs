//! `/cdn-cgi/image/<options>/<path>`, and originals at their own path.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use safelight::delivery::Hints;
use safelight::options::OnError;
use safelight::url::{self, Part, SourceRef, Url, TRANSFORM_PREFIX};
use safelight::{CancelToken, Error, Job, Kind, Options, Rendered, Result};

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
    pub warnings: Vec<String>,
    /// What the client's headers say.
    pub hints: Hints,
}

/// Answers everything that is no page and no API.
pub(crate) async fn handle(State(app): Shared, request: Parts) -> Response {
    if !request.uri.path().starts_with("/cdn-cgi/") {
        return original(app, &request).await;
    }
    let asked = match Asked::read(&request, TRANSFORM_PREFIX) {
        Ok(asked) => asked,
        Err(failure) => return failure.response(),
    };
    let fallback = asked.fallback();
    match transformed(app, asked, &request.headers).await {
        Ok(response) => response,
        Err(failure) => fallback.map_or_else(|| failure.response(), |path| reply::redirect(&path)),
    }
}

impl Asked {
    /// Reads the request line as it was sent. `prefix` stands where the transform's would.
    pub(crate) fn read(request: &Parts, prefix: &str) -> std::result::Result<Self, Failure> {
        if is_loop(&request.headers) {
            let error =
                Error::new(Kind::Forbidden, "the picture was already transformed on its way");
            return Err(Failure::new(9403, 508, error));
        }
        let text = request.uri.path_and_query().map_or("/", |text| text.as_str());
        let text = match text.strip_prefix(prefix) {
            Some(rest) => format!("{TRANSFORM_PREFIX}{rest}"),
            None => text.to_owned(),
        };
        let url = url::parse_parts(&text, false).map_err(|rejection| match rejection.part {
            Part::Options => Failure::new(9401, 400, rejection.error),
            Part::Url => Failure::new(9406, 403, rejection.error),
        })?;
        let Url::Transform(transform) = url else {
            let error = Error::new(Kind::NotFound, "hosted images are not served here");
            return Err(Failure::new(9431, 404, error));
        };
        let segments = match transform.source_ref()? {
            SourceRef::Path(path) => {
                url::local_path(&path).map_err(|error| Failure::new(9406, 403, error))?
            }
            SourceRef::Remote { .. } => return Err(remote_source()),
        };
        let (options, warnings) = (transform.options, transform.warnings);
        Ok(Asked { segments, options, warnings, hints: hints(&request.headers) })
    }

    /// Where `onerror=redirect` leads: the source on this host, written so that no browser can
    /// take it for another host.
    fn fallback(&self) -> Option<String> {
        let wanted = self.options.onerror == Some(OnError::Redirect);
        let names: Vec<String> = self.segments.iter().map(|name| escape(name)).collect();
        wanted.then(|| format!("/{}", names.join("/")))
    }

    /// Changes with everything that changes the result but the source.
    fn key(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        let formats: Vec<&str> = self.hints.accepts().iter().map(|format| format.name()).collect();
        (safelight::VERSION, self.options.to_string(), formats).hash(&mut hasher);
        hasher.finish()
    }
}

fn remote_source() -> Failure {
    let text = "transformation origin is not in allowed origins list: this server reads its own folder only";
    Failure::new(9401, 403, Error::new(Kind::Forbidden, text))
}

/// Whether a transforming server asks for what it is about to transform.
fn is_loop(headers: &HeaderMap) -> bool {
    headers.get_all("via").iter().any(|via| {
        via.to_str().is_ok_and(|text| text.to_ascii_lowercase().contains("image-resizing"))
    })
}

fn hints(headers: &HeaderMap) -> Hints {
    let texts =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    Hints::from_headers(texts)
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

async fn transformed(
    app: Arc<App>,
    asked: Asked,
    headers: &HeaderMap,
) -> std::result::Result<Response, Failure> {
    let start = Instant::now();
    let limits = app.engine.limits().clone();
    let segments = asked.segments.clone();
    let finder = app.clone();
    let source = blocking(move || finder.root.find(&segments)).await?;
    let tag = format!("\"cf-{:016x}:{}\"", asked.key(), source.tag());
    let modified = source.modified;
    if reply::is_current(headers, &tag, modified) {
        return Ok(reply::not_modified(&tag));
    }
    // The time a job waits counts: nobody wants a picture after the deadline.
    let cancel = CancelToken::new();
    let job = Job::new(&limits, cancel.clone());
    let worker = app.clone();
    let (rendered, waited) = app
        .pool
        .run(cancel, move || {
            let waited = start.elapsed();
            Ok((render(&worker, source, &asked, &job)?, waited))
        })
        .await
        .map_err(refused)?;
    Ok(picture(rendered, waited, &tag, modified))
}

fn render(app: &App, source: Source, asked: &Asked, job: &Job) -> Result<Rendered> {
    job.check()?;
    let data = source.read(app.engine.limits().source_bytes)?;
    let mut rendered = app.engine.render(&data, &asked.options, &asked.hints, job)?;
    rendered.info.warnings.splice(0..0, asked.warnings.iter().cloned());
    Ok(rendered)
}

fn refused(refused: Refused) -> Failure {
    match refused {
        Refused::Failed(error) => error.into(),
        Refused::Busy => {
            let error = Error::new(Kind::TooLarge, "too many pictures are waiting, try again soon");
            Failure::new(9522, 503, error)
        }
    }
}

/// The answer for a finished picture (reference §2.5).
fn picture(
    rendered: Rendered,
    waited: Duration,
    tag: &str,
    modified: Option<SystemTime>,
) -> Response {
    let Rendered { data, info } = rendered;
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let times = info.timings;
    let work = times.plan + times.decode + times.transform + times.encode;
    let resized = format!(
        "internal=ok/m q={:.0} n=0 c={:.0} v={} l={}",
        ms(waited),
        ms(work),
        safelight::VERSION,
        data.len()
    );
    let timing =
        format!(
        "queue;dur={:.1}, plan;dur={:.1}, decode;dur={:.1}, transform;dur={:.1}, encode;dur={:.1}",
        ms(waited), ms(times.plan), ms(times.decode), ms(times.transform), ms(times.encode)
    );
    let mut response = reply::body(info.format.mime(), data);
    reply::add_validators(&mut response, tag, modified);
    let headers = response.headers_mut();
    headers.insert("cf-resized", reply::value(&resized));
    headers.insert("server-timing", reply::value(&timing));
    headers.insert("content-security-policy", reply::value(reply::POLICY));
    for warning in &info.warnings {
        headers.append("warning", reply::warning(warning));
    }
    response
}

/// A picture as it lies in the folder. Only what the library knows as a picture leaves.
async fn original(app: Arc<App>, request: &Parts) -> Response {
    let segments = match url::local_path(request.uri.path()) {
        Ok(segments) => segments,
        Err(error) => return Failure::new(9406, 403, error).response(),
    };
    let finder = app.clone();
    let found = blocking(move || finder.root.find(&segments)).await;
    let source = match found {
        Ok(source) => source,
        Err(error) => return reply::error(error),
    };
    let (tag, modified) = (format!("\"{}\"", source.tag()), source.modified);
    if reply::is_current(&request.headers, &tag, modified) {
        return reply::not_modified(&tag);
    }
    let read = move || {
        let data = source.read(app.engine.limits().source_bytes)?;
        let format = app.engine.probe(&data)?.format;
        Ok((data, format))
    };
    match blocking(read).await {
        Ok((data, format)) => {
            let mut response = reply::body(format.mime(), data);
            reply::add_validators(&mut response, &tag, modified);
            response.headers_mut().insert("content-security-policy", reply::value(reply::POLICY));
            response
        }
        Err(error) => reply::error(error),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (code, status) = match error.kind() {
            Kind::Invalid | Kind::Signature => (9401, 400),
            Kind::Forbidden => (9419, 403),
            Kind::NotFound => (9404, 404),
            Kind::TooLarge if error.message().starts_with("source bytes") => (9402, 413),
            Kind::TooLarge => (9413, 403),
            Kind::Unsupported => (9412, 415),
            Kind::Malformed => (9516, 422),
            Kind::Cancelled => (9528, 502),
            Kind::Timeout => (9529, 504),
            Kind::Storage => (9505, 502),
            Kind::Internal => (9517, StatusCode::INTERNAL_SERVER_ERROR.as_u16()),
        };
        Failure::new(code, status, error)
    }
}
