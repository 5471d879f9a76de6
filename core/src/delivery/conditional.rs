//! Conditional and range requests (RFC 9110 §13, §14): from a whole result to what one client
//! needs of it.

use std::time::{Duration, SystemTime};

use super::etag::{if_match, if_none_match, is_same};
use super::range::{content_range, multipart, ranges, slice, Parts};

/// What a request says about the copy that its client has, and the part that it wants.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
    if_modified_since: Option<String>,
    if_unmodified_since: Option<String>,
    if_range: Option<String>,
    range: Option<String>,
}

/// What a client can recognise a result by.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Validators<'a> {
    /// Its `ETag`.
    pub etag: Option<&'a str>,
    /// When it was changed last.
    pub modified: Option<SystemTime>,
}

/// Why a request needs no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The client has the very same: 304.
    NotModified,
    /// The client wanted to go on with something that is no longer there: 412.
    Failed,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// 200, 206 or 416.
    pub status: u16,
    /// `Content-Type`, when it is not the result's own.
    pub content_type: Option<String>,
    /// `Content-Range`, where there is one.
    pub content_range: Option<String>,
    /// The part of the body; empty for 200, which sends the whole.
    pub body: Vec<u8>,
}

impl Conditions {
    /// Reads the headers that matter; names are compared without case, the rest is ignored.
    pub fn from_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut conditions = Conditions::default();
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if let Some(slot) = conditions.slot(&name) {
                *slot = Some(match slot.take() {
                    Some(list) => format!("{list}, {value}"),
                    None => value.to_owned(),
                });
            }
        }
        conditions
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "if-match" => Some(&mut self.if_match),
            "if-none-match" => Some(&mut self.if_none_match),
            "if-modified-since" => Some(&mut self.if_modified_since),
            "if-unmodified-since" => Some(&mut self.if_unmodified_since),
            "if-range" => Some(&mut self.if_range),
            "range" => Some(&mut self.range),
            _ => None,
        }
    }

    /// Whether [`Conditions::check`] could spare the work.
    pub fn is_conditional(&self) -> bool {
        let all = [
            &self.if_match,
            &self.if_none_match,
            &self.if_modified_since,
            &self.if_unmodified_since,
        ];
        all.iter().any(|header| header.is_some())
    }

    /// Whether a result is needed at all, in the standard's order: a tag decides alone where
    /// there is one.
    pub fn check(&self, validators: &Validators) -> Option<Verdict> {
        let Validators { etag, modified } = *validators;
        let changed = |header: &Option<String>| {
            let since = httpdate::parse_http_date(header.as_deref()?).ok()?;
            // Dates have whole seconds.
            Some(modified? >= since + Duration::from_secs(1))
        };
        let failed = match &self.if_match {
            Some(list) => !if_match(list, etag),
            None => changed(&self.if_unmodified_since) == Some(true),
        };
        let current = match &self.if_none_match {
            Some(list) => if_none_match(Some(list), etag),
            None => changed(&self.if_modified_since) == Some(false),
        };
        match (failed, current) {
            (true, _) => Some(Verdict::Failed),
            (_, true) => Some(Verdict::NotModified),
            _ => None,
        }
    }

    /// The part of `body`, of media type `kind`, that the request wants. For `GET` alone: no
    /// other method has ranges.
    pub fn select(&self, validators: &Validators, kind: &str, body: &[u8]) -> Selected {
        let length = body.len() as u64;
        let range = self.range.as_deref().filter(|_| self.has_same(validators));
        let sent = |status, content_type, content_range, body| Selected {
            status,
            content_type,
            content_range,
            body,
        };
        match ranges(range, length) {
            Parts::Whole => sent(200, None, None, Vec::new()),
            Parts::Unsatisfiable => sent(416, None, Some(format!("bytes */{length}")), Vec::new()),
            Parts::Some(parts) => match &parts[..] {
                [part] => {
                    let content = slice(body, part).to_vec();
                    sent(206, None, Some(content_range(part, length)), content)
                }
                parts => {
                    let (kind, content) = multipart(body, parts, kind);
                    sent(206, Some(kind), None, content)
                }
            },
        }
    }

    /// Whether the client's first bytes are of this very result, as far as `If-Range` says: only
    /// a strong tag or the exact date will do.
    fn has_same(&self, validators: &Validators) -> bool {
        let Some(known) = self.if_range.as_deref().map(str::trim) else { return true };
        if known.ends_with('"') {
            return validators.etag.is_some_and(|tag| is_same(tag, known));
        }
        validators.modified.is_some_and(|time| httpdate::fmt_http_date(time) == known)
    }
}

