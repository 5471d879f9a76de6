//! Reads and writes `draw`, in JSON and in URL text.
//!
//! URL text says one overlay with each `draw=`: first its picture (`logo.png`, or any name,
//! percent-encoded) or `text:` and a text; then members such as `;opacity:0.5`. Every part is
//! split off before it is decoded, so that an encoded `;` or `,` belongs to a value.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::parse::{malformed, shown, Entries, Mode, Raw};
use super::print::given;
use super::row::Row;
use super::table::ROWS;
use super::url_text::{decoded, json_value};
use super::{json, url_text, Options, Overlay};
use crate::{Error, Kind, Result};

/// Most overlays.
pub(super) const MAX_OVERLAYS: usize = 20;

/// Adds what one `draw` of the text says to `options`.
pub(super) fn add(
    raw: &Raw,
    mode: Mode,
    options: &mut Options,
    warnings: &mut Vec<String>,
) -> Result<()> {
    match raw {
        Raw::Text(text) => {
            let before = options.draw.as_ref().map_or(0, Vec::len);
            within_limit(before + 1)?;
            let overlay = Reader::new(before, mode).url_text(text, warnings)?;
            options.draw.get_or_insert_default().push(overlay);
        }
        Raw::Json(Value::Array(items)) => {
            within_limit(items.len())?;
            let read = |(index, item)| Reader::new(index, mode).json(item, warnings);
            options.draw = Some(items.iter().enumerate().map(read).collect::<Result<_>>()?);
        }
        Raw::Json(other) => {
            return Err(Error::invalid("draw", "an array of objects", shown(&other.to_string())));
        }
    }
    Ok(())
}

fn within_limit(overlays: usize) -> Result<()> {
    if overlays > MAX_OVERLAYS {
        return Err(Error::too_large("draw", MAX_OVERLAYS, overlays));
    }
    Ok(())
}

/// Reads one overlay. Its own members go into the only overlay of `scratch`, where their rows
/// look for them; those it shares with all pictures are read as options.
struct Reader {
    name: String,
    mode: Mode,
    scratch: Options,
    shared: Entries<'static>,
}

impl Reader {
    fn new(index: usize, mode: Mode) -> Self {
        Reader {
            name: format!("draw[{index}]"),
            mode,
            scratch: Options { draw: Some(vec![Overlay::default()]), ..Options::default() },
            shared: Entries::default(),
        }
    }

    fn json(mut self, item: &Value, warnings: &mut Vec<String>) -> Result<Overlay> {
        let Value::Object(members) = item else {
            return Err(Error::invalid(&self.name, "an object", shown(&item.to_string())));
        };
        for (name, value) in members {
            match (name.as_str(), value) {
                ("text", Value::Object(parts)) => self.text_members(parts)?,
                ("text", Value::String(_)) => {
                    self.member("text.content", Raw::Json(value.clone()))?
                }
                _ => self.member(&name.replace('_', "-"), Raw::Json(value.clone()))?,
            }
        }
        self.finish(warnings)
    }

    fn text_members(&mut self, parts: &Map<String, Value>) -> Result<()> {
        for (name, value) in parts {
            let name = format!("text.{}", name.replace('_', "-"));
            self.member(&name, Raw::Json(value.clone()))?;
        }
        Ok(())
    }

    fn url_text(mut self, text: &str, warnings: &mut Vec<String>) -> Result<Overlay> {
        let mut parts = text.split(';');
        let first = parts.next().unwrap_or_default();
        match first.strip_prefix("text:") {
            Some(content) => self.part("text.content", content)?,
            None => self.part("url", first)?,
        }
        for part in parts {
            let Some((name, value)) = part.split_once(':') else {
                return Err(Error::invalid(
                    &self.name,
                    "name:value between semicolons",
                    shown(part),
                ));
            };
            let of_text = format!("text.{name}");
            let name = if row(&of_text).is_some() { &of_text } else { name };
            self.part(name, value)?;
        }
        self.finish(warnings)
    }

    fn part(&mut self, name: &str, encoded: &str) -> Result<()> {
        let value = decoded(encoded).ok_or_else(|| {
            let name = format!("{}.{name}", self.name);
            Error::invalid(&name, "valid percent-encoding", shown(encoded))
        })?;
        let raw = match json_value(&value).filter(|_| self.mode == Mode::Canonical) {
            // A text may look like JSON.
            Some(json) if row(name).is_some_and(|row| row.shared) => Raw::Json(json),
            _ => Raw::Text(Cow::Owned(value.into_owned())),
        };
        self.member(name, raw)
    }

