//! From the `Accept` header to one format.
//!
//! 1. AVIF and WebP are possible only when the header names them with a weight above 0.
//!    Wildcards prove nothing: `fetch()` sends `*/*` and an old browser `image/*`.
//! 2. JPEG, PNG and GIF are possible unless the header names them with weight 0. Wildcards
//!    cannot refuse them either.
//! 3. Candidates come best first, and the first possible one wins, unless a later one has the
//!    higher weight and both are named: a weight says nothing about a type that it is not for.
//! 4. When none is possible, the answer is the first candidate among JPEG, PNG and GIF, or
//!    JPEG: a picture that was refused serves more people than an error.
//! 5. `Vary: Accept` is due whenever another header could have led to another format.
//!
//! An element with a malformed weight is as if absent, a header beyond 8 KiB likewise; other
//! parameters of a media type are ignored.

use serde_json::{json, Value};

use super::accept::Accept;
use super::resolve::{accept_ch, resolve, Resolved};
use super::Hints;
use crate::image::Format;
use crate::options::{FormatWord, Options, Width};
use crate::{Error, Result};

/// Formats that are tried when the caller names none, best first.
const CANDIDATES: [Format; 3] = [Format::Avif, Format::Webp, Format::Jpeg];

/// What a client gets, and what a cache must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    /// The format to send.
    pub format: Format,
    /// AVIF and WebP, best first, as far as they are candidates that the client takes and does
    /// not rank below another candidate that it names.
    pub formats: Vec<Format>,
    /// Request headers that the outcome could depend on.
    pub vary: Vec<&'static str>,
}

/// Chooses among `candidates`, best first, by the module's rules.
pub fn negotiate(accept: Option<&str>, candidates: &[Format]) -> Negotiated {
    let accept = accept.map(Accept::read).unwrap_or_default();
    let mut possible = candidates.iter().copied().filter(|&format| is_possible(&accept, format));
    let first =
        possible.next().map(|first| possible.fold(first, |best, next| better(&accept, best, next)));
    let format = first
        .or_else(|| candidates.iter().copied().find(|&format| !is_modern(format)))
        .unwrap_or(Format::Jpeg);
    Negotiated { format, formats: modern(&accept, candidates), vary: vary(candidates) }
}

/// [`negotiate`] as JSON: `{"headers": {…}, "formats": […]}` to
/// `{"format": …, "formats": […], "vary": […]}`.
///
/// With `"options"`, as text, the answer is what one client gets for them: `options` are the plain
/// ones of [`resolve`](super::resolve()), `width` is theirs, `format` is the one they name or
/// negotiate (null where the source decides), and `accept_ch` lists the hints to ask for.
pub fn negotiate_json(request: &Value) -> Result<Value> {
    let Some(object) = request.as_object() else {
        return Err(Error::invalid("request", "an object", request));
    };
    let known = |key: &&String| matches!(key.as_str(), "headers" | "formats" | "options");
    if let Some(key) = object.keys().find(|key| !known(key)) {
        return Err(Error::invalid("request", "headers, formats, options", key.escape_debug()));
    }
    let hints = read_headers(&request["headers"])?;
    let candidates = read_formats(&request["formats"])?;
    let chosen = negotiate(hints.accept.as_deref(), &candidates);
    let formats: Vec<_> = chosen.formats.iter().map(|format| format.name()).collect();
    match &request["options"] {
        Value::Null => Ok(json!({
            "format": chosen.format.name(),
            "formats": formats,
            "vary": chosen.vary,
        })),
        Value::String(text) => resolved_json(text, &hints, &chosen),
        other => Err(Error::invalid("options", "text", other)),
    }
}

