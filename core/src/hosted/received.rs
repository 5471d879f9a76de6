//! What comes in with an upload: bytes, name, metadata, creator, each looked at before anything
//! is kept.

use serde_json::{Map, Value};

use super::{Ahead, Hosted, Settings};
use crate::image::{Format, Probe};
use crate::plan::animation_pixels;
use crate::{Error, Result};

/// Longest metadata, in bytes of compact JSON (reference §2.2).
const MOST_META: usize = 1024;
/// Variants that one upload may have rendered ahead.
const MOST_AHEAD: usize = 100;
/// Longest creator, in bytes: it stands in an index.
const LONGEST_CREATOR: usize = 1024;
/// Longest file name, in characters (reference §4.3).
const LONGEST_NAME: usize = 255;

impl Hosted {
    /// Reads the header of uploaded bytes: size, format and every limit are checked there.
    pub(super) fn look_at(&self, bytes: &[u8], settings: &Settings) -> Result<Probe> {
        let size = bytes.len() as u64;
        if size > settings.upload_bytes {
            return Err(Error::too_large("upload bytes", settings.upload_bytes, size));
        }
        let probe = self.engine.probe(bytes)?;
        let (pixels, limit) = (animation_pixels(&probe), self.engine.limits().animation_pixels);
        match probe.frames > 1 && pixels > limit {
            true => Err(Error::too_large("animation pixels", limit, pixels)),
            false => Ok(probe),
        }
    }
}

/// Metadata as it is stored: a JSON object of at most 1,024 bytes. Nothing is an empty object.
pub(super) fn meta(given: Option<&Value>) -> Result<String> {
    let empty = Value::Object(Map::new());
    let value = match given {
        None | Some(Value::Null) => &empty,
        Some(value) => value,
    };
    if !value.is_object() {
        return Err(Error::invalid("metadata", "a JSON object", value));
    }
    let text = value.to_string();
    match text.len() > MOST_META {
        true => Err(Error::too_large("metadata bytes", MOST_META, text.len())),
        false => Ok(text),
    }
}

/// A wish: names of variants, which may come later, and of formats that can be written.
pub(super) fn ahead(given: &Ahead) -> Result<&Ahead> {
    let names = given.variants.len();
    if names > MOST_AHEAD {
        return Err(Error::too_large("variants to render ahead", MOST_AHEAD, names));
    }
    given.variants.iter().try_for_each(|name| super::variants::check_name(name))?;
    let is_written = |name: &String| {
        Format::ALL.iter().any(|format| format.name() == name && format.is_written())
    };
    match given.formats.iter().find(|name| !is_written(name)) {
        Some(wrong) => Err(Error::invalid("formats", "jpeg, png, gif, webp or avif", wrong)),
        None if given.formats.len() > Format::ALL.len() => {
            Err(Error::invalid("formats", "each format once", given.formats.len()))
        }
        None => Ok(given),
    }
}

/// A creator; the empty one is none.
pub(super) fn creator(given: Option<&str>) -> Result<Option<String>> {
    let Some(name) = given.filter(|name| !name.is_empty()) else { return Ok(None) };
    match name.len() <= LONGEST_CREATOR && !name.chars().any(char::is_control) {
        true => Ok(Some(name.to_owned())),
        false => {
            let expected = "at most 1024 bytes without control characters";
            Err(Error::invalid("creator", expected, name))
        }
    }
}

/// A file name without folders and control characters, cut to 255 characters.
pub(super) fn filename(given: Option<&str>) -> String {
    let name = given.unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect()
}