    fn member(&mut self, name: &str, raw: Raw<'static>) -> Result<()> {
        if raw == Raw::Json(Value::Null) || (name == "repeat" && raw == Raw::Json(false.into())) {
            return Ok(());
        }
        if name == "draw" {
            let message = format!("{}: an overlay cannot have overlays", self.name);
            return Err(Error::new(Kind::Invalid, message));
        }
        let Some(row) = row(name) else {
            self.shared.unknown(&format!("{}.{name}", self.name));
            return Ok(());
        };
        if row.shared {
            return self.share(&row.name["draw.".len()..], name, raw);
        }
        if !raw.set(row, &mut self.scratch) {
            let name = format!("{}.{name}", self.name);
            return Err(malformed(&name, row, &raw));
        }
        Ok(())
    }

    /// Keeps `raw` for the row of the option; `name` may also be a part such as `trim.left`.
    fn share(&mut self, option: &str, name: &str, raw: Raw<'static>) -> Result<()> {
        let full = if name.contains('.') { name } else { option };
        match raw {
            Raw::Json(value) => json::entry(&mut self.shared, full.into(), value),
            raw => match Row::find(full) {
                Some(row) if row.url || self.mode == Mode::Canonical => {
                    self.shared.known.push((row, raw));
                }
                Some(_) => {
                    let message = format!("{}.{name}: exists only in the JSON form", self.name);
                    return Err(Error::new(Kind::Invalid, message));
                }
                None => self.shared.unknown(&format!("{}.{name}", self.name)),
            },
        }
        Ok(())
    }

    fn finish(self, warnings: &mut Vec<String>) -> Result<Overlay> {
        let Reader { name, scratch, shared, .. } = self;
        let parsed = shared.apply(Mode::Strict).map_err(|error| inside(&name, &error))?;
        warnings.extend(parsed.warnings);
        let mut overlay = scratch.draw.unwrap_or_default().pop().unwrap_or_default();
        overlay.options = parsed.options;
        check(&name, &overlay)?;
        Ok(overlay)
    }
}

/// The row of a member by its full or short name; `trim.left` is a part of a shared one.
fn row(name: &str) -> Option<&'static Row> {
    let find = |name: &str| {
        let full = format!("draw.{name}");
        ROWS.iter().find(|row| row.name == full)
    };
    find(name).or_else(|| {
        let option = Row::find(name)?;
        find(option.name.split('.').next().unwrap_or_default())
    })
}

/// The error of an option, told of the overlay that it belongs to.
pub(super) fn inside(name: &str, error: &Error) -> Error {
    Error::new(error.kind(), format!("{name}.{}", error.message()))
}

fn check(name: &str, overlay: &Overlay) -> Result<()> {
    let wrong = |expected, got| Err(Error::invalid(name, expected, got));
    let content = overlay.text.as_ref().map(|text| text.content.is_some());
    match (&overlay.url, content) {
        (Some(_), Some(_)) => return wrong("url or text", "both"),
        (None, None) => return wrong("url or text", "neither"),
        (None, Some(false)) => return wrong("text with content", "none"),
        _ => {}
    }
    if overlay.left.is_some() && overlay.right.is_some() {
        return wrong("left or right", "both");
    }
    if overlay.top.is_some() && overlay.bottom.is_some() {
        return wrong("top or bottom", "both");
    }
    Ok(())
}

impl Overlay {
    /// The value of a `draw=` in URL text, with every part encoded.
    pub(super) fn url_text(&self) -> String {
        let holder = self.in_options();
        let encoded = |text: &str| url_text::encoded(text).replace(';', "%3B");
        let mut text = match (&self.url, &self.text) {
            (Some(url), _) => encoded(url),
            (None, Some(text)) => {
                format!("text:{}", encoded(text.content.as_deref().unwrap_or("")))
            }
            (None, None) => String::new(),
        };
        for row in own_rows() {
            if let Some(value) = row.given_text(&holder) {
                let name = row.name.rsplit('.').next().unwrap_or_default();
                text.push_str(&format!(";{name}:{}", encoded(&value)));
            }
        }
        for (row, value) in given(&self.options) {
            text.push_str(&format!(";{}:{}", row.name, encoded(&value)));
        }
        text
    }

    /// As a JSON object, members in the order of the table.
    pub(super) fn json(&self) -> Value {
        let holder = self.in_options();
        let rows = ROWS.iter().filter(|row| row.name.starts_with("draw.") && row.depth() == 1);
        let members = rows.filter_map(|row| {
            let name = &row.name["draw.".len()..];
            let value = match row.shared {
                true => (Row::find(name)?.access.json)(&self.options),
                false => (row.access.json)(&holder),
            };
            Some((name.to_owned(), value?))
        });
        Value::Object(members.collect())
    }

    fn in_options(&self) -> Options {
        Options { draw: Some(vec![self.clone()]), ..Options::default() }
    }
}

/// Members that only overlays have, but for what `draw=` starts with.
fn own_rows() -> impl Iterator<Item = &'static Row> {
    let first = ["draw.url", "draw.text", "draw.text.content"];
    ROWS.iter().filter(move |row| {
        row.name.starts_with("draw.") && !row.shared && !first.contains(&row.name)
    })
}
