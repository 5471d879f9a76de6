//! Sources on the web: fetched once, kept, and asked about again when their time is up
//! (reference §2.9).
//!
//! Two things are kept of a source: a note with its validators, life and hash, and its bytes under
//! that hash. A note lives as long as `Cache-Control` says and at least an hour, unless that says
//! `must-revalidate` or `no-cache`. What is `private` or `no-store`, comes with a cookie, or varies
//! by who asks is never kept, nor is what is made of it.

use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::flight::{Flights, Seat};
use super::respond::Failure;
use super::sources::{Found, Unread};
use super::stores::Shelves;
use crate::delivery::Stage;
use crate::fetch::{Fetched, Fetcher, Order, Origins};
use crate::storage::results::{Kept, Label};
use crate::storage::Results;
use crate::{sign, Job};

/// The shortest life of a source that does not ask for less, in seconds.
const SHORTEST_LIFE: u64 = 3600;
/// The longest, so that a slip of a server's is not forever.
const LONGEST_LIFE: u64 = 31_536_000;
/// Names of a `Cache-Tag` header that are taken over, and the length of each.
const MOST_TAGS: usize = 32;
const LONGEST_TAG: usize = 128;

/// Fetches and keeps.
pub(super) struct Remote {
    fetcher: Fetcher,
    shelves: Arc<Shelves>,
    flights: Flights<Result<Fresh, Failure>>,
}

/// Who wants a source.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The URL.
    pub url: &'a str,
    /// Host and path, for purges.
    pub address: &'a str,
    /// From where it may come; `None` for anywhere.
    pub origins: Option<&'a Origins>,
    /// Headers for the source's server.
    pub headers: &'a [(String, String)],
    /// The newest number of the log that was seen.
    pub born: u64,
    /// How many bytes it may have.
    pub most: u64,
}

/// What is noted of a source.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    hash: String,
    etag: Option<String>,
    last_modified: Option<String>,
    cache_control: Option<String>,
    tags: Vec<String>,
    /// Until when it needs no question, in Unix seconds.
    until: u64,
}

/// A source that was just asked about.
#[derive(Debug, Clone)]
struct Fresh {
    note: Note,
    /// The bytes, where they came.
    bytes: Option<Arc<Vec<u8>>>,
    keep: bool,
}

impl Remote {
    pub(super) fn new(fetcher: Fetcher, shelves: Arc<Shelves>) -> Self {
        Remote { fetcher, shelves, flights: Flights::new() }
    }

    /// The fetcher, for what is no source.
    pub(super) fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    /// The version that there is now.
    pub(super) fn find(&self, wanted: &Wanted<'_>, job: &Job) -> Result<Found, Failure> {
        let now = sign::now();
        if let Some(note) = self.note(wanted.url).filter(|note| now < note.until) {
            return Ok(found(Fresh { note, bytes: None, keep: true }));
        }
        self.ask(wanted, job).map(found)
    }

    /// The bytes of `version`.
    pub(super) fn read(
        &self,
        wanted: &Wanted<'_>,
        version: &str,
        job: &Job,
    ) -> Result<Arc<Vec<u8>>, Unread> {
        if let Some(kept) = self.shelves.get(&body_key(wanted.url, version)) {
            return Ok(kept.body.clone());
        }
        // They had to make room for others, or were never kept.
        let fresh = self.fetch(wanted, None, job).map_err(Unread::Failed)?;
        match fresh.bytes.filter(|_| version_of(&fresh.note.hash) == version) {
            Some(bytes) => Ok(bytes),
            None => Err(Unread::Changed),
        }
    }

    fn note(&self, url: &str) -> Option<Note> {
        serde_json::from_str(&self.shelves.get(&note_key(url))?.head).ok()
    }

