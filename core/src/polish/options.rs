//! What polishing may change, and what it may answer with.

use serde::Deserialize;

use crate::delivery::Hints;
use crate::image::Format;
use crate::{Error, Result};

/// What polishing may do to the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PolishMode {
    /// Nothing: every pixel that is seen stays as it is.
    #[default]
    Lossless,
    /// What keeps the score of [`PolishOptions::floor`].
    Lossy,
}

/// Settings of [`crate::Engine::polish`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolishOptions {
    /// What may be done to the pixels.
    pub mode: PolishMode,
    /// Whether the client takes WebP.
    pub webp: bool,
    /// Whether the client takes AVIF; only `Lossy` makes it.
    pub avif: bool,
    /// The SSIMULACRA2 score against the source that a lossy result keeps, 30 to 100. Of a picture
    /// beyond 4 Mi pixels, or wider than 4096, tiles that lie evenly over it are scored.
    pub floor: f64,
}

impl Default for PolishOptions {
    fn default() -> Self {
        PolishOptions { mode: PolishMode::Lossless, webp: false, avif: false, floor: Self::FLOOR }
    }
}

impl PolishOptions {
    /// The score that is kept unless another is asked for: at a usual distance few people see a
    /// difference between two pictures side by side.
    pub const FLOOR: f64 = 80.0;

    /// Reads a JSON object, or nothing for the defaults. Fields: `mode` (`lossless`, `lossy`),
    /// `webp` and `avif` (booleans), `accept` (an `Accept` header; the formats that it names by
    /// name are taken besides), `floor`. An unknown field is `Invalid`.
    pub fn from_json(text: &str) -> Result<Self> {
        let text = if text.trim().is_empty() { "{}" } else { text };
        let wrong = |got| Error::invalid("polish options", "a JSON object of them", got);
        if !text.trim_start().starts_with('{') {
            return Err(wrong(text.to_owned()));
        }
        let given: Given = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let floor = given.floor.unwrap_or(Self::FLOOR);
        if !(30.0..=100.0).contains(&floor) {
            return Err(Error::invalid("floor", "30 to 100", floor));
        }
        let accepts = match &given.accept {
            Some(accept) => Hints::from_headers([("accept", accept.as_str())]).accepts(),
            None => Vec::new(),
        };
        Ok(PolishOptions {
            mode: given.mode.unwrap_or_default(),
            webp: given.webp || accepts.contains(&Format::Webp),
            avif: given.avif || accepts.contains(&Format::Avif),
            floor,
        })
    }
}

/// The fields as they are given.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    mode: Option<PolishMode>,
    webp: bool,
    avif: bool,
    accept: Option<String>,
    floor: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_header_adds_what_it_names() {
        let read = |text| PolishOptions::from_json(text).unwrap();
        assert_eq!(read(""), PolishOptions::default());
        let both = read(r#"{"mode":"lossy","accept":"image/avif,image/webp,*/*;q=0.8"}"#);
        assert_eq!((both.mode, both.webp, both.avif), (PolishMode::Lossy, true, true));
        let any = read(r#"{"accept":"*/*","webp":true}"#);
        assert_eq!((any.webp, any.avif), (true, false));
        assert!(!read(r#"{"accept":"image/webp;q=0"}"#).webp);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for text in [r#"{"mode":"off"}"#, r#"{"quality":85}"#, r#"{"floor":101}"#, "[]"] {
            let error = PolishOptions::from_json(text).unwrap_err();
            assert_eq!(error.kind(), crate::Kind::Invalid, "{text}");
        }
    }
}
