//! Where pictures go: a service of this process, or one that runs elsewhere.

use safelight::fetch::{Asked, Client, Rules};
use safelight::{Job, Service};
use serde_json::{json, Value};

use super::place::allow_server;
use crate::report::Failure;

/// Bytes of one answer of a service.
const MOST: u64 = 64 << 20;
/// Objects of one part of a log.
const PAGE: usize = 10_000;

/// A service by its verbs.
pub(super) enum Target {
    Here(Box<Service>),
    There { client: Box<Client>, url: String, token: String },
}

impl Target {
    /// A service that answers at `url`, which ends with its account.
    pub(super) fn there(url: &str, token: String) -> Result<Self, Failure> {
        let mut config = safelight::Config::default();
        allow_server(url, &mut config);
        let mut rules = Rules { http: config.sources.http, ..Rules::default() };
        rules.ports.extend(&config.sources.ports);
        rules.networks = config.sources.networks.iter().filter_map(|it| it.parse().ok()).collect();
        let url = format!("{}/images", url.trim_end_matches('/'));
        Ok(Target::There { client: Box::new(Client::new(rules, 2)), url, token })
    }

    /// Runs a verb of sources or imports; `id` stands in its path.
    pub(super) fn call(&self, verb: &str, id: &str, arguments: Value) -> Result<Value, Failure> {
        match self {
            Target::Here(service) => {
                let mut arguments = arguments;
                if !id.is_empty() {
                    arguments["id"] = id.into();
                }
                let job = Job::new(service.limits(), Default::default());
                let called = service.call(verb, &arguments, &[], &job);
                called.map(|called| called.result).map_err(|error| told(&error))
            }
            Target::There { .. } => {
                let (method, path) = route(verb, id);
                let body = (method != "GET").then(|| arguments.to_string());
                let answer = self.ask(method, &path, body.as_deref())?;
                let mut answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
                match answer["success"] == true {
                    true => Ok(answer["result"].take()),
                    false => {
                        let message = answer["errors"][0]["message"].as_str();
                        Err(Failure::Job(message.unwrap_or("no answer of a service").to_owned()))
                    }
                }
            }
        }
    }

    /// A part of a job's log as a file.
    pub(super) fn log(&self, id: &str, after: &str, format: &str) -> Result<Vec<u8>, Failure> {
        match self {
            Target::Here(service) => {
                let mut arguments = page(id, after);
                arguments["format"] = format.into();
                let job = Job::new(service.limits(), Default::default());
                let called = service.call("imports.download", &arguments, &[], &job);
                Ok(called.map_err(|error| told(&error))?.bytes.unwrap_or_default())
            }
            Target::There { .. } => {
                let path = format!("/imports/{id}/log?format={format}&{}", bounds(after));
                self.ask("GET", &path, None)
            }
        }
    }

    /// Where the part behind the one after `after` begins; `None` at the end.
    pub(super) fn next(&self, id: &str, after: &str) -> Result<Option<String>, Failure> {
        let page = match self {
            Target::Here(_) => self.call("imports.logs", id, page(id, after))?,
            Target::There { .. } => {
                let path = format!("/imports/{id}/logs?{}", bounds(after));
                let answer = self.ask("GET", &path, None)?;
                let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
                answer["result"].clone()
            }
        };
        Ok(page["cursor"].as_str().map(str::to_owned))
    }

    fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Result<Vec<u8>, Failure> {
        let Target::There { client, url, token } = self else { return Ok(Vec::new()) };
        let headers = [
            ("authorization".to_owned(), format!("Bearer {token}")),
            ("content-type".to_owned(), "application/json".to_owned()),
        ];
        let url = format!("{url}{path}");
        let body = body.map(str::as_bytes);
        let asked = Asked { method, url: &url, headers: &headers, body, most: MOST };
        let answered = client.ask(&asked, &Job::default()).map_err(|error| told(&error))?;
        Ok(answered.body)
    }
}

/// The arguments of a page of a log.
fn page(id: &str, after: &str) -> Value {
    match after.is_empty() {
        true => json!({"id": id, "limit": PAGE}),
        false => json!({"id": id, "limit": PAGE, "after": after}),
    }
}

/// The same as a query.
fn bounds(after: &str) -> String {
    match after.is_empty() {
        true => format!("limit={PAGE}"),
        false => format!("limit={PAGE}&after={}", encoded(after)),
    }
}

/// Method and path of a verb.
fn route(verb: &str, id: &str) -> (&'static str, String) {
    let (group, word) = verb.split_once('.').unwrap_or((verb, ""));
    match word {
        "list" => ("GET", format!("/{group}")),
        "create" => ("POST", format!("/{group}")),
        "get" => ("GET", format!("/{group}/{id}")),
        "edit" => ("PATCH", format!("/{group}/{id}")),
        "progress" => ("GET", format!("/{group}/{id}/progress")),
        _ => ("PUT", format!("/{group}/{id}/{word}")),
    }
}

/// What an error says, with what the log may know: whoever runs this may too.
pub(super) fn told(error: &safelight::Error) -> Failure {
    Failure::Job(match error.context() {
        Some(context) => format!("{error} ({context})"),
        None => error.to_string(),
    })
}

/// A key as a part of a query.
fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}
