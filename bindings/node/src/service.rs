//! Services: requests and hosted verbs.

use std::time::Instant;

use napi::bindgen_prelude::{AsyncTask, Buffer, Uint8Array};
use napi::{Env, Task};
use napi_derive::napi;
use safelight::guard::{guard, panic_on_purpose};
use safelight::hooks::Hooks;
use safelight::{Config, Error, Job, Kind, Request, Response, Result, Service};
use serde_json::Value;

use crate::engine::duration;
use crate::hooks::{hooks, Dispatch};
use crate::outcome::{text, Failure, Outcome};
use crate::ticket::Ticket;

/// One request.
#[napi(object)]
pub struct Asked {
    /// In upper case.
    pub method: String,
    /// Path and query as they were sent.
    pub target: String,
    /// Names and values in turn.
    pub headers: Vec<String>,
    /// The whole body.
    pub body: Option<Uint8Array>,
    /// Milliseconds from the call.
    pub timeout: Option<f64>,
}

/// Either `failure`, or a response.
#[napi(object)]
#[derive(Default)]
pub struct Replied {
    /// What went wrong before the service was asked.
    pub failure: Option<Failure>,
    /// HTTP status.
    pub status: u32,
    /// Names and values in turn.
    pub headers: Vec<String>,
    /// The body.
    pub body: Option<Buffer>,
}

/// A service of core, or why there is none.
#[napi]
pub struct NativeService(Result<Service>);

#[napi]
impl NativeService {
    /// Opens a service on this thread; `opened` says whether that went well. `dispatch` does the
    /// work of the hooks whose names are in `offered`.
    #[napi(constructor)]
    pub fn new(config: String, offered: Vec<String>, dispatch: Option<Dispatch>) -> Self {
        OpenTask::new(config, &offered, dispatch).run()
    }

    /// What went wrong, if anything did.
    #[napi]
    pub fn opened(&self) -> Outcome {
        text(|| self.service().map(|_| String::new()))
    }

    /// How many bytes of body to read for a request, nothing when it is not for this service.
    #[napi]
    pub fn wants(&self, method: String, target: String) -> Option<f64> {
        self.0.as_ref().ok()?.wants(&method, &target).map(|limit| limit as f64)
    }

    /// Answers a request on a thread of the pool.
    #[napi]
    pub fn handle(&self, asked: Asked, ticket: &Ticket) -> AsyncTask<HandleTask> {
        AsyncTask::new(self.task(asked, ticket.clone()))
    }

    /// Answers a request on this thread.
    #[napi]
    pub fn handle_sync(&self, asked: Asked) -> Replied {
        self.task(asked, Ticket::default()).run().into()
    }

    /// Runs a hosted verb on a thread of the pool.
    #[napi]
    pub fn call(
        &self,
        verb: String,
        arguments: String,
        body: Uint8Array,
        timeout: Option<f64>,
        ticket: &Ticket,
    ) -> AsyncTask<CallTask> {
        let (service, ticket) = (self.service(), ticket.clone());
        let called = Instant::now();
        AsyncTask::new(CallTask { service, verb, arguments, body, timeout, ticket, called })
    }

    /// Panics inside the service.
    #[napi]
    pub fn panic_on_purpose(&self) -> Outcome {
        text(|| {
            self.service()?;
            panic_on_purpose().map(|()| String::new())
        })
    }

    /// Ends the background work on a thread of the pool.
    #[napi]
    pub fn close(&self) -> AsyncTask<CloseTask> {
        AsyncTask::new(CloseTask(self.service()))
    }

    /// Ends the background work and waits for it on this thread.
    #[napi]
    pub fn close_sync(&self) -> Outcome {
        closed(&self.service())
    }

    fn service(&self) -> Result<Service> {
        match &self.0 {
            Ok(service) => Ok(service.clone()),
            Err(error) => Err(copied(error)),
        }
    }

    fn task(&self, asked: Asked, ticket: Ticket) -> HandleTask {
        HandleTask { service: self.service(), asked, ticket, called: Instant::now() }
    }
}

/// Opens a service on a thread of the pool.
#[napi]
pub fn open_service(
    config: String,
    offered: Vec<String>,
    dispatch: Option<Dispatch>,
) -> AsyncTask<OpenTask> {
    AsyncTask::new(OpenTask::new(config, &offered, dispatch))
}

/// One opening.
pub struct OpenTask {
    config: String,
    hooks: Hooks,
}

impl OpenTask {
    fn new(config: String, offered: &[String], dispatch: Option<Dispatch>) -> Self {
        let hooks = dispatch.map_or(Hooks::NONE, |dispatch| hooks(offered, dispatch));
        OpenTask { config, hooks }
    }

    fn run(self) -> NativeService {
        let OpenTask { config, hooks } = self;
        NativeService(guard(|| Service::open_with(&Config::from_json(&config)?, hooks)))
    }
}

