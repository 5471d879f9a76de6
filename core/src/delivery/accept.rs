//! The `Accept` header: which media types are named, and with what weight (RFC 9110 §12).

use crate::image::Format;

/// Longest header that is read; a longer one says nothing.
const LONGEST: usize = 8 * 1024;

/// What a client says about the formats that we know. Weights are thousandths.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Accept {
    named: Vec<(Format, u16)>,
}

impl Accept {
    /// Reads a header. Elements with a malformed weight are as if absent; of a type that is
    /// named twice the lowest weight holds, as that errs towards formats everyone can show.
    pub(super) fn read(header: &str) -> Self {
        let mut accept = Accept::default();
        for (media_type, weight) in weights(header) {
            let Some(format) = written(media_type) else { continue };
            match accept.named.iter_mut().find(|(known, _)| *known == format) {
                Some((_, known)) => *known = weight.min(*known),
                None => accept.named.push((format, weight)),
            }
        }
        accept
    }

    /// The weight of a format that is named; 0 is a refusal.
    pub(super) fn weight(&self, format: Format) -> Option<u16> {
        self.named.iter().find(|(named, _)| *named == format).map(|(_, weight)| *weight)
    }
}

/// The format that we write of this media type.
fn written(media_type: &str) -> Option<Format> {
    let mut written = Format::ALL.iter().copied().filter(|format| format.is_written());
    written.find(|format| format.mime().eq_ignore_ascii_case(media_type))
}

/// The media types of a header as they stand there, with their weights in thousandths. Elements
/// with a malformed weight are left out.
pub(super) fn weights(header: &str) -> impl Iterator<Item = (&str, u16)> {
    let header = if header.len() > LONGEST { "" } else { header };
    split(header, ',').filter_map(read_element)
}

fn read_element(element: &str) -> Option<(&str, u16)> {
    let mut parts = split(element, ';');
    let media_type = parts.next()?.trim();
    let weight = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    Some((media_type, weight.map_or(Some(1000), read_weight)?))
}

/// `0`, `1`, and up to three decimals; never more than 1.
fn read_weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let plain = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| plain)?;
    match (whole, thousandths) {
        ("0", _) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// Splits outside of quoted strings.
pub(super) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |letter| {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return letter == separator && !quoted,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn avif(header: &str) -> Option<u16> {
        Accept::read(header).weight(Format::Avif)
    }

    #[test]
    fn weights_follow_the_grammar() {
        for (text, weight) in [
            ("0", 0),
            ("0.", 0),
            ("0.000", 0),
            ("0.001", 1),
            ("0.5", 500),
            ("0.85", 850),
            ("1", 1000),
            ("1.", 1000),
            ("1.000", 1000),
        ] {
            assert_eq!(avif(&format!("image/avif;q={text}")), Some(weight), "{text}");
        }
        for text in
            ["", "x", "2", "1.001", "1.5", "-1", "+1", ".5", "0.1234", "00", "1e0", "NaN", "0.5 0"]
        {
            let weight = avif(&format!("image/avif;q={text}"));
            assert_eq!(weight, None, "{text}");
        }
    }

    #[test]
    fn types_are_found_whatever_their_case_and_spacing() {
        assert_eq!(avif("text/html ,\timage/AVIF ; Q=0.7 , */*"), Some(700));
        assert_eq!(avif("image/avif;profile=\"a,b;q=0\";q=0.2"), Some(200));
        assert_eq!(avif("image/avif-sequence, x-image/avif, image/avifs, image/*"), None);
    }

    #[test]
    fn a_type_named_twice_has_its_lowest_weight() {
        assert_eq!(avif("image/avif, image/avif;q=0"), Some(0));
        assert_eq!(avif("image/avif;q=0.3, image/avif;q=0.6"), Some(300));
    }

    #[test]
    fn a_header_beyond_the_limit_says_nothing() {
        let long = format!("image/avif,{}", "a".repeat(LONGEST));
        assert_eq!(avif(&long), None);
    }
}
