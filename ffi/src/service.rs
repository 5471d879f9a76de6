//! Services: requests and hosted verbs.

use std::ffi::c_char;
use std::sync::Arc;

use safelight_core::guard;
use safelight_core::hooks::Hooks;
use safelight_core::{Config, Error, Request, Result, Service};
use serde_json::Value;

use crate::answer::safelight_answer;
use crate::error::safelight_error;
use crate::handle::{self, Handle, Out};
use crate::job::safelight_job;
use crate::response::safelight_response;

/// Hosted images behind HTTP requests and verbs. Any number of threads may use one at once. It
/// may be freed while calls still run with it; results do not need it.
#[allow(non_camel_case_types)]
pub struct safelight_service {
    _key: [u8; 0],
}

impl Handle for safelight_service {
    const NAME: &'static str = "service";
    type Value = Service;
}

/// Opens a service on the stores that `config` names, a JSON object. One member is enough:
/// `folder`, where everything is then kept, and which is made when it is not there. The others:
///
///     folder             folder of state, for whatever has no place of its own below
///     catalog            sqlite:PATH or postgres://…
///     originals          file:PATH, s3://bucket/prefix?endpoint=…&region=…, gs://… or az://…
///     results            {"memory", "disk": bytes to keep, "bucket": like originals}
///     account            {"id", "hash"} of the account that is there from the start
///     admin_token        a token that may do everything over the REST API
///     base_url           scheme and host that links are built with: https://img.example
///     mount              path that all requests begin with: /images
///     sources            {"folder", "allowed_origins", "http", "any", "networks", "ports"}: what
///                        may be transformed and fetched
///     limits             what one picture may cost, as for safelight_engine_new()
///     require_signature  every delivery has to be signed; opening fails without a key
///     workers, queue     pictures that are worked on at once, and that may wait for it
///     avif_budget_ms     how long a first request may wait for AVIF; 0 always waits
///     lease_ms           how long a node of a cluster may answer from its own copy
///
/// It opens files below `folder`, connections to the stores that are named, none other, and
/// connections to sources that are allowed; it starts threads of its own, which
/// safelight_service_close() ends.
///
/// A SQLite catalog, which a folder has, is for one service of one process at a time; what a killed
/// one left unfinished is cleared away. Several processes share PostgreSQL.
///
/// `out` receives the service, to be freed with safelight_service_free().
/// Errors: SAFELIGHT_INVALID for a name that is not known, a value that cannot be meant, text
/// that is not JSON, or `out` NULL; SAFELIGHT_STORAGE when a store does not open; SAFELIGHT_BUSY
/// when another service has the SQLite catalog and does not close it within two seconds.
#[no_mangle]
pub extern "C" fn safelight_service_open(
    config: *const c_char,
    config_len: usize,
    out: *mut *mut safelight_service,
    error: *mut *mut safelight_error,
) -> i32 {
    open(config, config_len, Hooks::NONE, out, error)
}

/// Opens a service for the C functions that do so.
pub(crate) fn open(
    config: *const c_char,
    config_len: usize,
    hooks: Hooks,
    out: *mut *mut safelight_service,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let config = Config::from_json(handle::text("config", config, config_len)?)?;
        out.give(Service::open_with(&config, hooks)?)
    })
}

/// Whether a request is one for `service`: 1 for its REST API, transforms, deliveries and uploads
/// below `mount`, 0 for what the host answers itself. It looks at `method` and `target` alone,
/// both as in safelight_service_handle().
///
/// `body_limit` may be NULL. Else it receives how many bytes of body to read at most: hand over
/// one more when there are more, and the answer says so.
///
/// Returns 0 as well when `service` is NULL or was freed, or when text is not UTF-8.
#[no_mangle]
pub extern "C" fn safelight_service_wants(
    service: *const safelight_service,
    method: *const c_char,
    method_len: usize,
    target: *const c_char,
    target_len: usize,
    body_limit: *mut u64,
) -> i32 {
    let wanted = guard::guard(|| {
        let method = handle::text("method", method, method_len)?;
        let target = handle::text("target", target, target_len)?;
        Ok(handle::get(service)?.wants(method, target))
    });
    let Ok(Some(limit)) = wanted else { return 0 };
    handle::put(body_limit, limit);
    1
}

