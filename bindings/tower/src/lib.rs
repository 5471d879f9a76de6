//! A Safelight service in front of a tower service: axum, hyper, and what is built on them.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let service = safelight::Service::open(&safelight::Config::in_folder("data"))?;
//! let app = axum::Router::new()
//!     .route("/about", axum::routing::get(|| async { "about" }))
//!     .layer(safelight_tower::SafelightLayer::new(service.clone()));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
//! axum::serve(listener, app).await?;
//! service.close();
//! # Ok(())
//! # }
//! ```
//!
//! Requests that are for the service are answered on tokio's blocking threads; all others go on
//! to the service behind the layer. A body is read up to what the service wants, and sent without
//! a copy. When the client goes away the future is dropped, which cancels the work.
//!
//! It is a crate of its own so that the core needs no runtime.

mod exchange;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{Either, Full};
use tower_layer::Layer;

/// Puts a [`safelight::Service`] in front of a tower service.
#[derive(Debug, Clone)]
pub struct SafelightLayer {
    service: safelight::Service,
}

impl SafelightLayer {
    /// A layer that answers what is for `service`.
    pub fn new(service: safelight::Service) -> Self {
        SafelightLayer { service }
    }
}

impl<S> Layer<S> for SafelightLayer {
    type Service = Safelight<S>;

    fn layer(&self, next: S) -> Safelight<S> {
        Safelight { service: self.service.clone(), next }
    }
}

/// Answers what is for a [`safelight::Service`], and hands everything else to `S`.
#[derive(Debug, Clone)]
pub struct Safelight<S> {
    service: safelight::Service,
    next: S,
}

/// The body of an answer: of ours, or of the service behind.
pub type Body<B> = Either<Full<Bytes>, B>;

impl<S, B, R> tower_service::Service<http::Request<B>> for Safelight<S>
where
    S: tower_service::Service<http::Request<B>, Response = http::Response<R>>,
    S::Future: Send + 'static,
    B: http_body::Body + Send + Unpin + 'static,
    B::Data: Send,
{
    type Response = http::Response<Body<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let target = exchange::target_of(request.uri());
        let Some(limit) = self.service.wants(request.method().as_str(), &target) else {
            let answered = self.next.call(request);
            return Box::pin(async move { Ok(answered.await?.map(Either::Right)) });
        };
        let service = self.service.clone();
        Box::pin(async move {
            let response = exchange::answered(service, request, target, limit).await;
            Ok(response.map(|body| Either::Left(Full::new(body))))
        })
    }
}
