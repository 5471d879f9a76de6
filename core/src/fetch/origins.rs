//! From where sources may be fetched (reference §1.11).

use super::target::{read_place, Host, Target};
use crate::sign::escape::percent_decode;
use crate::{Error, Result};

/// The places that sources may come from.
///
/// | entry | allows |
/// |---|---|
/// | `b.com` | this host, at its scheme's own port |
/// | `*.b.com` | this host and every host below it |
/// | `b.com:8443` | this host at this port |
/// | `b.com/themes` | paths of this host that begin with these segments |
/// | `https://b.com` | the same as without the scheme, and no `http` |
/// | `*` | everything |
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// `None` for every host.
    host: Option<Host>,
    below: bool,
    https: Option<bool>,
    port: Option<u16>,
    /// Segments, decoded.
    path: Vec<Vec<u8>>,
}

impl Origins {
    /// Reads the entries of a list.
    pub fn read<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        entries.into_iter().map(Entry::read).collect::<Result<_>>().map(Origins)
    }

    /// The same and `entry`.
    pub fn with(mut self, entry: &str) -> Result<Self> {
        self.0.push(Entry::read(entry)?);
        Ok(self)
    }

    /// Whether `target` is in the list.
    pub fn allow(&self, target: &Target) -> bool {
        self.0.iter().any(|entry| entry.allows(target))
    }

    /// Whether an entry names the port of `target` along with its host.
    pub fn name_port(&self, target: &Target) -> bool {
        self.0.iter().any(|entry| entry.port.is_some() && entry.allows(target))
    }
}

impl Entry {
    fn read(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("allowed origin", "a host such as b.com or *.b.com", text);
        let (https, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
            Some(_) => return Err(wrong()),
            None => (None, text),
        };
        let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = segments(path).ok_or_else(wrong)?;
        if place == "*" {
            return Ok(Entry { host: None, below: false, https, port: None, path });
        }
        let (below, place) = match place.strip_prefix("*.") {
            Some(place) => (true, place),
            None => (false, place),
        };
        let (host, port) = read_place(place).ok_or_else(wrong)?;
        Ok(Entry { host: Some(host), below, https, port, path })
    }

    fn allows(&self, target: &Target) -> bool {
        let own = if target.https { 443 } else { 80 };
        self.is_host(&target.host)
            && self.https.is_none_or(|https| https == target.https)
            && (self.host.is_none() || self.port.unwrap_or(own) == target.port)
            && self.is_path(&target.path)
    }

    fn is_host(&self, host: &Host) -> bool {
        let Some(mine) = &self.host else { return true };
        if mine == host {
            return true;
        }
        let (Host::Name(mine), Host::Name(name)) = (mine, host) else { return false };
        let above = name.strip_suffix(mine.as_str()).and_then(|rest| rest.strip_suffix('.'));
        self.below && above.is_some()
    }

    /// A path that a server could read in two ways is in no folder.
    fn is_path(&self, path: &str) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        self.path.is_empty() || segments(path).is_some_and(|found| found.starts_with(&self.path))
    }
}

/// The segments of a path, decoded; empty ones at its end do not count. `None` when one of them
/// would lead elsewhere.
fn segments(path: &str) -> Option<Vec<Vec<u8>>> {
    let path = path.trim_end_matches('/');
    let decode = |segment: &str| {
        let bytes = percent_decode(segment)?;
        // Encoded twice, a server that decodes twice would see dots and slashes in it.
        let twice = std::str::from_utf8(&bytes).ok().and_then(percent_decode);
        let strange = |bytes: &[u8]| {
            matches!(bytes, b"" | b"." | b"..")
                || bytes.iter().any(|byte| matches!(byte, b'/' | b'\\' | b';' | 0..=31))
        };
        let fine = !strange(&bytes) && !twice.is_some_and(|bytes| strange(&bytes));
        fine.then_some(bytes)
    };
    path.split('/').skip(1).map(decode).collect()
}
