//! Reads options: finds the row of each name, reads its value, keeps the last of each.

use std::borrow::Cow;

use serde_json::Value;

use super::kind::Kind;
use super::row::Row;
use super::{draw, json, url_text, Options, Parsed};
use crate::{Error, Result};

/// Warnings about unknown names that are spelled out; more are only counted.
const MAX_UNKNOWN: usize = 20;

/// What the text may hold, and what happens to a malformed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Only what URL text may carry; a malformed value is an error.
    Strict,
    /// Only what URL text may carry; a malformed value is a warning and ignored.
    Lenient,
    /// What `Display` wrote.
    Canonical,
}

/// A value before its type is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw<'a> {
    Text(Cow<'a, str>),
    Json(Value),
}

/// What was found in a text, in its order.
#[derive(Debug, Default)]
pub(super) struct Entries<'a> {
    pub known: Vec<(&'static Row, Raw<'a>)>,
    pub warnings: Vec<String>,
    unknown: usize,
}

impl Options {
    /// Reads options as URL text (`width=400,format=auto`), or as JSON when `text` starts
    /// with `{`.
    ///
    /// Where an option comes twice, by whatever name, the last one holds. Names that are not
    /// known become warnings; a malformed value is an error that names the option, what was
    /// expected and what came.
    ///
    /// ```
    /// # use safelight::Options;
    /// let parsed = Options::parse("w=400,f=auto,crop=1")?;
    /// assert_eq!(parsed.options.to_string(), "width=400,format=auto");
    /// assert_eq!(parsed.warnings, ["unknown option \"crop\" was ignored"]);
    /// # Ok::<(), safelight::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Parsed> {
        Self::parse_with(text, false)
    }

    /// [`Options::parse`]; when `lenient`, a malformed value of URL text is ignored with a
    /// warning. Numbers out of range and unknown `format` words stay errors, and JSON is
    /// always strict.
    pub fn parse_with(text: &str, lenient: bool) -> Result<Parsed> {
        if text.starts_with('{') {
            return json::entries(text)?.apply(Mode::Strict);
        }
        let mode = if lenient { Mode::Lenient } else { Mode::Strict };
        url_text::entries(text, mode)?.apply(mode)
    }

    /// Reads the canonical text, which can hold what URL text cannot: a
    /// `gravity` with a mode as encoded JSON, and nothing at all.
    pub fn parse_canonical(text: &str) -> Result<Options> {
        if text.is_empty() {
            return Ok(Options::default());
        }
        let parsed = url_text::entries(text, Mode::Canonical)?.apply(Mode::Canonical)?;
        Ok(parsed.options)
    }
}

impl<'a> Entries<'a> {
    /// Notes a name that has no row.
    pub(super) fn unknown(&mut self, name: &str) {
        self.unknown += 1;
        if self.unknown <= MAX_UNKNOWN {
            self.warnings.push(format!("unknown option \"{}\" was ignored", shown(name)));
        }
    }

    /// Reads the values. A part (`trim.top`) is read after its whole (`trim`), so that their
    /// order in the text does not matter.
    pub(super) fn apply(mut self, mode: Mode) -> Result<Parsed> {
        self.known.sort_by_key(|(row, _)| row.depth());
        let mut options = Options::default();
        for (row, raw) in &self.known {
            let error = if row.kind == Kind::Draw {
                draw::add(raw, mode, &mut options, &mut self.warnings).err()
            } else {
                (!raw.set(row, &mut options)).then(|| malformed(row.name, row, raw))
            };
            let Some(error) = error else { continue };
            if mode != Mode::Lenient || is_fatal(row, raw) {
                return Err(error);
            }
            self.warnings.push(format!("{}, ignored", error.message()));
        }
        if self.unknown > MAX_UNKNOWN {
            let more = self.unknown - MAX_UNKNOWN;
            self.warnings.push(format!("{more} more unknown options were ignored"));
        }
        options.trim = options.trim.and_then(|trim| trim.tidy());
        Ok(Parsed { options, warnings: self.warnings })
    }
}

impl Raw<'_> {
    /// Writes the value into the field of `row`; false when it is none of the row's kind.
    pub(super) fn set(&self, row: &Row, options: &mut Options) -> bool {
        match self {
            Raw::Text(text) => (row.access.set_text)(&row.kind, text, options),
            Raw::Json(json) => (row.access.set_json)(&row.kind, json, options),
        }
    }
}

pub(super) fn malformed(name: &str, row: &Row, raw: &Raw) -> Error {
    let got = match raw {
        Raw::Text(text) => shown(text),
        Raw::Json(Value::String(text)) => shown(text),
        Raw::Json(json) => shown(&json.to_string()),
    };
    Error::invalid(name, &row.kind.expected(), got)
}

/// What even a lenient parser refuses, as the reference does: a number that is out of range,
/// and a format it does not know.
fn is_fatal(row: &Row, raw: &Raw) -> bool {
    let Raw::Text(text) = raw else { return true };
    let number = text.strip_prefix('-').unwrap_or(text);
    row.name == "format" || (row.kind.is_numeric() && super::convert::decimal(number).is_some())
}

/// Foreign text made fit for one line of a message: short, printable ASCII.
pub(super) fn shown(text: &str) -> String {
    if text.is_empty() {
        return "nothing".into();
    }
    let escape = |char: char| {
        let plain = matches!(char, ' '..='~');
        plain.then_some(char).into_iter().chain(char.escape_default().take(if plain {
            0
        } else {
            12
        }))
    };
    text.chars().take(60).flat_map(escape).take(80).collect()
}
