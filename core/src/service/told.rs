//! The answer with a picture: its headers, and what a client can recognise it by.

use std::time::SystemTime;

use super::respond::{cross_origin, Asker, Failure};
use super::work::{Head, Made};
use crate::delivery::{self, Facts, Validators};
use crate::{Request, Response};

/// Seconds that an interim picture lives.
const INTERIM_LIFE: u64 = 10;

/// What a client can recognise a picture by, besides its key.
pub(super) struct Known<'a> {
    /// Tag of what it is made of.
    pub version: &'a str,
    /// When that was changed last.
    pub modified: Option<SystemTime>,
}

/// What an answer says, whatever comes of the order.
pub(super) struct Told<'a> {
    pub warnings: &'a [String],
    pub vary: &'a [&'a str],
    pub accept_ch: &'a [&'a str],
    pub tags: &'a [String],
    /// `Cache-Control`.
    pub life: String,
    /// That of the source, for a warning.
    pub source_cache_control: Option<&'a str>,
}

impl Known<'_> {
    /// 304 or 412, where no picture is needed.
    pub(super) fn verdict(
        &self,
        request: &Request<'_>,
        key: &str,
        headers: &[(String, String)],
    ) -> Option<Response> {
        let tag = delivery::entity_tag(key, Some(self.version));
        let validators = Validators { etag: tag.as_deref(), modified: self.modified };
        Asker::new(request, validators).verdict(headers)
    }

    /// The picture, or the part of it that is wanted.
    pub(super) fn answer(&self, request: &Request<'_>, made: &Made, told: &Told<'_>) -> Response {
        let Some((format, head)) = Head::read(&made.kept) else {
            return Failure::coded(9517, 500, "an internal failure").response();
        };
        let tag = delivery::entity_tag(&made.key, Some(self.version));
        let validators = Validators { etag: tag.as_deref(), modified: self.modified };
        let asker = Asker::new(request, validators);
        let warnings = [told.warnings, &head.warnings[..]].concat();
        let mut headers = delivery::headers(&Facts {
            format,
            bytes: made.kept.body.len(),
            work: made.work,
            warnings: &warnings,
            key: &made.key,
            kept: made.hit,
            vary: told.vary,
            accept_ch: told.accept_ch,
            source_etag: Some(self.version),
            source_cache_control: told.source_cache_control,
        });
        let life = if made.interim { interim_life(&told.life) } else { told.life.clone() };
        if let Some((_, value)) = headers.iter_mut().find(|(name, _)| name == "Cache-Control") {
            *value = life;
        }
        headers.push(("Cache-Tag".to_owned(), told.tags.join(",")));
        cross_origin(&mut headers);
        asker.send(format.mime(), &made.kept.body, headers)
    }
}

/// The same for a picture that shall be asked for again soon; what is not to be stored or shared
/// stays so.
fn interim_life(life: &str) -> String {
    let closed = ["no-store", "no-cache", "must-revalidate"].iter().any(|word| life.contains(word));
    match (closed, life.contains("private")) {
        (true, _) => life.to_owned(),
        (false, true) => format!("private, max-age={INTERIM_LIFE}"),
        (false, false) => format!("public, max-age={INTERIM_LIFE}"),
    }
}
