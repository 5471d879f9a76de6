//! A list of addresses on the web, or a sitemap: what it names is fetched, guarded.
//!
//! A page is a part of one file of the list. The file that was read last is held, so that its
//! parts need no second request; where a job goes on elsewhere, the file is begun again, and what
//! was found of it before is known.

use std::sync::{Arc, Mutex, PoisonError};

use super::sitemap::{self, Entries};
use super::wire::{of_object, too_large};
use super::{needed, Got, Listed, Object, Store, Tried, Trouble};
use crate::delivery::Situation;
use crate::fetch::{Fetcher, Order};
use crate::import::source::{Credentials, SourceFields};
use crate::sign::escape::percent_decode;
use crate::storage::catalog::ImportItem;
use crate::{Job, Kind, Result};

/// Bytes of one file of a list.
const FILE: u64 = 16 << 20;
/// Addresses of one page.
const PAGE: usize = 1000;
/// Files of a list, the first one included.
const MOST_FILES: usize = 1000;

pub(super) struct Web {
    fetcher: Arc<Fetcher>,
    url: String,
    path: String,
    authorization: Option<String>,
    /// The file that was read last, by its number.
    held: Mutex<Option<(usize, Arc<Entries>)>>,
    /// The files that the list names besides itself.
    files: Mutex<Option<Arc<Vec<String>>>>,
}

impl Web {
    pub(super) fn open(
        fields: &SourceFields,
        credentials: Credentials,
        path: &str,
        fetcher: Arc<Fetcher>,
    ) -> Result<Self> {
        Ok(Web {
            fetcher,
            url: needed("url", &fields.url)?.to_owned(),
            path: path.to_owned(),
            authorization: credentials.authorization,
            held: Mutex::new(None),
            files: Mutex::new(None),
        })
    }

    fn file(&self, url: &str, job: &Job) -> Tried<Entries> {
        let headers = self.headers(url);
        let order = Order { headers: &headers, ..Order::new(url, FILE) };
        match self.fetcher.fetch(&order, job) {
            Ok(fetched) => sitemap::read(&fetched.body, &fetched.url),
            Err(failure) => Err(match failure.error.kind() {
                Kind::NotFound | Kind::TooLarge => Trouble::Lasting(failure.error),
                _ => Trouble::of(failure.error),
            }),
        }
    }

    /// What the list's own host is told of who asks; no other one.
    fn headers(&self, url: &str) -> Vec<(String, String)> {
        let host = |url: &str| crate::fetch::Target::read(url).ok();
        let own = host(url).zip(host(&self.url)).is_some_and(|(a, b)| a.is_same_place(&b));
        let value = self.authorization.clone().filter(|_| own);
        value.into_iter().map(|value| ("authorization".to_owned(), value)).collect()
    }

    /// The entries of file `number`, and how many files there are.
    fn entries(&self, number: usize, job: &Job) -> Tried<(Arc<Entries>, usize)> {
        let known = self.files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let files = match known {
            Some(files) => files,
            None => {
                let first = Arc::new(self.file(&self.url, job)?);
                let files: Vec<String> = first.lists.iter().take(MOST_FILES - 1).cloned().collect();
                let files = Arc::new(files);
                *self.files.lock().unwrap_or_else(PoisonError::into_inner) = Some(files.clone());
                self.hold(0, &first);
                files
            }
        };
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, entries)) = held.filter(|(at, _)| *at == number) {
            return Ok((entries, files.len() + 1));
        }
        let url = match number.checked_sub(1) {
            None => Some(&self.url),
            Some(at) => files.get(at),
        };
        let read = url.map(|url| self.file(url, job)).transpose()?;
        let entries = Arc::new(read.unwrap_or_default());
        self.hold(number, &entries);
        Ok((entries, files.len() + 1))
    }

    fn hold(&self, number: usize, entries: &Arc<Entries>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some((number, entries.clone()));
    }

    fn holds(&self, number: usize) -> bool {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().is_some_and(|(at, _)| *at == number)
    }
}

impl Store for Web {
    fn list(&self, cursor: &str, job: &Job) -> Tried<Listed> {
        let (number, from) = cursor.split_once(':').unwrap_or(("0", "0"));
        let number: usize = number.parse().unwrap_or(0);
        // Another process read it, and it may be another one by now.
        let from = if self.holds(number) { from.parse().unwrap_or(0) } else { 0 };
        let (entries, files) = self.entries(number, job)?;
        let end = entries.pictures.len().min(from + PAGE);
        let part = entries.pictures.get(from..end).unwrap_or_default();
        let objects =
            part.iter().filter(|url| self.id(url).starts_with(&self.path)).map(|url| object(url));
        let cursor = match (end < entries.pictures.len(), number + 1 < files) {
            (true, _) => Some(format!("{number}:{end}")),
            (false, true) => Some(format!("{}:0", number + 1)),
            (false, false) => None,
        };
        Ok(Listed { objects: objects.collect(), cursor })
    }

    fn get(&self, item: &ImportItem, known: &str, most: u64, job: &Job) -> Tried<Got> {
        let mut headers = self.headers(&item.key);
        if !known.is_empty() {
            headers.push(("if-none-match".to_owned(), known.to_owned()));
        }
        let order = Order { headers: &headers, ..Order::new(&item.key, most) };
        let failure = match self.fetcher.fetch(&order, job) {
            Ok(fetched) if fetched.status == 304 => return Ok(Got::Same),
            Ok(fetched) => return Ok(Got::Bytes(fetched.body, fetched.etag)),
            Err(failure) => failure,
        };
        Err(match (failure.situation, failure.error.kind()) {
            (_, Kind::Cancelled) => Trouble::Stopped(failure.error),
            (Situation::SourceMissing, _) => of_object(404),
            (Situation::SourceTooLarge, _) => too_large(most),
            // Another address may be at another server, so these are about this one alone.
            (_, Kind::Forbidden | Kind::Invalid | Kind::NotFound | Kind::Malformed) => {
                Trouble::Object(failure.error.message().to_owned())
            }
            _ => Trouble::Passing(failure.error),
        })
    }

    /// The address behind its host, decoded: what the host calls the picture.
    fn id(&self, key: &str) -> String {
        let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
        let path = rest.split_once('/').map_or("", |(_, path)| path);
        let (path, query) = path.split_once('?').map_or((path, None), |(a, b)| (a, Some(b)));
        let plain = percent_decode(path).and_then(|bytes| String::from_utf8(bytes).ok());
        let plain = plain.unwrap_or_else(|| path.to_owned());
        query.map_or(plain.clone(), |query| format!("{plain}?{query}"))
    }
}

fn object(url: &str) -> Object {
    Object { key: url.to_owned(), ..Object::default() }
}
