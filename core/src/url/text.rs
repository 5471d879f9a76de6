//! Pieces that every form shares: clean text, hosts, options.

use super::{Part, Rejection, LONGEST};
use crate::options::{Options, Parsed};
use crate::sign::escape::{percent_decode, percent_encode};
use crate::{Error, Result};

/// `text` as it may stand in a message: on one line.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_debug).collect()
}

/// Refuses what no request can carry.
pub(super) fn check(text: &str) -> Result<()> {
    if text.len() > LONGEST {
        return Err(Error::too_large("url", format!("{LONGEST} bytes"), text.len()));
    }
    let refused = |letter: char| letter.is_control() || letter == '\\' || letter == '#';
    match text.chars().find(|&letter| refused(letter)) {
        Some('#') => Err(Error::invalid("url", "# written as %23", shown(text))),
        Some(_) => Err(Error::invalid("url", "no control characters and no \\", shown(text))),
        None => Ok(()),
    }
}

/// Percent-encodes what a browser would: spaces and letters beyond ASCII, with a warning.
pub(super) fn as_sent(name: &str, text: &str, warnings: &mut Vec<String>) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    if text.contains(' ') {
        warnings.push(format!("{name}: spaces should be written as %20"));
    }
    if !text.is_ascii() {
        warnings.push(format!("{name}: letters beyond ascii should be percent-encoded"));
    }
    percent_encode(text, |byte| byte.is_ascii_graphic())
}

/// Undoes percent-encoding, once; the result is text.
pub(super) fn decode(name: &str, text: &str) -> Result<String> {
    percent_decode(text)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Error::invalid(name, "percent-encoded UTF-8", shown(text)))
}

/// Splits `https://host` off; what is left begins with `/`.
pub(super) fn split_host(text: &str) -> Result<(Option<String>, &str)> {
    if text.starts_with('/') {
        return Ok((None, text));
    }
    let Some((scheme, rest)) = split_scheme(text) else {
        return Err(Error::invalid("url", "a path, https:// or http://", shown(text)));
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = read_authority("host", authority)?;
    if !path.starts_with('/') {
        return Err(Error::invalid("url", "a path after the host", shown(text)));
    }
    Ok((Some(join_host(scheme, &host, port)), path))
}

/// A host as [`split_host`] gives it, from a host that a caller wrote.
pub(super) fn read_host(text: &str) -> Result<String> {
    check(text)?;
    match split_scheme(text) {
        Some((scheme, rest)) => {
            let (host, port) = read_authority("host", rest)?;
            Ok(join_host(scheme, &host, port))
        }
        None => Err(Error::invalid("host", "https:// or http:// and a name", shown(text))),
    }
}

fn join_host(scheme: &str, host: &str, port: Option<u16>) -> String {
    match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}

/// The scheme in lower case and what follows `://`, for `http` and `https` alone.
pub(super) fn split_scheme(text: &str) -> Option<(&'static str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    ["https", "http"].into_iter().find(|name| name.eq_ignore_ascii_case(scheme)).map(|s| (s, rest))
}

/// Host in lower case and port of `host[:port]`. User names are refused: what stands before an
/// `@` is made to be taken for the host.
pub(super) fn read_authority(name: &str, text: &str) -> Result<(String, Option<u16>)> {
    let wrong = || Error::invalid(name, "a host name with an optional port", shown(text));
    let host_end = match text.starts_with('[') {
        true => text.find(']').map(|at| at + 1).ok_or_else(wrong)?,
        false => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(host_end);
    let port = match port.strip_prefix(':') {
        Some(digits) => Some(read_port(digits).ok_or_else(wrong)?),
        None if port.is_empty() => None,
        None => return Err(wrong()),
    };
    match is_host(host) {
        true => Ok((host.to_ascii_lowercase(), port)),
        false => Err(wrong()),
    }
}

fn read_port(digits: &str) -> Option<u16> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let labels = host.strip_suffix('.').unwrap_or(host);
    host.len() <= 253
        && labels.split('.').all(|label| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            (1..=63).contains(&label.len()) && label.bytes().all(plain)
        })
}

/// Reads the options segment of a URL.
pub(super) fn read_options(text: &str, lenient: bool) -> std::result::Result<Parsed, Rejection> {
    let rejected = |error| Rejection { part: Part::Options, error };
    let fail = |expected| Err(rejected(Error::invalid("options", expected, shown(text))));
    if text.is_empty() {
        return fail("at least one, such as width=400");
    }
    // A brace would make the parser read JSON, which has no place in a URL.
    if text.starts_with('{') {
        return fail("name=value pairs");
    }
    if text.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return fail("no spaces and only ascii");
    }
    Options::parse_with(text, lenient).map_err(rejected)
}
