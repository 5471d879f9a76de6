//! What the protocols share: encoding, requests, and what an answer means.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{Got, Trouble};
use crate::fetch::{Answered, Asked, Client};
use crate::sign::escape::percent_encode;
use crate::{Error, Job, Kind};

/// Bytes that one page of a listing may have.
pub(super) const PAGE: u64 = 16 << 20;

/// Percent-encodes everything but letters, digits and `-._~`; slashes stay where `slashes` says so.
pub(super) fn encode(text: &str, slashes: bool) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    percent_encode(text, |byte| plain(byte) || slashes && byte == b'/')
}

/// A query whose names and values are encoded, in the order of the names.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let mut parts: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name, false), encode(value, false)))
        .collect();
    parts.sort_unstable();
    parts.join("&")
}

/// The time now, as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn http_time() -> String {
    httpdate::fmt_http_date(SystemTime::now())
}

/// The time now in Unix seconds.
pub(super) fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// Asks for a page of a listing, or whatever the whole job needs.
pub(super) fn page(
    client: &Client,
    url: &str,
    headers: &[(String, String)],
    job: &Job,
) -> Result<Answered, Trouble> {
    let answered = client.ask(&Asked::get(url, headers, PAGE), job);
    let answered = answered.map_err(Trouble::of)?;
    match answered.status {
        200 if answered.too_large => Err(lasting("a page of the listing has more than 16 MiB")),
        200 => Ok(answered),
        status => Err(of_listing(status)),
    }
}

/// Asks for an object.
pub(super) fn object(
    client: &Client,
    url: &str,
    headers: &[(String, String)],
    most: u64,
    job: &Job,
) -> Result<Got, Trouble> {
    let answered = client.ask(&Asked::get(url, headers, most), job);
    let answered = answered.map_err(Trouble::of)?;
    match answered.status {
        200 if answered.too_large => Err(too_large(most)),
        200 => {
            let etag = answered.header("etag");
            Ok(Got::Bytes(answered.body, etag))
        }
        304 => Ok(Got::Same),
        status => Err(of_object(status)),
    }
}

pub(super) fn too_large(most: u64) -> Trouble {
    Trouble::Object(format!("upload bytes: limit {most}, got more"))
}

pub(super) fn lasting(message: &str) -> Trouble {
    Trouble::Lasting(Error::new(Kind::Forbidden, message))
}

fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

/// What a status means where the whole job depends on it.
pub(super) fn of_listing(status: u16) -> Trouble {
    match status {
        _ if is_passing(status) => passing(status),
        301 | 302 | 307 | 308 => lasting("the source is at another address or region"),
        400 => lasting("the source refused the listing (status 400)"),
        401 | 403 => lasting("the source refused the credentials"),
        404 => lasting("there is no such bucket, list or account at the source"),
        _ => lasting(&format!("the source answered status {status}")),
    }
}

fn passing(status: u16) -> Trouble {
    Trouble::Passing(Error::new(Kind::Storage, format!("the source answered status {status}")))
}

/// What a status means for one object.
pub(super) fn of_object(status: u16) -> Trouble {
    match status {
        _ if is_passing(status) => passing(status),
        401 | 403 => Trouble::Object(format!("the source refused it (status {status})")),
        404 | 410 => Trouble::Object("it is not there any more".to_owned()),
        _ => Trouble::Object(format!("the source answered status {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_byte_by_byte() {
        assert_eq!(encode("a b+c%2F/é~", true), "a%20b%2Bc%252F/%C3%A9~");
        assert_eq!(encode("/a//b/./..", true), "/a//b/./..");
        assert_eq!(encode("a/b", false), "a%2Fb");
        assert_eq!(query(&[("z", "a b"), ("a", "/"), ("a-", "")]), "a-=&a=%2F&z=a%20b");
    }
}