fn resolved_json(text: &str, hints: &Hints, chosen: &Negotiated) -> Result<Value> {
    let asked = Options::parse(text)?.options;
    let Resolved { options, mut vary } = resolve(&asked, hints);
    let auto = options.format == Some(FormatWord::Auto) && options.compression.is_none();
    if auto && chosen.vary.is_empty() {
        vary.retain(|name| *name != "Accept");
    }
    let width = match options.width {
        Some(Width::Pixels(width)) => Some(width),
        _ => None,
    };
    Ok(json!({
        "options": options.to_string(),
        "width": width,
        "format": if auto { Some(chosen.format.name()) } else { named(&options) },
        "vary": vary,
        "accept_ch": accept_ch(&asked),
    }))
}

/// The format that options name, whatever the source is.
fn named(options: &Options) -> Option<&'static str> {
    match options.format.filter(|_| options.compression.is_none())? {
        FormatWord::Auto => None,
        FormatWord::BaselineJpeg => Some(FormatWord::Jpeg.word()),
        FormatWord::PngForce => Some(FormatWord::Png.word()),
        word => Some(word.word()),
    }
}

/// The shortest header that leads to the same choice among AVIF, WebP and the rest. Caches that
/// store a copy for each `Accept` they see then hold five at most.
pub fn normalize_accept(accept: Option<&str>) -> &'static str {
    let formats = accept.map(|header| modern(&Accept::read(header), &CANDIDATES));
    match formats.as_deref() {
        Some([Format::Avif, Format::Webp]) => "image/avif,image/webp",
        Some([Format::Webp, Format::Avif]) => "image/webp,image/avif;q=0.9",
        Some([Format::Avif]) => "image/avif",
        Some([Format::Webp]) => "image/webp",
        _ => "*/*",
    }
}

impl Hints {
    /// Formats beyond JPEG, PNG and GIF that the client says it accepts, best first.
    pub fn accepts(&self) -> Vec<Format> {
        negotiate(self.accept.as_deref(), &CANDIDATES).formats
    }
}

/// Whether a client has to say that it can show the format.
fn is_modern(format: Format) -> bool {
    matches!(format, Format::Avif | Format::Webp)
}

fn is_possible(accept: &Accept, format: Format) -> bool {
    match accept.weight(format) {
        Some(weight) => weight > 0,
        None => !is_modern(format),
    }
}

fn better(accept: &Accept, best: Format, next: Format) -> Format {
    match (accept.weight(best), accept.weight(next)) {
        (Some(known), Some(weight)) if weight > known => next,
        _ => best,
    }
}

fn modern(accept: &Accept, candidates: &[Format]) -> Vec<Format> {
    let others = candidates.iter().filter(|&&format| !is_modern(format));
    let least = others.filter_map(|&format| accept.weight(format)).max().unwrap_or(0).max(1);
    let mut formats = Vec::new();
    for &format in candidates.iter().filter(|&&format| is_modern(format)) {
        if accept.weight(format) >= Some(least) && !formats.contains(&format) {
            formats.push(format);
        }
    }
    // The sort is stable: candidates of equal weight stay in their order.
    formats.sort_by_key(|&format| std::cmp::Reverse(accept.weight(format)));
    formats
}

fn vary(candidates: &[Format]) -> Vec<&'static str> {
    let depends = candidates.iter().any(|&format| is_modern(format) || format != candidates[0]);
    if depends {
        vec!["Accept"]
    } else {
        Vec::new()
    }
}

fn read_headers(headers: &Value) -> Result<Hints> {
    let object = match headers {
        Value::Null => return Ok(Hints::default()),
        Value::Object(object) => object,
        other => return Err(Error::invalid("headers", "an object", other)),
    };
    let mut lines = Vec::new();
    for (name, value) in object {
        match value {
            Value::Null => {}
            Value::String(text) => lines.push((name.as_str(), text.as_str())),
            Value::Array(texts) if texts.iter().all(Value::is_string) => {
                lines.extend(texts.iter().filter_map(|text| Some((name.as_str(), text.as_str()?))));
            }
            other => {
                let name = format!("headers.{}", name.escape_debug());
                return Err(Error::invalid(&name, "text or a list of texts", other));
            }
        }
    }
    Ok(Hints::from_headers(lines))
}

