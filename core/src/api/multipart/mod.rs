//! `multipart/form-data` bodies (RFC 7578), taken apart without a copy.
//!
//! In goes the `Content-Type` and the whole body; out come parts whose bytes are slices of it.
//! Names may be quoted with `\"` (RFC 2183) or `%22` (browsers); a `filename*` (RFC 5987) wins
//! over `filename`. A form with more than [`MOST_PARTS`] parts or with more than [`HEAD_BYTES`]
//! of headers in one of them is refused, and so is one that breaks off.

use crate::sign::escape::percent_decode;
use crate::{Error, Result};

/// Parts that are read of one form.
const MOST_PARTS: usize = 512;
/// Bytes of the headers of one part.
const HEAD_BYTES: usize = 8 << 10;
/// Longest boundary (RFC 2046).
const LONGEST_BOUNDARY: usize = 70;

/// One field of a form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part<'a> {
    /// Its name.
    pub name: String,
    /// The name of the file, without folders.
    pub filename: Option<String>,
    /// What it holds.
    pub data: &'a [u8],
}

impl<'a> Part<'a> {
    /// The content as text.
    pub(crate) fn text(&self) -> Result<&'a str> {
        std::str::from_utf8(self.data).map_err(|_| Error::invalid(&self.name, "text", "bytes"))
    }
}

/// Whether `kind` is the media type of a form, whatever its parameters.
pub(crate) fn is_form(kind: &str) -> bool {
    let media = kind.split(';').next().unwrap_or(kind);
    media.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The fields of a form, in their order. `kind` is the request's `Content-Type`.
pub(crate) fn read<'a>(kind: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>> {
    let boundary = boundary(kind)
        .ok_or_else(|| Error::invalid("content-type", "multipart/form-data; boundary=…", kind))?;
    let broken = || Error::invalid("body", "a multipart form", "something else");
    let delimiter = Delimiter::new(&boundary);
    let mut at = delimiter.first(body).ok_or_else(broken)?;
    let mut parts = Vec::new();
    while !body[at..].starts_with(b"--") {
        if parts.len() == MOST_PARTS {
            return Err(Error::too_large("parts of the form", MOST_PARTS, "more"));
        }
        let start = head_start(body, at).ok_or_else(broken)?;
        let (head, data) = head_end(body, start).ok_or_else(broken)?;
        // The line break of an empty part is the one of its delimiter.
        let end = delimiter.find(body, data - 2).ok_or_else(broken)?;
        parts.push(part(head, &body[data.min(end)..end]).ok_or_else(broken)?);
        at = end + delimiter.text.len();
    }
    Ok(parts)
}

/// Line break, two hyphens, boundary: what stands between parts.
struct Delimiter {
    text: Vec<u8>,
    /// How far a window may move when it ends with this byte (Horspool).
    skips: [u8; 256],
}

impl Delimiter {
    fn new(boundary: &str) -> Self {
        let text = format!("\r\n--{boundary}").into_bytes();
        // A boundary has at most 70 bytes, so all steps fit into one.
        let mut skips = [text.len() as u8; 256];
        for (at, byte) in text[..text.len() - 1].iter().enumerate() {
            skips[usize::from(*byte)] = (text.len() - 1 - at) as u8;
        }
        Delimiter { text, skips }
    }

    /// Where the next one begins, at `from` or later.
    fn find(&self, body: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let window = body.get(at..at + self.text.len())?;
            if window == self.text {
                return Some(at);
            }
            at += usize::from(self.skips[usize::from(window[window.len() - 1])]);
        }
    }

    /// Behind the first one, which needs no line break at the start of the body.
    fn first(&self, body: &[u8]) -> Option<usize> {
        match body.starts_with(&self.text[2..]) {
            true => Some(self.text.len() - 2),
            false => self.find(body, 0).map(|at| at + self.text.len()),
        }
    }
}

/// Behind the line of a delimiter, which blanks may follow.
fn head_start(body: &[u8], at: usize) -> Option<usize> {
    let rest = body.get(at..)?;
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    rest[blanks..].starts_with(b"\r\n").then_some(at + blanks + 2)
}

/// The headers of a part, and where its content begins: behind an empty line.
fn head_end(body: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let bytes = body.get(start..)?;
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let length = head.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some((&head[..length], start + length + 4))
}

fn part<'a>(head: &[u8], data: &'a [u8]) -> Option<Part<'a>> {
    let head = String::from_utf8_lossy(head);
    let line = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (kind, parameters) = line.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let (mut name, mut filename, mut extended) = (None, None, None);
    for (key, value) in Parameters(parameters) {
        match key.to_ascii_lowercase().as_str() {
            "name" => name = name.or(Some(unescape(&value))),
            "filename" => filename = filename.or(Some(unescape(&value))),
            "filename*" => extended = extended.or_else(|| extended_value(&value)),
            _ => {}
        }
    }
    let filename = extended.or(filename).map(|path| without_folders(&path).to_owned());
    Some(Part { name: name?, filename, data })
}

fn boundary(kind: &str) -> Option<String> {
    let (_, rest) = kind.split_once(';').filter(|_| is_form(kind))?;
    let found = Parameters(rest).find(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    found.map(|(_, value)| value).filter(|value| (1..=LONGEST_BOUNDARY).contains(&value.len()))
}

/// `name=value` and `name="value"` between semicolons.
struct Parameters<'a>(&'a str);

impl<'a> Iterator for Parameters<'a> {
    type Item = (&'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.0.split_once('=')?;
        let (value, after) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_value(quoted)?,
            None => {
                let (value, after) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
                (value.trim().to_owned(), after)
            }
        };
        self.0 = after;
        // What stands before the name belongs to no parameter.
        let name = name.rsplit(';').next().unwrap_or(name);
        Some((name.trim(), value))
    }
}

/// Text up to the closing quote, and what follows. A backslash only protects a quote or another
/// backslash: some browsers send the path of a file with bare ones.
fn quoted_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match letters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, next)) => value.push(next),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    None
}

/// What browsers write for the three bytes that a quoted name cannot hold.
fn unescape(text: &str) -> String {
    text.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// `UTF-8''percent%20encoded`; other character sets are left to `filename`.
fn extended_value(text: &str) -> Option<String> {
    let (charset, rest) = text.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    let bytes = charset.eq_ignore_ascii_case("utf-8").then(|| percent_decode(encoded))??;
    String::from_utf8(bytes).ok()
}

fn without_folders(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
