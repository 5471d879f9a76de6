//! The verbs that take picture bytes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Task};
use napi_derive::napi;
use safelight::delivery::Hints;
use safelight::guard::guard;
use safelight::hooks::Hooks;
use safelight::{
    Assets, CancelToken, Engine, Error, Input, Job, Kind, Limits, PolishOptions, Polished,
    Rendered, Result,
};

use crate::hooks::{hooks, Dispatch};
use crate::outcome::{text, Outcome};
use crate::ticket::Ticket;

/// Options, request headers (name, value, name, value …) and milliseconds of one render.
#[napi(object)]
pub struct Order {
    /// Options as text or JSON.
    pub options: String,
    /// Names and values in turn.
    pub headers: Vec<String>,
    /// Names of the assets.
    pub asset_names: Vec<String>,
    /// Their bytes.
    pub assets: Vec<Uint8Array>,
    /// Milliseconds from the call.
    pub timeout: Option<f64>,
}

impl Order {
    fn hints(&self) -> Hints {
        let pairs = self.headers.chunks_exact(2);
        Hints::from_headers(pairs.map(|pair| (pair[0].as_str(), pair[1].as_str())))
    }

    /// Overlay pictures and fonts, copied.
    fn assets(&self) -> Assets {
        let mut assets = Assets::new();
        for (name, data) in self.asset_names.iter().zip(&self.assets) {
            assets.insert(name.as_str(), &data[..]);
        }
        assets
    }

    fn timeout(&self) -> Result<Option<Duration>> {
        duration(self.timeout)
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
    /// An engine under limits that the function `limits` has accepted; `dispatch` does the work of
    /// the hooks whose names are in `offered`.
    #[napi(constructor)]
    pub fn new(
        limits: String,
        offered: Vec<String>,
        dispatch: Option<Dispatch>,
    ) -> napi::Result<Self> {
        let limits = guard(|| Limits::from_json(&limits))
            .map_err(|error| napi::Error::from_reason(error.to_string()))?;
        let hooks = dispatch.map_or(Hooks::NONE, |dispatch| hooks(&offered, dispatch));
        Ok(NativeEngine(Arc::new(Engine::new(limits).with_hooks(hooks))))
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
        // A hook of JavaScript runs on this very thread, which would wait for itself.
        let engine = Arc::new((*self.0).clone().with_hooks(Hooks::NONE));
        RenderTask { engine, ..self.task(source, order, Ticket::default()) }.run().into()
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
            let (hints, assets) = (order.hints(), order.assets());
            let input = Input::new(source).with_hints(&hints).with_assets(&assets);
            let job = Job::new(self.0.limits(), CancelToken::new());
            Ok(self.0.explain_text(&input, &order.options, &job)?.to_string())
        })
    }

    /// Polishes on a thread of the pool.
    #[napi]
    pub fn polish(
        &self,
        source: Uint8Array,
        options: String,
        timeout: Option<f64>,
        ticket: &Ticket,
    ) -> AsyncTask<PolishTask> {
        let (engine, ticket) = (self.0.clone(), ticket.clone());
        AsyncTask::new(PolishTask {
            engine,
            source,
            options,
            timeout,
            ticket,
            called: Instant::now(),
        })
    }

    /// Polishes on this thread.
    #[napi]
    pub fn polish_sync(
        &self,
        source: Uint8Array,
        options: String,
        timeout: Option<f64>,
    ) -> Outcome {
        let (engine, ticket) = (self.0.clone(), Ticket::default());
        PolishTask { engine, source, options, timeout, ticket, called: Instant::now() }.run().into()
    }

    /// What to change about the pictures of a page, as JSON, on a thread of the pool. The order's
    /// options are the request, its assets the files of the page.
    #[napi]
    pub fn audit(&self, html: String, order: Order, ticket: &Ticket) -> AsyncTask<AuditTask> {
        AsyncTask::new(self.audit_task(html, order, ticket.clone()))
    }

    /// The same on this thread.
    #[napi]
    pub fn audit_sync(&self, html: String, order: Order) -> Outcome {
        self.audit_task(html, order, Ticket::default()).run()
    }

    /// What the picture shows, as JSON, on a thread of the pool.
    #[napi]
    pub fn describe(&self, source: Uint8Array, timeout: Option<f64>) -> AsyncTask<DescribeTask> {
        AsyncTask::new(DescribeTask { engine: self.0.clone(), source, timeout })
    }

    fn audit_task(&self, html: String, order: Order, ticket: Ticket) -> AuditTask {
        AuditTask { engine: self.0.clone(), html, order, ticket, called: Instant::now() }
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
            let (hints, assets) = (self.order.hints(), self.order.assets());
            let input = Input::new(&self.source).with_hints(&hints).with_assets(&assets);
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

/// One polish. The source is borrowed from JavaScript until the task is done.
pub struct PolishTask {
    engine: Arc<Engine>,
    source: Uint8Array,
    options: String,
    timeout: Option<f64>,
    ticket: Ticket,
    called: Instant,
}

impl PolishTask {
    fn run(&self) -> Result<Polished> {
        guard(|| {
            if !self.ticket.take() {
                return Err(Error::new(Kind::Cancelled, "the job was cancelled"));
            }
            let options = PolishOptions::from_json(&self.options)?;
            let mut job = Job::new(self.engine.limits(), self.ticket.cancel.clone());
            if let Some(timeout) = duration(self.timeout)? {
                // The time in the queue counts.
                job = job.within(timeout.saturating_sub(self.called.elapsed()));
            }
            self.engine.polish(&Input::new(&self.source), &options, &job)
        })
    }
}

impl Task for PolishTask {
    type Output = Result<Polished>;
    type JsValue = Outcome;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.run())
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> napi::Result<Outcome> {
        Ok(output.into())
    }
}

