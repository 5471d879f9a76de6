//! `multipart/form-data` bodies (RFC 7578), taken apart without a copy.

use axum::body::Bytes;
use safelight::{Error, Result};

/// Parts of one form that are read.
const MOST_PARTS: usize = 64;
/// Bytes of the headers of a part.
const HEAD_BYTES: usize = 4096;

/// One field of a form.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub data: Bytes,
}

impl Part {
    /// The content as text.
    pub(crate) fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.data).map_err(|_| Error::invalid(&self.name, "text", "bytes"))
    }
}

/// The fields of a form, in their order. `kind` is the request's `Content-Type`.
pub(crate) fn read(kind: &str, body: &Bytes) -> Result<Vec<Part>> {
    let boundary = boundary(kind)
        .ok_or_else(|| Error::invalid("content-type", "multipart/form-data; boundary=…", kind))?;
    let broken = || Error::invalid("body", "a multipart form", "something else");
    let delimiter = format!("\r\n--{boundary}");
    let first = &delimiter[2..];
    let mut at = match body.starts_with(first.as_bytes()) {
        true => first.len(),
        false => find(body, 0, &delimiter).ok_or_else(broken)? + delimiter.len(),
    };
    let mut parts = Vec::new();
    loop {
        let rest = &body[at..];
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        if parts.len() == MOST_PARTS {
            return Err(Error::too_large("parts of the form", MOST_PARTS, "more"));
        }
        // Blanks may follow a delimiter.
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let start = at + blanks + 2;
        let head = body.get(start - 2..).filter(|rest| rest.starts_with(b"\r\n"));
        let head_end = head.and_then(|_| head_end(body, start)).ok_or_else(broken)?;
        let end = find(body, head_end - 2, &delimiter).ok_or_else(broken)?;
        let name = field_name(&body[start..head_end]).ok_or_else(broken)?;
        parts.push(Part { name, data: body.slice(head_end.min(end)..end) });
        at = end + delimiter.len();
    }
}

/// Where the content of a part begins: behind an empty line.
fn head_end(body: &Bytes, start: usize) -> Option<usize> {
    let bytes = body.get(start..)?;
    if bytes.starts_with(b"\r\n") {
        return Some(start + 2);
    }
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    head.windows(4).position(|four| four == b"\r\n\r\n").map(|at| start + at + 4)
}

fn boundary(kind: &str) -> Option<&str> {
    let (media, rest) = kind.split_once(';')?;
    if !media.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameter(rest, "boundary")?;
    (1..=70).contains(&value.len()).then_some(value)
}

/// The `name` of a part, from its headers.
fn field_name(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    let line = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (_, rest) = line.split_once(';')?;
    parameter(rest, "name").map(str::to_owned)
}

/// The value of `name=value` or `name="value"` in a list of parameters.
fn parameter<'a>(mut list: &'a str, name: &str) -> Option<&'a str> {
    loop {
        let (key, rest) = list.split_once('=')?;
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find(';').unwrap_or(rest.len())),
        };
        if key.trim().trim_start_matches(';').trim().eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        list = after;
    }
}

fn find(body: &[u8], from: usize, wanted: &str) -> Option<usize> {
    let wanted = wanted.as_bytes();
    let mut at = from;
    loop {
        at += body.get(at..)?.iter().position(|byte| *byte == wanted[0])?;
        if body[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=\"x\"";

    fn fields(body: &'static str) -> Result<Vec<(String, String)>> {
        let parts = read(KIND, &Bytes::from_static(body.as_bytes()))?;
        Ok(parts.into_iter().map(|part| (part.name.clone(), part.text().unwrap().into())).collect())
    }

    #[test]
    fn fields_come_in_their_order_with_their_bytes() {
        let body =
            "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a;name=b\"\r\n\
            Content-Type: image/png\r\n\r\na\r\n--\r\nb\r\n--x\r\n\
            content-disposition: form-data; name=anim\r\n\r\n\r\n--x--\r\n";
        let expected = [("image", "a\r\n--\r\nb"), ("anim", "")];
        assert_eq!(fields(body).unwrap(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn text_before_the_first_delimiter_is_skipped() {
        let body = "hello\r\n--x \r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--";
        assert_eq!(fields(body).unwrap(), [("a".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn broken_forms_are_refused() {
        for body in [
            "",
            "--",
            "--x",
            "--x\r\n",
            "--x\r\n\r\n",
            "--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
            "--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--x--",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--y--",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n1\r\n--x--",
            "--xContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--",
        ] {
            assert!(fields(body).is_err(), "{body:?}");
        }
        let many = format!(
            "{}--x--",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n".repeat(MOST_PARTS + 1)
        );
        assert!(read(KIND, &Bytes::from(many)).is_err());
        for kind in ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=\"\""]
        {
            assert!(read(kind, &Bytes::new()).is_err(), "{kind}");
        }
    }
}
