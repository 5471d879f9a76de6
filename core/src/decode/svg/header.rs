//! The size of a document, from the attributes of its root.

use xml::attribute::OwnedAttribute;
use xml::reader::XmlEvent;
use xml::ParserConfig;

use crate::{Error, Result};

/// Size of a document that does not say it, as browsers take it (CSS 2.1, 10.3.2).
pub(super) const FALLBACK: (f64, f64) = (300.0, 150.0);
/// CSS pixels of each unit; `em` and `ex` are those of the default font.
const UNITS: [(&str, f64); 10] = [
    ("", 1.0),
    ("px", 1.0),
    ("in", 96.0),
    ("cm", 96.0 / 2.54),
    ("mm", 96.0 / 25.4),
    ("q", 96.0 / 101.6),
    ("pt", 96.0 / 72.0),
    ("pc", 16.0),
    ("em", 16.0),
    ("ex", 8.0),
];

/// How large the document wants to be, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub width: f64,
    pub height: f64,
    /// Neither a length nor a `viewBox` says it on at least one axis.
    pub assumed: bool,
}

/// Reads as far as the start of the root element.
pub(super) fn read(source: &[u8]) -> Result<Size> {
    let config = ParserConfig::new()
        .max_attributes(200)
        .max_entity_expansion_depth(3)
        .max_data_length(1 << 20)
        .max_name_length(1000);
    for event in config.create_reader(source) {
        match event {
            Ok(XmlEvent::StartElement { name, attributes, .. }) if name.local_name == "svg" => {
                return of_root(&attributes);
            }
            Ok(XmlEvent::StartElement { .. }) | Err(_) => break,
            Ok(_) => {}
        }
    }
    Err(Error::unsupported("not an image of a known format"))
}

fn of_root(attributes: &[OwnedAttribute]) -> Result<Size> {
    let get = |name: &str| {
        let found = attributes
            .iter()
            .find(|one| one.name.local_name == name && one.name.namespace.is_none());
        found.map(|attribute| attribute.value.trim())
    };
    let length = |name| get(name).filter(|text| *text != "auto").map(length).transpose();
    let size = resolved(length("width")?, length("height")?, get("viewBox").and_then(view_box));
    let positive = |side: f64| side.is_finite() && side > 0.0;
    if !positive(size.width) || !positive(size.height) {
        return Err(Error::malformed("svg: a picture without width or height"));
    }
    Ok(size)
}

/// A length on one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Length {
    Pixels(f64),
    Share(f64),
}

fn resolved(width: Option<Length>, height: Option<Length>, view: Option<(f64, f64)>) -> Size {
    let whole = view.unwrap_or(FALLBACK);
    let side = |length: Option<Length>, whole: f64| match length {
        Some(Length::Pixels(pixels)) => pixels,
        Some(Length::Share(share)) => share * whole,
        None => whole,
    };
    let (mut wide, mut high) = (side(width, whole.0), side(height, whole.1));
    // One length and a shape give the other length.
    match (width, height) {
        (Some(_), None) if view.is_some() => high = wide * whole.1 / whole.0,
        (None, Some(_)) if view.is_some() => wide = high * whole.0 / whole.1,
        _ => {}
    }
    let told = |length| matches!(length, Some(Length::Pixels(_)));
    let assumed = view.is_none() && !(told(width) && told(height));
    Size { width: wide, height: high, assumed }
}

fn length(text: &str) -> Result<Length> {
    let end = text
        .char_indices()
        .find(|&(at, char)| {
            let exponent = matches!(char, 'e' | 'E')
                && text[at + 1..]
                    .starts_with(|next: char| next.is_ascii_digit() || "+-".contains(next));
            !(char.is_ascii_digit() || "+-.".contains(char) || exponent)
        })
        .map_or(text.len(), |(at, _)| at);
    let (number, unit) = text.split_at(end);
    let wrong = || Error::malformed("svg: a width or height that is no length");
    let number: f64 = number.parse().map_err(|_| wrong())?;
    if unit == "%" {
        return Ok(Length::Share(number / 100.0));
    }
    let known = UNITS.iter().find(|(name, _)| unit.eq_ignore_ascii_case(name));
    known.map(|(_, pixels)| Length::Pixels(number * pixels)).ok_or_else(wrong)
}

/// Width and height of a `viewBox`; one that is broken is as if absent.
fn view_box(text: &str) -> Option<(f64, f64)> {
    let parts: Option<Vec<f64>> = text
        .split(|char: char| char == ',' || char.is_ascii_whitespace())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    match parts?[..] {
        [_, _, width, height] if width > 0.0 && height > 0.0 => Some((width, height)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn size(attributes: &str) -> (f64, f64) {
        let Size { width, height, .. } = read(format!("<svg {attributes}/>").as_bytes()).unwrap();
        (width, height)
    }

    #[test]
    fn sizes_are_lengths_or_those_of_the_view_box() {
        for (attributes, expected) in [
            ("width='24' height='12'", (24.0, 12.0)),
            ("width='1in' height='25.4mm'", (96.0, 96.0)),
            ("width='72pt' height='6pc'", (96.0, 96.0)),
            ("width='1e2' height='1.5E+1px'", (100.0, 15.0)),
            ("width='2em' height='2ex'", (32.0, 16.0)),
            ("viewBox='0 0 40 20'", (40.0, 20.0)),
            ("viewBox='0,0,40,20' width='10'", (10.0, 5.0)),
            ("viewBox='-4 -4 40 20' height='10'", (20.0, 10.0)),
            ("viewBox='0 0 40 20' width='50%' height='100%'", (20.0, 20.0)),
            ("viewBox='0 0 0 20'", FALLBACK),
            ("viewBox='a'", FALLBACK),
            ("", FALLBACK),
            ("width='30'", (30.0, 150.0)),
            ("width='50%' height='auto'", (150.0, 150.0)),
        ] {
            assert_eq!(size(attributes), expected, "{attributes}");
        }
    }

    #[test]
    fn what_is_no_size_is_malformed_and_what_is_no_svg_is_not_an_image() {
        for attributes in ["width='0'", "width='-4'", "width='x'", "width='5furlong'"] {
            let error = read(format!("<svg {attributes}/>").as_bytes()).unwrap_err();
            assert_eq!(error.kind(), Kind::Malformed, "{attributes}");
        }
        for text in ["<html><svg/></html>", "<", "<!-- <svg> -->", "<svg", "<!doctype html><p>"] {
            assert_eq!(read(text.as_bytes()).unwrap_err().kind(), Kind::Unsupported, "{text}");
        }
    }

    #[test]
    fn only_the_root_is_read() {
        let text = "<?xml version='1.0'?><!-- a --><!DOCTYPE svg><svg width='5' height='6'><broken";
        assert_eq!(read(text.as_bytes()).unwrap().width, 5.0);
    }
}