/// One description. The source is borrowed from JavaScript until the task is done.
pub struct DescribeTask {
    engine: Arc<Engine>,
    source: Uint8Array,
    timeout: Option<f64>,
}

impl Task for DescribeTask {
    type Output = Outcome;
    type JsValue = Outcome;

    fn compute(&mut self) -> napi::Result<Outcome> {
        Ok(text(|| {
            let mut job = Job::new(self.engine.limits(), CancelToken::new());
            if let Some(timeout) = duration(self.timeout)? {
                job = job.within(timeout);
            }
            Ok(self.engine.describe(&Input::new(&self.source), &job)?.to_string())
        }))
    }

    fn resolve(&mut self, _env: Env, output: Outcome) -> napi::Result<Outcome> {
        Ok(output)
    }
}

/// One audit. The files are borrowed from JavaScript until the task is done.
pub struct AuditTask {
    engine: Arc<Engine>,
    html: String,
    order: Order,
    ticket: Ticket,
    called: Instant,
}

impl AuditTask {
    fn run(&self) -> Outcome {
        text(|| {
            if !self.ticket.take() {
                return Err(Error::new(Kind::Cancelled, "the job was cancelled"));
            }
            let mut job = Job::new(self.engine.limits(), self.ticket.cancel.clone());
            if let Some(timeout) = self.order.timeout()? {
                job = job.within(timeout.saturating_sub(self.called.elapsed()));
            }
            let (request, files) = (&self.order.options, self.order.assets());
            Ok(self.engine.audit(&self.html, request, &files, &job)?.to_string())
        })
    }
}

impl Task for AuditTask {
    type Output = Outcome;
    type JsValue = Outcome;

    fn compute(&mut self) -> napi::Result<Outcome> {
        Ok(self.run())
    }

    fn resolve(&mut self, _env: Env, output: Outcome) -> napi::Result<Outcome> {
        Ok(output)
    }
}

/// Milliseconds of JavaScript as a duration.
pub(crate) fn duration(milliseconds: Option<f64>) -> Result<Option<Duration>> {
    let Some(milliseconds) = milliseconds else { return Ok(None) };
    Duration::try_from_secs_f64(milliseconds / 1e3)
        .map(Some)
        .map_err(|_| Error::invalid("timeout", "milliseconds, 0 or more", milliseconds))
}