/// When a result was changed, in the words of `Last-Modified`.
pub fn last_modified(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";

    fn validators() -> Validators<'static> {
        let modified = httpdate::parse_http_date(DATE).unwrap() + Duration::from_millis(400);
        Validators { etag: Some("\"a\""), modified: Some(modified) }
    }

    fn check(headers: &[(&str, &str)]) -> Option<Verdict> {
        Conditions::from_headers(headers.iter().copied()).check(&validators())
    }

    #[test]
    fn a_known_tag_or_date_needs_no_result() {
        for header in [
            ("If-None-Match", "\"a\""),
            ("if-none-match", "\"b\", W/\"a\""),
            ("If-None-Match", "*"),
            ("If-Modified-Since", DATE),
            ("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT"),
            ("If-Modified-Since", "Sun Nov  6 08:49:37 1994"),
            ("If-Modified-Since", "Tue, 01 Jan 2030 00:00:00 GMT"),
        ] {
            assert_eq!(check(&[header]), Some(Verdict::NotModified), "{header:?}");
        }
        for header in [
            ("If-None-Match", "\"b\""),
            ("If-None-Match", "a"),
            ("If-Modified-Since", EARLIER),
            ("If-Modified-Since", "yesterday"),
            ("If-Modified-Since", ""),
        ] {
            assert_eq!(check(&[header]), None, "{header:?}");
        }
    }

    #[test]
    fn a_tag_decides_alone_where_there_is_one() {
        assert_eq!(check(&[("if-none-match", "\"b\""), ("if-modified-since", DATE)]), None);
        let both = [("if-match", "\"a\""), ("if-unmodified-since", EARLIER)];
        assert_eq!(check(&both), None);
    }

    #[test]
    fn two_lines_of_tags_are_one_list() {
        let lines = [("if-none-match", "\"b\""), ("If-None-Match", "\"a\"")];
        assert_eq!(check(&lines), Some(Verdict::NotModified));
    }

    #[test]
    fn a_client_that_goes_on_with_something_else_is_refused() {
        for header in
            [("If-Match", "\"b\""), ("If-Match", "W/\"a\""), ("If-Unmodified-Since", EARLIER)]
        {
            assert_eq!(check(&[header]), Some(Verdict::Failed), "{header:?}");
        }
        for header in [
            ("If-Match", "\"b\", \"a\""),
            ("If-Match", "*"),
            ("If-Unmodified-Since", DATE),
            ("If-Unmodified-Since", "x"),
        ] {
            assert_eq!(check(&[header]), None, "{header:?}");
        }
        let both = [("If-Match", "\"b\""), ("If-None-Match", "\"a\"")];
        assert_eq!(check(&both), Some(Verdict::Failed));
    }

    fn select(headers: &[(&str, &str)]) -> Selected {
        let conditions = Conditions::from_headers(headers.iter().copied());
        conditions.select(&validators(), "image/png", b"0123456789")
    }

    #[test]
    fn a_range_is_sent_with_its_place() {
        let part = select(&[("Range", "bytes=2-4")]);
        assert_eq!((part.status, &part.body[..]), (206, &b"234"[..]));
        assert_eq!(part.content_range.as_deref(), Some("bytes 2-4/10"));
        assert_eq!(part.content_type, None);
        let several = select(&[("Range", "bytes=0-1,-1")]);
        assert_eq!((several.status, several.content_range), (206, None));
        assert!(several.content_type.unwrap().starts_with("multipart/byteranges; boundary="));
        let none = select(&[("Range", "bytes=10-")]);
        assert_eq!((none.status, none.body.len()), (416, 0));
        assert_eq!(none.content_range.as_deref(), Some("bytes */10"));
        assert_eq!(select(&[]).status, 200);
    }

    #[test]
    fn a_part_of_another_result_is_never_sent() {
        let range = ("Range", "bytes=0-1");
        for same in ["\"a\"", DATE] {
            assert_eq!(select(&[range, ("If-Range", same)]).status, 206, "{same}");
        }
        for other in ["\"b\"", "W/\"a\"", EARLIER, "", "a", "*"] {
            let whole = select(&[range, ("If-Range", other)]);
            assert_eq!(whole.status, 200, "{other}");
        }
        let weak = Validators { etag: Some("W/\"a\""), modified: None };
        let asked = Conditions::from_headers([range, ("If-Range", "W/\"a\"")]);
        assert_eq!(asked.select(&weak, "image/png", &[0; 10]).status, 200);
    }
}
