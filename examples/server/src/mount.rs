//! The service behind axum: requests become plain data on a thread that may block, and what comes
//! back is sent as it is.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use axum::body::{to_bytes, Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use safelight::{CancelToken, Job};
use tokio::sync::SemaphorePermit;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::app::{App, Shared};
use crate::reply;

/// Bytes of one body: the pictures of a Worker's call, or an upload.
const BODY_BYTES: usize = 64 << 20;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(60);
/// How long a request waits for room for its body.
const ROOM_TIME: Duration = Duration::from_secs(10);

/// Sets the token when the request that it belongs to is gone.
struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Answers with the service.
pub(crate) async fn handle(State(app): Shared, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let received = async {
        if matches!(parts.method, Method::GET | Method::HEAD) {
            return Ok((Bytes::new(), None));
        }
        let most = length(&parts).unwrap_or(BODY_BYTES).min(BODY_BYTES);
        let room = room(&app, most).await?;
        Ok((receive(&parts, body).await?, Some(room)))
    };
    match received.await {
        Ok((body, _room)) => answer(&app, parts, body).await,
        Err((status, text)) => reply::refused(&parts, status, text),
    }
}

/// One request, on a thread that may block. When the client hangs up, its work is cancelled.
async fn answer(app: &Arc<App>, parts: Parts, body: Bytes) -> Response {
    let cancel = CancelToken::new();
    let _gone = CancelOnDrop(cancel.clone());
    let worker = app.clone();
    let answered = spawn_blocking(move || {
        let job = Job::new(worker.service.limits(), cancel.clone());
        let response = ask(&worker, &parts, &body, &job);
        if response.status >= 400 && cancel.is_cancelled() {
            worker.count_cancelled();
        }
        response
    });
    match answered.await {
        Ok(response) => sent(response),
        Err(_) => reply::plain(StatusCode::INTERNAL_SERVER_ERROR, "ERROR 9517: internal failure"),
    }
}

fn ask(app: &App, parts: &Parts, body: &[u8], job: &Job) -> safelight::Response {
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let lines: Vec<(String, String)> = parts.headers.iter().filter_map(line).collect();
    let headers: Vec<_> = lines.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let request = safelight::Request {
        method: parts.method.as_str(),
        target: parts.uri.path_and_query().map_or("/", |text| text.as_str()),
        headers: &headers,
        body,
    };
    app.service.handle(&request, job)
}

/// A response of the service as one of the framework. The body is not copied.
pub(crate) fn sent(answer: safelight::Response) -> Response {
    let mut response = Response::new(Body::from(Bytes::from_owner(answer.body)));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, text) in &answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(text)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Status and text of a body that is not taken.
type Refused = (StatusCode, &'static str);

const BUSY: Refused =
    (StatusCode::SERVICE_UNAVAILABLE, "too many requests are waiting, try again soon");
const TOO_LARGE: Refused = (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
const TOO_SLOW: Refused = (StatusCode::REQUEST_TIMEOUT, "the body took too long");
const BROKEN: Refused = (StatusCode::BAD_REQUEST, "the body broke off");

async fn room(app: &App, bytes: usize) -> Result<SemaphorePermit<'_>, Refused> {
    let places = app.bodies.acquire_many((bytes >> 10) as u32 + 1);
    timeout(ROOM_TIME, places).await.ok().and_then(Result::ok).ok_or(BUSY)
}

fn length(parts: &Parts) -> Option<usize> {
    parts.headers.get("content-length")?.to_str().ok()?.parse().ok()
}

/// The whole body.
async fn receive(parts: &Parts, body: Body) -> Result<Bytes, Refused> {
    if length(parts).is_some_and(|length| length > BODY_BYTES) {
        drain(body).await;
        return Err(TOO_LARGE);
    }
    match timeout(BODY_TIME, to_bytes(body, BODY_BYTES)).await {
        Err(_) => Err(TOO_SLOW),
        Ok(Err(error)) if is_limit(&error) => Err(TOO_LARGE),
        Ok(Err(_)) => Err(BROKEN),
        Ok(Ok(body)) => Ok(body),
    }
}

/// Takes what a client is still sending, within reason, so that it gets to read the answer.
async fn drain(mut body: Body) {
    let mut left = BODY_BYTES;
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