fn read_formats(formats: &Value) -> Result<Vec<Format>> {
    let wrong = |got: &Value| {
        Error::invalid("formats", "a list of avif, webp, jpeg, png and gif", got.to_string())
    };
    let list = match formats {
        Value::Null => return Ok(CANDIDATES.to_vec()),
        Value::Array(list) if !list.is_empty() => list,
        other => return Err(wrong(other)),
    };
    let read = |item: &Value| {
        Format::ALL
            .iter()
            .copied()
            .find(|&format| format.is_written() && item == format.name())
            .ok_or_else(|| wrong(item))
    };
    list.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: [&str; 7] = ["", ";q=1", ";q=0.9", ";q=0.5", ";q=0", ";q=x", ";v=1;q=0.2"];
    const TYPES: [&str; 6] =
        ["image/avif", "image/webp", "image/jpeg", "image/png", "image/*", "*/*"];

    /// Headers with two elements out of every type and weight.
    fn headers() -> impl Iterator<Item = String> {
        let elements = || TYPES.into_iter().flat_map(|kind| WEIGHTS.map(|q| format!("{kind}{q}")));
        elements().flat_map(move |one| {
            elements().map(move |two| format!("{one},{two}, image/webp;q=0.7"))
        })
    }

    #[test]
    fn a_normalised_header_leads_to_the_same_choice() {
        for header in headers() {
            let full = negotiate(Some(&header), &CANDIDATES);
            let short = negotiate(Some(normalize_accept(Some(&header))), &CANDIDATES);
            assert_eq!(full, short, "{header}");
            assert_eq!(
                normalize_accept(Some(normalize_accept(Some(&header)))),
                normalize_accept(Some(&header))
            );
        }
    }

    #[test]
    fn the_first_modern_format_is_the_choice_when_candidates_put_them_first() {
        for header in headers() {
            let chosen = negotiate(Some(&header), &CANDIDATES);
            let expected = chosen.formats.first().copied().unwrap_or(Format::Jpeg);
            assert_eq!(chosen.format, expected, "{header}");
        }
    }

    #[test]
    fn without_vary_no_header_changes_the_choice() {
        for candidates in [&[Format::Jpeg][..], &[], &[Format::Png, Format::Png], &[Format::Gif]] {
            let silent = negotiate(None, candidates);
            assert!(silent.vary.is_empty());
            for header in headers() {
                assert_eq!(negotiate(Some(&header), candidates).format, silent.format);
            }
        }
    }

    #[test]
    fn hints_give_what_negotiation_gives() {
        let hints = Hints::from_lines("accept: image/avif;q=0.5\nAccept: image/webp");
        assert_eq!(hints.accepts(), [Format::Webp, Format::Avif]);
        assert!(Hints::default().accepts().is_empty());
    }
    #[test]
    fn several_lines_of_one_header_are_one_list() {
        let request = json!({ "headers": { "accept": ["image/webp", "image/avif"], "x": null } });
        assert_eq!(negotiate_json(&request).unwrap()["formats"], json!(["avif", "webp"]));
    }

    #[test]
    fn a_request_of_another_shape_is_refused() {
        for request in [
            json!([]),
            json!({ "header": {} }),
            json!({ "headers": "Accept: image/webp" }),
            json!({ "headers": { "accept": 5 } }),
            json!({ "headers": { "accept": [5] } }),
            json!({ "formats": "webp" }),
            json!({ "formats": [5] }),
            json!({ "options": {} }),
            json!({ "options": "width=0" }),
        ] {
            let error = negotiate_json(&request).unwrap_err();
            assert_eq!(error.kind(), crate::Kind::Invalid, "{request}");
            assert!(!error.message().contains('\n'));
        }
    }
}
