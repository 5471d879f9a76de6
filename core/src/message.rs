//! HTTP requests and responses as plain data: what a host hands to a service and gets back.

use std::ops::Range;
use std::sync::Arc;

/// A request as the host's server received it. Everything is borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `GET`, `POST`, in upper case.
    pub method: &'a str,
    /// Path and query as they were sent, not decoded.
    pub target: &'a str,
    /// Headers in the order they came; names in any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The whole body.
    pub body: &'a [u8],
}

/// What the host's server sends back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers in the order they are sent.
    pub headers: Vec<(String, String)>,
    /// The body; empty for `HEAD`.
    pub body: Body,
}

/// Bytes of a response, shared with whoever keeps them: cloning one copies no bytes.
#[derive(Debug, Clone, Default)]
pub struct Body {
    bytes: Arc<Vec<u8>>,
    part: Range<usize>,
}

impl<'a> Request<'a> {
    /// A request without headers and body.
    pub fn new(method: &'a str, target: &'a str) -> Self {
        Request { method, target, headers: &[], body: &[] }
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    }

    /// The target up to the `?`.
    pub fn path(&self) -> &'a str {
        self.target.split_once('?').map_or(self.target, |(path, _)| path)
    }

    /// The target behind the `?`, where there is one.
    pub fn query(&self) -> Option<&'a str> {
        self.target.split_once('?').map(|(_, query)| query)
    }
}

impl Response {
    /// A response without headers.
    pub fn new(status: u16, body: impl Into<Body>) -> Self {
        Response { status, headers: Vec::new(), body: body.into() }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Body {
    /// A part of bytes that somebody else keeps as well; what lies behind their end is left out.
    pub fn part(bytes: Arc<Vec<u8>>, part: Range<usize>) -> Self {
        let end = part.end.min(bytes.len());
        Body { part: part.start.min(end)..end, bytes }
    }

    /// The bytes, copied only where somebody else keeps them as well or this is a part of them.
    pub fn into_vec(self) -> Vec<u8> {
        if self.len() != self.bytes.len() {
            return self.to_vec();
        }
        Arc::try_unwrap(self.bytes).unwrap_or_else(|shared| shared.to_vec())
    }
}

impl std::ops::Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.part.clone()]
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl From<Arc<Vec<u8>>> for Body {
    fn from(bytes: Arc<Vec<u8>>) -> Self {
        Body { part: 0..bytes.len(), bytes }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Arc::new(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_path_query_and_headers_of_any_case() {
        let headers = [("ACCEPT", "image/webp"), ("accept", "image/avif")];
        let request = Request { headers: &headers, ..Request::new("GET", "/a%20b?c=d?e") };
        assert_eq!((request.path(), request.query()), ("/a%20b", Some("c=d?e")));
        assert_eq!(request.header("Accept"), Some("image/webp"));
        assert_eq!(Request::new("GET", "/a").query(), None);
    }

    #[test]
    fn a_part_of_a_body_stays_within_it() {
        let bytes = Arc::new(b"abcdef".to_vec());
        assert_eq!(&*Body::part(bytes.clone(), 2..4), b"cd");
        assert_eq!(&*Body::part(bytes.clone(), 4..9), b"ef");
        assert_eq!(&*Body::part(bytes, 8..9), b"");
        assert_eq!(&*Body::from("text".to_owned()), b"text");
    }

    #[test]
    fn bytes_that_nobody_else_keeps_are_given_up_as_they_are() {
        let (own, kept) = (b"own".to_vec(), Arc::new(b"kept".to_vec()));
        let address = own.as_ptr();
        let back = Body::from(own).into_vec();
        assert_eq!(back.as_ptr(), address);
        assert_eq!(Body::from(kept.clone()).into_vec(), b"kept");
        assert_eq!(Body::part(kept, 1..3).into_vec(), b"ep");
    }
}