    /// Asks the source's server; whoever wants the same meanwhile waits for the answer.
    fn ask(&self, wanted: &Wanted<'_>, job: &Job) -> Result<Fresh, Failure> {
        let flight = format!("{} {}", wanted.born, wanted.url);
        let seat = self.flights.join(&flight, job);
        match seat.map_err(|error| Failure::new(&error, Stage::Source))? {
            Seat::Landed(landed) => landed,
            Seat::Lead(leader) => {
                let old = self.note(wanted.url);
                if let Some(note) = old.clone().filter(|note| sign::now() < note.until) {
                    return Ok(Fresh { note, bytes: None, keep: true });
                }
                let fresh = self.fetch(wanted, old.as_ref(), job);
                if !fresh.as_ref().is_err_and(Failure::is_personal) {
                    leader.land(fresh.clone());
                }
                fresh
            }
        }
    }

    /// Fetches, or learns that the old one is still right, and keeps what may be kept.
    fn fetch(&self, wanted: &Wanted<'_>, old: Option<&Note>, job: &Job) -> Result<Fresh, Failure> {
        let held = |note: &&Note| {
            self.shelves.get(&body_key(wanted.url, version_of(&note.hash))).is_some()
        };
        let old = old.filter(held);
        let mut headers = wanted.headers.to_vec();
        for (name, value) in old.into_iter().flat_map(questions) {
            headers.push((name.to_owned(), value.to_owned()));
        }
        let order = Order {
            headers: &headers,
            origins: wanted.origins,
            ..Order::new(wanted.url, wanted.most)
        };
        let fetched = self.fetcher.fetch(&order, job).map_err(Failure::of_fetch)?;
        let fresh = match (fetched.status, old) {
            (304, Some(old)) => Fresh { note: renewed(old, &fetched), bytes: None, keep: true },
            _ => arrived(fetched),
        };
        if fresh.keep {
            self.put(wanted, &fresh);
        }
        Ok(fresh)
    }

    fn put(&self, wanted: &Wanted<'_>, fresh: &Fresh) {
        let address = wanted.address.to_owned();
        let label = Label { tags: fresh.note.tags.clone(), address, born: wanted.born };
        if let Some(bytes) = &fresh.bytes {
            let key = body_key(wanted.url, version_of(&fresh.note.hash));
            let (head, body) = (String::new(), bytes.clone());
            self.shelves.put(&key, Arc::new(Kept { head, body, label: label.clone() }));
        }
        let head = serde_json::to_string(&fresh.note).unwrap_or_default();
        let kept = Kept { head, body: Arc::default(), label };
        self.shelves.put(&note_key(wanted.url), Arc::new(kept));
    }
}

fn note_key(url: &str) -> String {
    format!("source {url}")
}

fn body_key(url: &str, version: &str) -> String {
    format!("bytes {version} {url}")
}

/// A hash, short.
fn version_of(hash: &str) -> &str {
    hash.get(..32).unwrap_or(hash)
}

fn found(fresh: Fresh) -> Found {
    let note = fresh.note;
    let date = note.last_modified.as_deref().and_then(|date| httpdate::parse_http_date(date).ok());
    Found {
        version: version_of(&note.hash).to_owned(),
        etag: note.etag,
        modified: date.filter(|date| *date <= SystemTime::now()),
        cache_control: note.cache_control,
        tags: note.tags,
        keep: fresh.keep,
        bytes: fresh.bytes,
    }
}

/// What asks whether a source is still the same.
fn questions(note: &Note) -> impl Iterator<Item = (&'static str, &str)> {
    let tag = note.etag.as_deref().map(|tag| ("If-None-Match", tag));
    // A date alone is too coarse beside a tag.
    let date = note.last_modified.as_deref().filter(|_| note.etag.is_none());
    tag.into_iter().chain(date.map(|date| ("If-Modified-Since", date)))
}

/// The old note with what the new answer says.
fn renewed(old: &Note, fetched: &Fetched) -> Note {
    let cache_control = fetched.cache_control.clone().or_else(|| old.cache_control.clone());
    Note { until: until(cache_control.as_deref()), cache_control, ..old.clone() }
}

fn arrived(fetched: Fetched) -> Fresh {
    let keep = may_keep(&fetched);
    let note = Note {
        hash: blake3::hash(&fetched.body).to_hex().to_string(),
        until: until(fetched.cache_control.as_deref()),
        tags: tags(fetched.cache_tag.as_deref()),
        etag: fetched.etag,
        last_modified: fetched.last_modified,
        cache_control: fetched.cache_control,
    };
    Fresh { note, bytes: Some(Arc::new(fetched.body)), keep }
}

