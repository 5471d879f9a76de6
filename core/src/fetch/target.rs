//! A URL taken apart once: what is checked is what is connected to and sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::delivery::Situation;
use crate::sign::escape::percent_decode;

/// Longest URL, in bytes.
const LONGEST: usize = 16 << 10;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whether it goes over TLS.
    pub https: bool,
    /// The host.
    pub host: Host,
    /// The port.
    pub port: u16,
    /// Path and query, as they are sent.
    pub path: String,
    /// `user:password`, not encoded.
    pub credentials: Option<String>,
}

/// The host of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name in lower case, without a dot at its end.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl Target {
    /// Takes `url` apart. What some clients mend and others do not (backslashes, spaces, missing
    /// slashes, addresses in octal) is refused, so that nobody reads another host in it.
    pub fn read(url: &str) -> Result<Self, Situation> {
        let clean = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#".contains(&byte));
        if !clean || url.len() > LONGEST {
            return Err(Situation::UrlNotFetchable);
        }
        let (scheme, rest) = url.split_once("://").ok_or(Situation::UrlNotFetchable)?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(Situation::UrlNotFetchable),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let (host, port) = read_place(place).ok_or(Situation::UrlNotAllowed)?;
        let credentials = user.map(read_user).transpose()?;
        let port = port.unwrap_or(if https { 443 } else { 80 });
        Ok(Target { https, host, port, path: sendable(path), credentials })
    }

    /// Where a redirect from here leads: `location` may be a whole URL or a part of one.
    pub fn join(&self, location: &str) -> Result<Self, Situation> {
        let location = location.split('#').next().unwrap_or_default();
        let location = escape(location).ok_or(Situation::RedirectNotAllowed)?;
        if let Some(rest) = location.strip_prefix("//") {
            let scheme = if self.https { "https" } else { "http" };
            return Self::read(&format!("{scheme}://{rest}"));
        }
        if has_scheme(&location) {
            return Self::read(&location);
        }
        if location.contains('\\') {
            return Err(Situation::RedirectNotAllowed);
        }
        let base = self.path.split('?').next().unwrap_or_default();
        let path = match location.as_bytes().first() {
            None => return Err(Situation::RedirectNotAllowed),
            Some(b'/') => location,
            Some(b'?') => format!("{base}{location}"),
            Some(_) => format!("{}/{location}", base.rsplit_once('/').map_or("", |it| it.0)),
        };
        Ok(Target { path: sendable(&without_dots(&path)), ..self.clone() })
    }

    /// Whether another target has the same scheme, host and port.
    pub fn is_same_place(&self, other: &Target) -> bool {
        (self.https, &self.host, self.port) == (other.https, &other.host, other.port)
    }

    /// The URL without credentials.
    pub fn url(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        let port = match (self.https, self.port) {
            (true, 443) | (false, 80) => String::new(),
            (_, port) => format!(":{port}"),
        };
        format!("{scheme}://{}{port}{}", self.host.text(), self.path)
    }
}

impl Host {
    /// As it stands in a URL.
    pub fn text(&self) -> String {
        match self {
            Host::Name(name) => name.clone(),
            Host::Address(IpAddr::V4(address)) => address.to_string(),
            Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
        }
    }

    /// Reads the host of a URL.
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Some(inside) = text.strip_prefix('[') {
            let address: Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
            return Some(Host::Address(address.into()));
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let is_label = |label: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            (1..=63).contains(&label.len()) && label.bytes().all(plain)
        };
        if name.len() > 253 || !name.split('.').all(is_label) {
            return None;
        }
        // What ends in a number is an address to every client, in octal and hexadecimal too; here
        // it must be written as one.
        match name.rsplit('.').next().is_some_and(is_number) {
            true => name.parse::<Ipv4Addr>().ok().map(|address| Host::Address(address.into())),
            false => Some(Host::Name(name)),
        }
    }
}

fn is_number(label: &str) -> bool {
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    label.bytes().all(|byte| byte.is_ascii_digit()) || label.strip_prefix("0x").is_some_and(is_hex)
}

/// Host and port of `host[:port]`.
pub(super) fn read_place(text: &str) -> Option<(Host, Option<u16>)> {
    let end = match text.starts_with('[') {
        true => text.find(']')? + 1,
        false => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(end);
    let port = match port.strip_prefix(':') {
        Some(digits) => Some(read_port(digits)?),
        None if port.is_empty() => None,
        None => return None,
    };
    Some((Host::read(host)?, port))
}

fn read_port(digits: &str) -> Option<u16> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

/// `user:password` with its percent-encoding undone.
fn read_user(text: &str) -> Result<String, Situation> {
    let decoded = percent_decode(text).and_then(|bytes| String::from_utf8(bytes).ok());
    let fine = |decoded: &String| !decoded.chars().any(char::is_control) && !text.contains('@');
    decoded.filter(fine).ok_or(Situation::UrlNotAllowed)
}

/// A path as every HTTP server takes it; one that is missing is the root.
fn sendable(path: &str) -> String {
    let mut sent = String::with_capacity(path.len() + 1);
    if !path.starts_with('/') {
        sent.push('/');
    }
    for letter in path.chars() {
        match letter {
            '"' | '<' | '>' | '`' | '{' | '}' | '|' | '^' => {
                sent.push_str(&format!("%{:02X}", letter as u32));
            }
            _ => sent.push(letter),
        }
    }
    sent
}

/// Percent-encodes spaces and letters beyond ASCII, which servers put into `Location`.
fn escape(text: &str) -> Option<String> {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.trim().bytes() {
        match byte {
            0x21..=0x7e => escaped.push(char::from(byte)),
            b' ' | 0x80.. => escaped.push_str(&format!("%{byte:02X}")),
            _ => return None,
        }
    }
    Some(escaped)
}

fn has_scheme(text: &str) -> bool {
    let Some((name, _)) = text.split_once(':') else { return false };
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Takes `.` and `..` out of a path.
fn without_dots(path: &str) -> String {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (path, String::new()),
    };
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (at, segment) in segments.iter().enumerate() {
        let last = at + 1 == segments.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}{query}", kept.join("/"))
}
