//! Carries the requests of `object_store` over `ureq`, on the thread that asks: no second HTTP
//! client, no second TLS.

use std::cell::Cell;
use std::io::Read;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::ClientOptions;
use ureq::http::Request;
use ureq::{Agent, BodyReader, RequestExt};

use crate::tls;

const CONNECT: Duration = Duration::from_secs(5);
/// The longest that one request may take, whatever its job allows.
const LONGEST: Duration = Duration::from_secs(60);
const CHUNK: usize = 256 << 10;

thread_local! {
    /// Until when the requests of this thread must be answered.
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
    /// What the last one was answered with.
    static STATUS: Cell<u16> = const { Cell::new(0) };
}

/// Runs `work`, whose requests must be answered until `until`; gives the status of the last one,
/// 0 where none was answered.
pub(super) fn within<T>(until: Instant, work: impl FnOnce() -> T) -> (T, u16) {
    UNTIL.set(Some(until));
    STATUS.set(0);
    let done = work();
    UNTIL.set(None);
    (done, STATUS.get())
}

/// Connections to one store.
#[derive(Debug, Clone)]
pub(super) struct Carrier(Agent);

impl Carrier {
    pub(super) fn new() -> Self {
        let config = Agent::config_builder()
            .tls_config(tls::for_agents())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .max_idle_connections(64)
            .max_idle_connections_per_host(32)
            .accept("")
            .build();
        Carrier(config.new_agent())
    }
}

impl HttpConnector for Carrier {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Carrier {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        STATUS.set(0);
        let answered = match body.is_empty() {
            true => self.run(Request::from_parts(parts, ())),
            false => self.run(Request::from_parts(parts, &body[..])),
        };
        let (parts, body) = answered.map_err(told)?.into_parts();
        STATUS.set(parts.status.as_u16());
        let body = Reading(Mutex::new(body.into_with_config().limit(u64::MAX).reader()));
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
    }
}

impl Carrier {
    fn run(
        &self,
        request: Request<impl ureq::AsSendBody>,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let left = UNTIL.get().map_or(LONGEST, |until| until.duration_since(Instant::now()));
        let timeout = left.clamp(Duration::from_millis(1), LONGEST);
        request.with_agent(&self.0).configure().timeout_global(Some(timeout)).run()
    }
}

fn told(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => HttpErrorKind::Connect,
        _ => HttpErrorKind::Interrupted,
    };
    HttpError::new(kind, error)
}

/// The body of a response, read where it is asked for.
struct Reading(Mutex<BodyReader<'static>>);

impl Body for Reading {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let mut chunk = vec![0; CHUNK];
        let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Poll::Ready(match reader.read(&mut chunk) {
            Ok(0) => None,
            Ok(amount) => {
                chunk.truncate(amount);
                Some(Ok(Frame::data(chunk.into())))
            }
            Err(error) => Some(Err(HttpError::new(HttpErrorKind::Interrupted, error))),
        })
    }
}
