//! Which part of the service answers which path.

use std::borrow::Cow;

use super::asked::Asked;
use super::respond::{preflight, wrong_method, Failure};
use super::wants::{is_api, path_of};
use super::Inner;
use crate::api::{self, Api};
use crate::delivery::{self, Situation};
use crate::fetch::Order;
use crate::url::{DELIVERY_PREFIX, TRANSFORM_PREFIX};
use crate::{Error, Job, Kind, Request, Response};

/// Longest path and query that is looked at, in bytes.
const URL_BYTES: usize = 8192;
/// The same of the API: whole ids stand in its paths, encoded, and it says itself what is too long.
const API_URL_BYTES: usize = 256 << 10;

impl Inner {
    /// The answer to a request, whatever it is.
    pub(super) fn route(&self, request: &Request<'_>, job: &Job) -> Response {
        let Some(target) = self.mounted(request.target) else {
            return Failure::situation(Situation::NoSuchImage).response();
        };
        let most = if is_api(path_of(target)) { API_URL_BYTES } else { URL_BYTES };
        if request.target.len() > most {
            let text = format!("url bytes: limit {most}, got {}", request.target.len());
            return Failure::coded(9424, 414, &text).response();
        }
        if let Some(refused) = self.refused_body(request, target) {
            return refused;
        }
        let below = Request { target, ..*request };
        if let Some(response) = self.with_api(request, |api| api::answer(api, &below, job)) {
            return response;
        }
        if let Some(response) = self.binding(request, below.path(), job) {
            return response;
        }
        self.picture(request, target, job).unwrap_or_else(Failure::response)
    }

    /// The target behind the mount point.
    pub(super) fn mounted<'a>(&self, target: &'a str) -> Option<&'a str> {
        let rest = target.strip_prefix(self.config.mount.as_str())?;
        rest.starts_with('/').then_some(rest)
    }

    fn picture(&self, request: &Request<'_>, target: &str, job: &Job) -> Result<Response, Failure> {
        match request.method {
            "GET" | "HEAD" => {}
            "OPTIONS" => return Ok(preflight()),
            _ => return Ok(wrong_method()),
        }
        let mut vias = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("via"));
        if vias.any(|(_, via)| delivery::is_loop(Some(via))) {
            return Err(Failure::from_answer(delivery::answer_loop(), Kind::Forbidden));
        }
        let path = target.split('?').next().unwrap_or(target);
        if path.starts_with(DELIVERY_PREFIX) || self.names_an_account(path) {
            return self.deliver(request, target, job);
        }
        let target = &*self.without_signature(request, target)?;
        if target.starts_with(TRANSFORM_PREFIX) {
            let asked = Asked::from_url(&self.engine, &self.sources, request, target)?;
            return self.transform(request, &asked, job);
        }
        if let Some(asked) = Asked::from_worker(&self.engine, &self.sources, request, target)? {
            return self.transform(request, &asked, job);
        }
        if !path.starts_with("/cdn-cgi/") && self.sources.has_folder() {
            return self.original(request, path);
        }
        match is_delivery(path) {
            true => self.deliver(request, target, job),
            false => Err(Failure::situation(Situation::NoSuchImage)),
        }
    }

    /// Where everything must be signed, checks that and takes `exp` and `sig` away, as they are
    /// none of the source's.
    fn without_signature<'a>(
        &self,
        request: &Request<'_>,
        target: &'a str,
    ) -> Result<Cow<'a, str>, Failure> {
        if !self.config.require_signature {
            return Ok(target.into());
        }
        self.check_signature(&self.hosted.home().id, request.target)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let own = |part: &&str| !part.starts_with("exp=") && !part.starts_with("sig=");
        let rest: Vec<&str> = query.split('&').filter(own).collect();
        Ok(match rest.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", rest.join("&")),
        }
        .into())
    }

    /// Whether the first word of a path is the hash of an account.
    pub(super) fn names_an_account(&self, path: &str) -> bool {
        let word = path.split('/').nth(1).unwrap_or_default();
        is_delivery(path) && self.hosted.account_by_hash(word).is_ok()
    }

    /// Calls the REST API. Links begin with the configured address, or with the one that the
    /// client has called.
    pub(super) fn with_api<T>(&self, request: &Request<'_>, work: impl FnOnce(&Api<'_>) -> T) -> T {
        let host = request.header("host").filter(|host| is_host(host)).unwrap_or("localhost");
        let called = || format!("http://{host}");
        let base_url = self.config.base_url.clone().unwrap_or_else(called);
        let mount = &self.config.mount;
        let fetch = |url: &str, most: u64, job: &Job| self.fetch(url, most, job);
        work(&Api {
            hosted: &self.hosted,
            base_url: &base_url,
            mount,
            fetch: Some(&fetch),
            imports: Some(&self.imports),
        })
    }

    /// The bytes of an address that the account's owner names, from anywhere public.
    fn fetch(&self, url: &str, most: u64, job: &Job) -> Result<Vec<u8>, Error> {
        let order = Order { credentials: true, ..Order::new(url, most) };
        let fetched = self.sources.fetcher().fetch(&order, job);
        fetched.map(|fetched| fetched.body).map_err(|failure| failure.error)
    }
}

/// Whether a path could be that of a hosted image: three words at least.
fn is_delivery(path: &str) -> bool {
    path.split('/').count() >= 4 && !path.starts_with("/cdn-cgi/")
}

/// Host and port as they may stand in a link.
fn is_host(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    (1..=262).contains(&host.len()) && host.bytes().all(plain)
}

/// The answer for a panic.
pub(super) fn broken(error: &Error) -> Response {
    Failure::new(error, delivery::Stage::Transform).response()
}