/// Answers an HTTP request, whatever it asks: what goes wrong is a response, too.
///
/// `method` is in upper case. `target` is path and query as they were sent, not decoded.
/// `headers` are those of the request, one `Name: value` a line. `body` is the whole body.
/// `job` may be NULL: no deadline beyond the service's and no way to cancel.
///
/// `out` receives the response, to be freed with safelight_response_free().
/// Errors: SAFELIGHT_INVALID for a handle that was freed, text that is not UTF-8, or `out` NULL.
#[no_mangle]
pub extern "C" fn safelight_service_handle(
    service: *const safelight_service,
    method: *const c_char,
    method_len: usize,
    target: *const c_char,
    target_len: usize,
    headers: *const c_char,
    headers_len: usize,
    body: *const u8,
    body_len: usize,
    job: *const safelight_job,
    out: *mut *mut safelight_response,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let service = handle::get(service)?;
        let control = handle::get_optional(job)?.unwrap_or_default();
        let headers = pairs(handle::text("headers", headers, headers_len)?);
        let request = Request {
            method: handle::text("method", method, method_len)?,
            target: handle::text("target", target, target_len)?,
            headers: &headers,
            body: handle::bytes("body", body, body_len)?,
        };
        let job = control.start(service.limits());
        out.give(service.handle(&request, &job).into())
    })
}

/// Runs a verb of the REST API without HTTP and without a token.
///
/// `verb` is its name: `images.upload`, `images.get`, `images.list`, `images.update`,
/// `images.delete`, `images.original`, `variants.create` and so on; the OpenAPI file lists them as
/// `operationId`. `arguments` is a JSON object of the parameters and fields of the REST API under
/// their names there; no text at all is the empty object. `body` is the file of an upload, as it
/// is. `job` may be NULL: no deadline beyond the service's and no way to cancel.
///
/// `out` receives the answer, to be freed with safelight_answer_free().
/// Errors: SAFELIGHT_INVALID for a verb or an argument that is not known or not right, a handle
/// that was freed, text that is not UTF-8, or `out` NULL; SAFELIGHT_NOT_FOUND, SAFELIGHT_CONFLICT,
/// SAFELIGHT_TOO_LARGE, SAFELIGHT_UNSUPPORTED and SAFELIGHT_MALFORMED as the REST API has them;
/// SAFELIGHT_STORAGE when a store fails; SAFELIGHT_CANCELLED and SAFELIGHT_TIMEOUT by `job`.
#[no_mangle]
pub extern "C" fn safelight_service_call(
    service: *const safelight_service,
    verb: *const c_char,
    verb_len: usize,
    arguments: *const c_char,
    arguments_len: usize,
    body: *const u8,
    body_len: usize,
    job: *const safelight_job,
    out: *mut *mut safelight_answer,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let service = handle::get(service)?;
        let control = handle::get_optional(job)?.unwrap_or_default();
        let verb = handle::text("verb", verb, verb_len)?;
        let arguments = object(handle::text("arguments", arguments, arguments_len)?)?;
        let body = handle::bytes("body", body, body_len)?;
        let job = control.start(service.limits());
        out.give(service.call(verb, &arguments, body, &job)?.into())
    })
}

/// Panics inside a service on purpose and returns SAFELIGHT_INTERNAL: a way to prove that a fault
/// of the library reaches a program as an error and leaves the service as it was.
///
/// Errors: SAFELIGHT_INVALID for a handle that was freed.
#[no_mangle]
pub extern "C" fn safelight_service_panic_on_purpose(
    service: *const safelight_service,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let _service: Arc<Service> = handle::get(service)?;
        guard::panic_on_purpose()
    })
}

/// Ends the background work of a service, waits for its threads, and leaves the cluster. Calls
/// that still run end as they would have, and then its folder is free for others; later ones are
/// refused with SAFELIGHT_BUSY, requests with 503. Closing twice is fine.
///
/// Errors: SAFELIGHT_INVALID for a handle that was freed.
#[no_mangle]
pub extern "C" fn safelight_service_close(
    service: *const safelight_service,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        handle::get(service)?.close();
        Ok(())
    })
}

/// Frees a service. Close it first: freeing waits for nothing. NULL and a handle that was freed
/// before are left alone.
#[no_mangle]
pub extern "C" fn safelight_service_free(service: *mut safelight_service) {
    handle::free(service);
}

/// Names and values of header lines.
fn pairs(lines: &str) -> Vec<(&str, &str)> {
    let lines = lines.lines().filter_map(|line| line.split_once(':'));
    lines.map(|(name, value)| (name.trim(), value.trim())).collect()
}

fn object(arguments: &str) -> Result<Value> {
    let text = if arguments.is_empty() { "{}" } else { arguments };
    serde_json::from_str(text).map_err(|error| Error::invalid("arguments", "a JSON object", error))
}
