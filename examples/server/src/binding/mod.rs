//! The server's side of a Worker's Images binding: `env.IMAGES.info()` and `.input()…output()`
//! arrive as forms at `/info` and `/transform` (reference §8.4).

mod run;
mod steps;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use axum::body::{to_bytes, Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use safelight::delivery::{code_for, Code, Situation, Stage};
use safelight::{CancelToken, Error, Job, Kind};
use serde_json::json;
use tokio::time::timeout;

use crate::app::{App, Shared};
use crate::multipart;
use crate::pool::Refused;
use crate::reply::{self, Failure};
use steps::{find, Call, IMAGE_BYTES};

/// Bytes of a whole form: a picture and some overlays.
const FORM_BYTES: usize = 3 * IMAGE_BYTES + (1 << 20);
/// How long a form may take to arrive.
const FORM_TIME: Duration = Duration::from_secs(60);

/// Format, bytes and size of a picture.
pub(crate) async fn info(State(app): Shared, headers: HeaderMap, body: Body) -> Response {
    let parts = match form(&app, &headers, body, IMAGE_BYTES + (1 << 16)).await {
        Ok(parts) => parts,
        Err(failure) => return failure.response(),
    };
    let Some(image) = find(&parts, "image") else {
        let error = Error::invalid("form", "a part image", "none");
        return failure(&error, coded(&error, Stage::Url)).response();
    };
    let probe = match app.engine.probe(&image.data) {
        Ok(probe) => probe,
        // Here the number says that there is no picture at all.
        Err(error) => return failure(&error, code_for(&error, Stage::Decode)).response(),
    };
    let (width, height) = probe.oriented_size();
    let format = probe.format.mime();
    reply::json(&if format == "image/svg+xml" {
        json!({ "format": format })
    } else {
        json!({ "format": format, "file_size": image.data.len(), "width": width, "height": height })
    })
}

/// A picture after some steps.
pub(crate) async fn transform(State(app): Shared, headers: HeaderMap, body: Body) -> Response {
    transformed(app, headers, body).await.unwrap_or_else(Failure::response)
}

async fn transformed(app: Arc<App>, headers: HeaderMap, body: Body) -> Result<Response, Failure> {
    let parts = form(&app, &headers, body, FORM_BYTES).await?;
    let call =
        Call::read(&parts).map_err(|error| failure(&error, coded(&error, Stage::Options)))?;
    drop(parts);
    let cancel = CancelToken::new();
    let job = Job::new(app.engine.limits(), cancel.clone());
    let worker = app.clone();
    let done = app.pool.run(cancel, move || run::run(&worker, &call, &job));
    let done = done.await.map_err(|refused| match refused {
        Refused::Failed(error) => failure(&error, coded(&error, Stage::Transform)),
        Refused::Busy => situation(Situation::Busy),
    })?;
    let mut response = reply::body(done.kind, done.data);
    let headers = response.headers_mut();
    headers.insert("cache-control", reply::value("no-store"));
    headers.insert("content-security-policy", reply::value(safelight::delivery::CSP));
    for (name, text) in [
        ("cf-images-output-format", done.kind.to_owned()),
        ("cf-images-output-width", done.width.to_string()),
        ("cf-images-output-height", done.height.to_string()),
    ] {
        headers.insert(name, reply::value(&text));
    }
    for warning in done.warnings.iter().take(10) {
        let plain: String =
            warning.chars().filter(|c| matches!(c, ' '..='~') && *c != '"').take(200).collect();
        headers.append("warning", reply::value(&format!("cf-images 299 \"{plain}\"")));
    }
    Ok(response)
}

/// The parts of a form of at most `most` bytes.
async fn form(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Vec<multipart::Part>, Failure> {
    // Forms are held whole: their number is bounded like that of the jobs.
    let Ok(_place) = app.forms.try_acquire() else { return Err(situation(Situation::Busy)) };
    let wrong = |error: Error| failure(&error, coded(&error, Stage::Url));
    let length = reply::header(headers, "content-length").and_then(|text| text.parse().ok());
    if length.is_some_and(|length: usize| length > most) {
        drain(body).await;
        return Err(too_large(most));
    }
    let body: Bytes = match timeout(FORM_TIME, to_bytes(body, most)).await {
        Err(_) => return Err(situation(Situation::DownloadTooSlow)),
        Ok(Err(error)) if is_limit(&error) => return Err(too_large(most)),
        Ok(Err(_)) => return Err(situation(Situation::DownloadBrokeOff)),
        Ok(Ok(body)) => body,
    };
    let kind = reply::header(headers, "content-type").unwrap_or_default();
    multipart::read(&kind, &body).map_err(wrong)
}

/// Takes what a client is still sending, within reason, so that it gets to read the answer.
async fn drain(mut body: Body) {
    let mut left = FORM_BYTES;
    let next = |body: &mut Body, context: &mut Context<'_>| Pin::new(body).poll_frame(context);
    while let Ok(Some(Ok(frame))) =
        timeout(Duration::from_secs(2), poll_fn(|context| next(&mut body, context))).await
    {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        if bytes >= left {
            return;
        }
        left -= bytes;
    }
}

/// Whether a body was longer than its limit, and not just broken off.
fn is_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit") {
            return true;
        }
        cause = error.source();
    }
    false
}

fn too_large(most: usize) -> Failure {
    let error = Error::too_large("form bytes", most, "more");
    failure(&error, Situation::SourceTooLarge.code())
}

/// The code of an error, in the binding's own words for two of them.
fn coded(error: &Error, stage: Stage) -> Code {
    match (error.kind(), stage) {
        // A source or an output that it does not do.
        (Kind::Unsupported, _) => code_for(error, Stage::Encode),
        (Kind::TooLarge, Stage::Options) => Situation::SourceTooLarge.code(),
        (Kind::Invalid | Kind::Malformed, Stage::Url) => Situation::RequestMalformed.code(),
        _ => code_for(error, stage),
    }
}

fn situation(situation: Situation) -> Failure {
    let code = situation.code();
    Failure::binding(code, code.meaning)
}

fn failure(error: &Error, code: Code) -> Failure {
    Failure::binding(code, error.message())
}