/// Whether a source is for everyone.
fn may_keep(fetched: &Fetched) -> bool {
    let control = fetched.cache_control.as_deref();
    let closed =
        directives(control).any(|(name, _)| matches!(name.as_str(), "private" | "no-store"));
    let vary = fetched.vary.as_deref().unwrap_or_default();
    let by_client = vary.split(',').map(|name| name.trim().to_ascii_lowercase());
    let mut by_client =
        by_client.filter(|name| matches!(name.as_str(), "*" | "cookie" | "authorization"));
    !closed && !fetched.personal && by_client.next().is_none()
}

/// Until when a source needs no question, in Unix seconds.
fn until(control: Option<&str>) -> u64 {
    let mut life = None;
    let mut strict = false;
    for (name, value) in directives(control) {
        match name.as_str() {
            "no-cache" => return 0,
            "must-revalidate" | "proxy-revalidate" => strict = true,
            // What is said for shared caches goes before what is said for all.
            "s-maxage" => life = value.parse().ok().or(life),
            "max-age" => life = life.or_else(|| value.parse().ok()),
            _ => {}
        }
    }
    let least = if strict { 0 } else { SHORTEST_LIFE };
    sign::now() + life.unwrap_or(least).clamp(least, LONGEST_LIFE)
}

/// Names in lower case, and values without quotes.
fn directives(control: Option<&str>) -> impl Iterator<Item = (String, &str)> {
    control.unwrap_or_default().split(',').map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"'))
    })
}

/// The names of a `Cache-Tag` header. Ours are not the source's to give.
fn tags(header: Option<&str>) -> Vec<String> {
    let ours = ["image:", "variant:", "account:"];
    let fine = |tag: &&str| {
        (1..=LONGEST_TAG).contains(&tag.len())
            && tag.bytes().all(|byte| byte.is_ascii_graphic())
            && !ours.iter().any(|word| tag.starts_with(word))
    };
    let tags = header.unwrap_or_default().split(',').map(str::trim).filter(fine);
    tags.take(MOST_TAGS).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_lives_at_least_an_hour_unless_it_asks_for_less() {
        for (control, life) in [
            (None, 3600),
            (Some("max-age=60"), 3600),
            (Some("max-age=7200"), 7200),
            (Some("max-age=7200, s-maxage=9000"), 9000),
            (Some("s-maxage=9000, max-age=7200"), 9000),
            (Some("max-age=60, must-revalidate"), 60),
            (Some("must-revalidate"), 0),
            (Some("max-age=soon"), 3600),
            (Some("max-age=99999999999"), LONGEST_LIFE),
        ] {
            let lives = until(control).saturating_sub(sign::now());
            assert!(
                (life..=life + 1).contains(&(lives + 1)) || lives == life,
                "{control:?}: {lives}"
            );
        }
        assert_eq!(until(Some("no-cache")), 0);
    }

    #[test]
    fn what_is_for_one_client_is_not_kept() {
        let with = |control: &str, vary: &str, personal| {
            may_keep(&Fetched {
                cache_control: Some(control.to_owned()),
                vary: Some(vary.to_owned()),
                personal,
                ..Fetched::default()
            })
        };
        assert!(with("public, max-age=5", "Accept, Accept-Encoding", false));
        assert!(with("no-cache", "", false));
        for (control, vary, personal) in [
            ("private", "", false),
            ("max-age=5, NO-STORE", "", false),
            ("private=\"x\"", "", false),
            ("", "Cookie", false),
            ("", "accept, AUTHORIZATION", false),
            ("", "*", false),
            ("", "", true),
        ] {
            assert!(!with(control, vary, personal), "{control} {vary} {personal}");
        }
    }

    #[test]
    fn tags_of_a_source_cannot_pass_for_ours() {
        assert_eq!(tags(Some("a, b-1 ,image:x/y,c d,,account:z")), ["a", "b-1"]);
        assert!(tags(None).is_empty());
    }
}
