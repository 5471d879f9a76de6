//! Which part of the service answers which path.

use super::asked::Asked;
use super::respond::{preflight, wrong_method, Failure};
use super::Inner;
use crate::delivery::{self, Situation};
use crate::url::TRANSFORM_PREFIX;
use crate::{Error, Job, Kind, Request, Response};

/// Longest path and query that is looked at, in bytes.
const URL_BYTES: usize = 8192;

impl Inner {
    /// The answer to a request, whatever it is.
    pub(super) fn route(&self, request: &Request<'_>, job: &Job) -> Response {
        if request.target.len() > URL_BYTES {
            let text = format!("url bytes: limit {URL_BYTES}, got {}", request.target.len());
            return Failure::coded(9424, 414, &text).response();
        }
        let Some(target) = self.mounted(request.target) else {
            return Failure::situation(Situation::NoSuchImage).response();
        };
        self.picture(request, target, job).unwrap_or_else(Failure::response)
    }

    /// The target behind the mount point.
    fn mounted<'a>(&self, target: &'a str) -> Option<&'a str> {
        let rest = target.strip_prefix(self.config.mount.as_str())?;
        rest.starts_with('/').then_some(rest)
    }

    fn picture(&self, request: &Request<'_>, target: &str, job: &Job) -> Result<Response, Failure> {
        match request.method {
            "GET" | "HEAD" => {}
            "OPTIONS" => return Ok(preflight()),
            _ => return Ok(wrong_method()),
        }
        if delivery::is_loop(request.header("via")) {
            return Err(Failure::from_answer(delivery::answer_loop(), Kind::Forbidden));
        }
        if target.starts_with(TRANSFORM_PREFIX) {
            let asked = Asked::from_url(&self.engine, &self.sources, request, target)?;
            return self.transform(request, &asked, job);
        }
        if let Some(asked) = Asked::from_worker(&self.engine, &self.sources, request, target)? {
            return self.transform(request, &asked, job);
        }
        let path = target.split('?').next().unwrap_or(target);
        if !path.starts_with("/cdn-cgi/") && self.sources.has_folder() {
            return self.original(request, path);
        }
        Err(Failure::situation(Situation::NoSuchImage))
    }
}

/// The answer for a panic.
pub(super) fn broken(error: &Error) -> Response {
    Failure::new(error, delivery::Stage::Transform).response()
}