impl Task for OpenTask {
    type Output = NativeService;
    type JsValue = NativeService;

    fn compute(&mut self) -> napi::Result<NativeService> {
        let config = std::mem::take(&mut self.config);
        Ok(OpenTask { config, hooks: std::mem::take(&mut self.hooks) }.run())
    }

    fn resolve(&mut self, _env: Env, opened: NativeService) -> napi::Result<NativeService> {
        Ok(opened)
    }
}

/// One request. Its body is borrowed from JavaScript until the task is done.
pub struct HandleTask {
    service: Result<Service>,
    asked: Asked,
    ticket: Ticket,
    called: Instant,
}

/// A response whose body JavaScript may have.
pub struct Reply {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl HandleTask {
    fn run(&self) -> Result<Reply> {
        guard(|| {
            let service = self.service.as_ref().map_err(copied)?;
            let job = begun(service, &self.ticket, self.asked.timeout, self.called)?;
            let headers: Vec<(&str, &str)> = self
                .asked
                .headers
                .chunks_exact(2)
                .map(|pair| (pair[0].as_str(), pair[1].as_str()))
                .collect();
            let request = Request {
                method: &self.asked.method,
                target: &self.asked.target,
                headers: &headers,
                body: self.asked.body.as_deref().unwrap_or_default(),
            };
            Ok(service.handle(&request, &job).into())
        })
    }
}

impl Task for HandleTask {
    type Output = Result<Reply>;
    type JsValue = Replied;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.run())
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> napi::Result<Replied> {
        Ok(output.into())
    }
}

/// One hosted verb. Its body is borrowed from JavaScript until the task is done.
pub struct CallTask {
    service: Result<Service>,
    verb: String,
    arguments: String,
    body: Uint8Array,
    timeout: Option<f64>,
    ticket: Ticket,
    called: Instant,
}

impl CallTask {
    fn run(&self) -> Result<(String, Option<Vec<u8>>)> {
        guard(|| {
            let service = self.service.as_ref().map_err(copied)?;
            let job = begun(service, &self.ticket, self.timeout, self.called)?;
            let arguments: Value = serde_json::from_str(&self.arguments)
                .map_err(|error| Error::invalid("arguments", "JSON", error))?;
            let called = service.call(&self.verb, &arguments, &self.body, &job)?;
            Ok((called.result.to_string(), called.bytes))
        })
    }
}

impl Task for CallTask {
    type Output = Result<(String, Option<Vec<u8>>)>;
    type JsValue = Outcome;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.run())
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> napi::Result<Outcome> {
        Ok(match output {
            Ok((result, bytes)) => {
                Outcome { failure: None, text: Some(result), data: bytes.map(Buffer::from) }
            }
            Err(error) => error.into(),
        })
    }
}

/// One closing.
pub struct CloseTask(Result<Service>);

impl Task for CloseTask {
    type Output = Outcome;
    type JsValue = Outcome;

    fn compute(&mut self) -> napi::Result<Outcome> {
        Ok(closed(&self.0))
    }

    fn resolve(&mut self, _env: Env, output: Outcome) -> napi::Result<Outcome> {
        Ok(output)
    }
}

fn closed(service: &Result<Service>) -> Outcome {
    text(|| {
        service.as_ref().map_err(copied)?.close();
        Ok(String::new())
    })
}

/// The job of a call that begins now, unless it was cancelled while it waited.
fn begun(service: &Service, ticket: &Ticket, timeout: Option<f64>, called: Instant) -> Result<Job> {
    if !ticket.take() {
        return Err(Error::new(Kind::Cancelled, "the job was cancelled"));
    }
    let job = Job::new(service.limits(), ticket.cancel.clone());
    Ok(match duration(timeout)? {
        // The time in the queue counts.
        Some(timeout) => job.within(timeout.saturating_sub(called.elapsed())),
        None => job,
    })
}

/// The same error once more.
fn copied(error: &Error) -> Error {
    let copy = Error::new(error.kind(), error.message());
    match error.context() {
        Some(context) => copy.with_context(context),
        None => copy,
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        let Response { status, headers, body } = response;
        let headers = headers.into_iter().flat_map(|(name, value)| [name, value]).collect();
        // JavaScript may write into a buffer. Bytes that the service keeps are copied for it,
        // here on a thread of the pool; all others become the buffer as they are.
        Reply { status, headers, body: body.into_vec() }
    }
}

impl From<Result<Reply>> for Replied {
    fn from(result: Result<Reply>) -> Self {
        match result {
            Ok(Reply { status, headers, body }) => {
                Replied { failure: None, status: status.into(), headers, body: Some(body.into()) }
            }
            Err(error) => Replied { failure: Outcome::from(error).failure, ..Replied::default() },
        }
    }
}
