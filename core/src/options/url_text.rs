//! The URL form: `name=value` between commas, values percent-encoded at most once.

use std::borrow::Cow;

use super::parse::{shown, Entries, Mode, Raw};
use super::row::Row;
use crate::{Error, Kind, Result};

/// Longest URL text, in bytes.
const MAX_TEXT: usize = 8 << 10;
/// Longest canonical text, in bytes: 64 KiB of JSON with every byte encoded, and the rest.
const MAX_CANONICAL: usize = 256 << 10;

/// The options of `text` in their order, values decoded but not yet read.
pub(super) fn entries(text: &str, mode: Mode) -> Result<Entries<'_>> {
    let limit = if mode == Mode::Canonical { MAX_CANONICAL } else { MAX_TEXT };
    if text.len() > limit {
        return Err(Error::too_large("options bytes", limit, text.len()));
    }
    if text.is_empty() {
        return Err(Error::invalid("options", "at least one option", "nothing"));
    }
    if text.bytes().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()) {
        return Err(Error::invalid("options", "no spaces", shown(text)));
    }
    let mut entries = Entries::default();
    for part in parts(text) {
        if let Err(error) = entry(&mut entries, part, mode) {
            if mode != Mode::Lenient {
                return Err(error);
            }
            entries.warnings.push(format!("{}, ignored", error.message()));
        }
    }
    Ok(entries)
}

fn entry<'a>(entries: &mut Entries<'a>, part: &'a str, mode: Mode) -> Result<()> {
    let Some((name, value)) = part.split_once('=') else {
        return Err(Error::invalid("options", "name=value between commas", shown(part)));
    };
    let Some(row) = Row::find(name) else {
        entries.unknown(name);
        return Ok(());
    };
    if row.kind == super::Kind::Draw {
        // Its parts are told apart before they are decoded.
        entries.known.push((row, Raw::Text(Cow::Borrowed(value))));
        return Ok(());
    }
    let value = decoded(value)
        .ok_or_else(|| Error::invalid(row.name, "valid percent-encoding", shown(value)))?;
    if mode != Mode::Canonical && !row.url {
        let message = format!("{}: exists only in the JSON form", row.name);
        return Err(Error::new(Kind::Invalid, message));
    }
    let raw = match json_value(&value) {
        Some(json) if mode == Mode::Canonical => Raw::Json(json),
        _ => Raw::Text(value),
    };
    entries.known.push((row, raw));
    Ok(())
}

pub(super) fn json_value(value: &str) -> Option<serde_json::Value> {
    value.starts_with(['{', '[']).then(|| serde_json::from_str(value).ok())?
}

/// The text between commas; commas inside parentheses belong to a value.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |char| {
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        char == ',' && depth == 0
    })
}

/// `%XX` resolved once; `None` when an escape is broken or the result is not UTF-8.
pub(super) fn decoded(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('%') {
        return Some(Cow::Borrowed(value));
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { hex(rest.next()?)? * 16 + hex(rest.next()?)? } else { byte });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

/// `value` with every byte escaped that URL text could misread.
pub(super) fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b';' => {
                text.push(byte as char);
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
