//! Purges. When one is acknowledged, no node answers with what was purged.
//!
//! A result is known by tags and by an address: host and path of its source or picture. A URL to
//! purge may name a hosted picture, a transform, or a source; purging too much does no harm, so
//! one that names a hosted image purges all of the image, and one that names a transform purges
//! all results of its source.

use serde_json::{json, Value};

use super::kind::{is_url, Kind};
use super::links;
use super::operation::{field, Answer, Argument, Body, Call, Need, Operation};
use super::query::decoded;
use crate::hosted::Selector;
use crate::url::{self, SourceRef, Url};
use crate::{Error, Result};

/// Items of one purge.
const MOST: usize = 100;
/// Before the paths of hosted images on custom domains.
const CUSTOM: &str = "/cdn-cgi/imagedelivery";
/// Selectors that are handed on at once.
const AT_ONCE: usize = 100;

const ARGUMENTS: &[Argument] = &[
    field("tags", Kind::Texts(MOST), "Results with any of these tags."),
    field("hosts", Kind::Texts(MOST), "Results whose source or picture has one of these hosts."),
    field(
        "prefixes",
        Kind::Texts(MOST),
        "Results whose source or picture has a host and path that begins so: \
         `www.example.com/photos`.",
    ),
    field("files", Kind::Items("PurgeFile", MOST), "URLs of pictures, transforms or sources."),
    field("purge_everything", Kind::Always, "Every result of the account."),
];
const ONE_OF: &[&str] = &["tags", "hosts", "prefixes", "files", "purge_everything"];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "purge",
        method: "POST",
        path: "/client/v4/zones/{zone}/purge_cache",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: ARGUMENTS,
        one_of: ONE_OF,
        result: "Purged",
        doc: "Purges results by tags, hosts, prefixes, URLs, or all of them.",
        run: purge,
    },
    Operation {
        verb: "purge.invalidate",
        method: "POST",
        path: "/client/v4/zones/{zone}/invalidate_cache",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: ARGUMENTS,
        one_of: ONE_OF,
        result: "Purged",
        doc: "The same as `purge`: what is invalid here is never shown again.",
        run: purge,
    },
];

fn purge(call: &Call<'_>) -> Result<Answer> {
    let (hosted, selectors) = (call.api.hosted, selectors(call)?);
    // What is made of sources elsewhere is in no account: it goes with all of the first one's.
    if call.account == hosted.home().id && selectors.contains(&Selector::All) {
        hosted.purge("", &[Selector::All])?;
    }
    for some in selectors.chunks(AT_ONCE) {
        hosted.purge(call.account, some)?;
    }
    Ok(Answer::Json(json!({"id": call.account})))
}

pub(super) fn selectors(call: &Call<'_>) -> Result<Vec<Selector>> {
    if call.value("purge_everything").is_some() {
        return Ok(vec![Selector::All]);
    }
    let mut selectors = Vec::new();
    for tag in texts(call, "tags") {
        selectors.push(Selector::Tag(tag.to_owned()));
    }
    for host in texts(call, "hosts") {
        let host = host.to_ascii_lowercase();
        selectors.push(Selector::Prefix(format!("{host}/")));
        if is_own(call, &host) {
            selectors.push(Selector::All);
        }
    }
    for prefix in texts(call, "prefixes") {
        let address = address(prefix);
        if let Some(path) = local(call, &address).and_then(decoded) {
            selectors.extend(above(&path).map(|image| Selector::Address(image.to_owned())));
            selectors.push(Selector::Prefix(path));
        }
        selectors.push(Selector::Prefix(address));
    }
    for file in call.value("files").and_then(Value::as_array).into_iter().flatten() {
        let url = file.as_str().or_else(|| file.get("url")?.as_str());
        let url = url.filter(|url| is_url(url));
        let url = url.ok_or_else(|| Error::invalid("files", "urls or objects with url", file))?;
        selectors.extend(of_file(call, url)?);
    }
    Ok(selectors)
}

fn texts<'a>(call: &'a Call<'_>, name: &str) -> impl Iterator<Item = &'a str> {
    call.value(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// What a URL is about.
fn of_file(call: &Call<'_>, text: &str) -> Result<Vec<Selector>> {
    let address = address(text);
    let local = local(call, &address);
    let own = call.api.hosted.account(call.account)?;
    let mut selectors = vec![Selector::Address(address.clone())];
    selectors.extend(local.and_then(decoded).map(Selector::Address));
    match url::parse_with(local.unwrap_or(text), true) {
        Ok(Url::Delivery(delivery)) if delivery.account == own.hash => {
            selectors.push(Selector::Tag(format!("image:{}/{}", own.id, delivery.image)));
        }
        Ok(Url::Transform(transform)) => match transform.source_ref() {
            Ok(SourceRef::Remote { url, .. }) => {
                selectors.push(Selector::Address(self::address(&url)));
            }
            Ok(SourceRef::Path(path)) => {
                let host = address.split('/').next().unwrap_or_default();
                selectors.push(Selector::Address(format!("{host}{path}")));
                selectors.extend(decoded(&path).map(Selector::Address));
            }
            Err(_) => {}
        },
        _ => {}
    }
    Ok(selectors)
}

/// The paths above a path: a prefix that ends within the name of a variant is about the image
/// too, and the address of its results ends with the image.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).filter(|above| above.len() > 1)
}

/// Host and path of a URL: no scheme, no fragment, the host in lower case.
fn address(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or(rest);
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    format!("{}{path}", host.to_ascii_lowercase())
}

/// The path alone, below the mount, of an address on a host of our own: decoded, that is how
/// hosted images and files of the source folder are known, which stand for every host.
fn local<'a>(call: &Call<'_>, address: &'a str) -> Option<&'a str> {
    let (host, path) = address.split_at(address.find('/')?);
    let after = |path: &'a str, word: &str| {
        path.strip_prefix(word).filter(|rest| rest.starts_with('/')).unwrap_or(path)
    };
    let below = after(path, call.api.mount.trim_end_matches('/'));
    is_own(call, host).then(|| after(below, CUSTOM))
}

/// Whether a host leads to this service.
fn is_own(call: &Call<'_>, host: &str) -> bool {
    let base = links::base(call.api);
    let own = address(&base);
    own.split('/').next() == Some(host)
        || call.api.hosted.account_by_host(host).is_ok_and(|found| found.id == call.account)
}
