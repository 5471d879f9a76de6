//! The verbs that take picture bytes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Task};
use napi_derive::napi;
use safelight::delivery::Hints;
use safelight::guard::guard;
use safelight::{CancelToken, Engine, Error, Input, Job, Kind, Limits, Rendered, Result};

use crate::outcome::{text, Outcome};
use crate::ticket::Ticket;

/// Options, request headers (name, value, name, value …) and milliseconds of one render.
#[napi(object)]
pub struct Order {
    /// Options as text or JSON.
    pub options: String,
    /// Names and values in turn.
    pub headers: Vec<String>,
    /// Milliseconds from the call.
    pub timeout: Option<f64>,
}

impl Order {
    fn hints(&self) -> Hints {
        let pairs = self.headers.chunks_exact(2);
        Hints::from_headers(pairs.map(|pair| (pair[0].as_str(), pair[1].as_str())))
    }

    fn timeout(&self) -> Result<Option<Duration>> {
        let Some(milliseconds) = self.timeout else { return Ok(None) };
        Duration::try_from_secs_f64(milliseconds / 1e3)
            .map(Some)
            .map_err(|_| Error::invalid("timeout", "milliseconds, 0 or more", milliseconds))
    }
}

/// Limits as JSON, defaults filled in.
#[napi]
pub fn limits(json: String) -> Outcome {
    text(|| {
        serde_json::to_string(&Limits::from_json(&json)?)
            .map_err(|error| Error::internal("limits: no JSON").with_context(error.to_string()))
    })
}

/// An engine of core.
#[napi]
pub struct NativeEngine(Arc<Engine>);

#[napi]
impl NativeEngine {
    /// An engine under limits that the function `limits` has accepted.
    #[napi(constructor)]
    pub fn new(limits: String) -> napi::Result<Self> {
        let limits = guard(|| Limits::from_json(&limits))
            .map_err(|error| napi::Error::from_reason(error.to_string()))?;
        Ok(NativeEngine(Arc::new(Engine::new(limits))))
    }

    /// Renders on a thread of the pool.
    #[napi]
    pub fn render(
        &self,
        source: Uint8Array,
        order: Order,
        ticket: &Ticket,
    ) -> AsyncTask<RenderTask> {
        AsyncTask::new(self.task(source, order, ticket.clone()))
    }

    /// Renders on this thread.
    #[napi]
    pub fn render_sync(&self, source: Uint8Array, order: Order) -> Outcome {
        self.task(source, order, Ticket::default()).run().into()
    }

    /// What the header says, as JSON.
    #[napi]
    pub fn probe(&self, source: &[u8]) -> Outcome {
        text(|| Ok(self.0.probe(source)?.to_json().to_string()))
    }

    /// The plan, its cost and its cache key, as JSON.
    #[napi]
    pub fn explain(&self, source: &[u8], order: Order) -> Outcome {
        text(|| {
            let hints = order.hints();
            let input = Input::new(source).with_hints(&hints);
            let job = Job::new(self.0.limits(), CancelToken::new());
            Ok(self.0.explain_text(&input, &order.options, &job)?.to_string())
        })
    }

    fn task(&self, source: Uint8Array, order: Order, ticket: Ticket) -> RenderTask {
        RenderTask { engine: self.0.clone(), source, order, ticket, called: Instant::now() }
    }
}

/// One render. The source is borrowed from JavaScript until the task is done.
pub struct RenderTask {
    engine: Arc<Engine>,
    source: Uint8Array,
    order: Order,
    ticket: Ticket,
    called: Instant,
}

impl RenderTask {
    fn run(&self) -> Result<Rendered> {
        guard(|| {
            if !self.ticket.take() {
                return Err(Error::new(Kind::Cancelled, "the job was cancelled"));
            }
            let mut job = Job::new(self.engine.limits(), self.ticket.cancel.clone());
            if let Some(timeout) = self.order.timeout()? {
                // The time in the queue counts.
                job = job.within(timeout.saturating_sub(self.called.elapsed()));
            }
            let hints = self.order.hints();
            let input = Input::new(&self.source).with_hints(&hints);
            self.engine.render_text(&input, &self.order.options, &job)
        })
    }
}

impl Task for RenderTask {
    type Output = Result<Rendered>;
    type JsValue = Outcome;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.run())
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> napi::Result<Outcome> {
        Ok(output.into())
    }
}
