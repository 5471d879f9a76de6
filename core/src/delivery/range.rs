//! The `Range` header (RFC 9110 §14): which bytes of a result are wanted, and how several parts
//! are written.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// Ranges of one request that are served apart; a request for more gets the whole.
const MOST_RANGES: usize = 4;

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parts {
    /// Everything: there is no header, or none that has to be followed.
    Whole,
    /// These bytes, in the order that was asked; at least one part, none empty.
    Some(Vec<Range<u64>>),
    /// Nothing that exists: status 416.
    Unsatisfiable,
}

/// Reads a `Range` header against a body of `length` bytes.
///
/// A header that is malformed, has another unit than bytes, more than four ranges, or ranges
/// that come to more bytes than the whole is as if absent: nobody needs it, and it would cost
/// more than it saves.
pub fn ranges(header: Option<&str>, length: u64) -> Parts {
    let Some(list) = header.and_then(byte_ranges) else { return Parts::Whole };
    let mut wanted = Vec::new();
    let mut count = 0;
    for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        count += 1;
        match read(item, length) {
            Some(range) if count <= MOST_RANGES => wanted.push(range),
            _ => return Parts::Whole,
        }
    }
    if count == 0 {
        return Parts::Whole;
    }
    wanted.retain(|range| range.start < range.end);
    let total = wanted.iter().fold(0_u64, |sum, range| sum.saturating_add(range.end - range.start));
    match total {
        0 => Parts::Unsatisfiable,
        _ if total > length => Parts::Whole,
        _ => Parts::Some(wanted),
    }
}

fn byte_ranges(header: &str) -> Option<&str> {
    let (unit, list) = header.split_once('=')?;
    unit.trim().eq_ignore_ascii_case("bytes").then_some(list)
}

/// `first-last`, `first-` or `-suffix`; empty where that lies behind the end, `None` where it is
/// none of them.
fn read(item: &str, length: u64) -> Option<Range<u64>> {
    let (first, last) = item.split_once('-')?;
    let (first, last) = (first.trim_end(), last.trim_start());
    if first.is_empty() {
        return Some(length - number(last)?.min(length)..length);
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    (first <= last).then(|| first.min(length)..last.saturating_add(1).min(length))
}

/// Digits; what is too large to count lies behind every end.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// `Content-Range` of one part.
pub(super) fn content_range(part: &Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", part.start, part.end - 1)
}

/// The bytes of one part.
pub(super) fn slice<'a>(body: &'a [u8], part: &Range<u64>) -> &'a [u8] {
    &body[part.start as usize..part.end as usize]
}

/// Several parts as `multipart/byteranges`: media type and body.
pub(super) fn multipart(body: &[u8], parts: &[Range<u64>], kind: &str) -> (String, Vec<u8>) {
    // A digest of the body cannot be part of the body.
    let digest = Sha256::digest(body);
    let boundary: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let mut out = Vec::new();
    for part in parts {
        let range = content_range(part, body.len() as u64);
        let head =
            format!("--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: {range}\r\n\r\n");
        out.extend(head.as_bytes());
        out.extend(slice(body, part));
        out.extend(b"\r\n");
    }
    out.extend(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/byteranges; boundary={boundary}"), out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some<const N: usize>(parts: [(u64, u64); N]) -> Parts {
        Parts::Some(parts.into_iter().map(|(start, end)| start..end).collect())
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (header, expected) in [
            ("bytes=0-0", some([(0, 1)])),
            ("bytes=0-99", some([(0, 100)])),
            ("bytes=0-", some([(0, 100)])),
            ("bytes=90-1000", some([(90, 100)])),
            ("bytes=99-", some([(99, 100)])),
            ("bytes=-1", some([(99, 100)])),
            ("bytes=-100", some([(0, 100)])),
            ("bytes=-101", some([(0, 100)])),
            ("BYTES = 5-6 ", some([(5, 7)])),
            ("bytes=0-9, 20-29 ,-5", some([(0, 10), (20, 30), (95, 100)])),
            ("bytes=50-59,0-9,,", some([(50, 60), (0, 10)])),
            ("bytes=0-9,200-300", some([(0, 10)])),
            ("bytes=5-99999999999999999999999", some([(5, 100)])),
            ("bytes=0-1,2-3,4-5,6-7", some([(0, 2), (2, 4), (4, 6), (6, 8)])),
            ("bytes=100-", Parts::Unsatisfiable),
            ("bytes=-0", Parts::Unsatisfiable),
            ("bytes=99999999999999999999999-", Parts::Unsatisfiable),
            ("bytes=100-101,200-", Parts::Unsatisfiable),
        ] {
            assert_eq!(ranges(Some(header), 100), expected, "{header}");
        }
    }

    #[test]
    fn what_need_not_be_followed_gives_the_whole() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=5",
            "bytes=9-5",
            "bytes=a-b",
            "bytes=+1-5",
            "bytes=1-5-9",
            "bytes=1-5,x",
            "items=0-5",
            "bytes=0-1,2-3,4-5,6-7,8-9",
            "bytes=0-99,0-99",
            "bytes=0-60,30-90",
        ] {
            assert_eq!(ranges(Some(header), 100), Parts::Whole, "{header}");
        }
        assert_eq!(ranges(None, 100), Parts::Whole);
        assert_eq!(ranges(Some("bytes=0-"), 0), Parts::Unsatisfiable);
    }

    #[test]
    fn parts_lie_within_the_body_whatever_is_asked() {
        for length in [0, 1, 2, 7, u64::MAX] {
            for first in ["", "0", "1", "6", "7", "18446744073709551615"] {
                for last in ["", "0", "1", "6", "7", "18446744073709551615"] {
                    let header = format!("bytes={first}-{last}");
                    if let Parts::Some(parts) = ranges(Some(&header), length) {
                        assert!(parts
                            .iter()
                            .all(|part| part.start < part.end && part.end <= length));
                    }
                }
            }
        }
    }

    #[test]
    fn several_parts_name_their_type_and_place() {
        let (kind, body) = multipart(b"0123456789", &[0..2, 8..10], "image/png");
        let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
        let head = "Content-Type: image/png\r\nContent-Range: bytes";
        let expected = format!(
            "--{boundary}\r\n{head} 0-1/10\r\n\r\n01\r\n--{boundary}\r\n{head} 8-9/10\r\n\r\n89\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }
}
