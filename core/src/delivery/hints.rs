//! What a request's headers say about the client.

/// Headers that are kept, besides `Accept`.
const KEPT: [&str; 11] = [
    "Sec-CH-Width",
    "Width",
    "Sec-CH-Viewport-Width",
    "Viewport-Width",
    "Sec-CH-DPR",
    "DPR",
    "Save-Data",
    "ECT",
    "RTT",
    "Downlink",
    "User-Agent",
];

/// Longest value of those that is read; a longer one says nothing.
const LONGEST: usize = 1024;

/// Facts about the client, read from request headers. Empty means: nothing is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The others by their name in [`KEPT`], as they came.
    values: Vec<(&'static str, String)>,
}

impl Hints {
    /// A client of which nothing is known.
    pub const UNKNOWN: Hints = Hints { accept: None, values: Vec::new() };

    /// Reads the headers that matter; names are compared without case, the rest is ignored.
    /// Where a hint comes twice, the first one holds.
    pub fn from_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut hints = Hints::default();
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("accept") {
                // Several lines of one list header mean one list.
                hints.accept = Some(match hints.accept.take() {
                    Some(list) => format!("{list}, {value}"),
                    None => value.to_owned(),
                });
            } else if let Some(kept) = KEPT.iter().find(|kept| name.eq_ignore_ascii_case(kept)) {
                if value.len() <= LONGEST && hints.value(kept).is_none() {
                    hints.values.push((kept, value.trim().to_owned()));
                }
            }
        }
        hints
    }

    /// Reads `Name: value` lines, as they stand in an HTTP request.
    pub fn from_lines(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        Self::from_headers(lines.map(|(name, value)| (name.trim(), value.trim())))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(kept, _)| *kept == name).map(|(_, value)| value.as_str())
    }
}

/// Reads hints and notes which headers were looked at: what `Vary` has to name.
pub(super) struct Reader<'a> {
    hints: &'a Hints,
    /// Headers that were looked at.
    pub seen: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(hints: &'a Hints) -> Self {
        Reader { hints, seen: Vec::new() }
    }

    /// The text of a header.
    pub(super) fn text(&mut self, name: &'static str) -> Option<&'a str> {
        self.seen.push(name);
        self.hints.value(name)
    }

    /// A plain decimal number above 0 and up to `most`; anything else is as if absent.
    pub(super) fn positive(&mut self, name: &'static str, most: f64) -> Option<f64> {
        self.number(name, most).filter(|number| *number > 0.0)
    }

    /// A plain decimal number from 0 up to `most`; anything else is as if absent.
    pub(super) fn number(&mut self, name: &'static str, most: f64) -> Option<f64> {
        let text = self.text(name)?;
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        text.parse().ok().filter(|number| plain && *number <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whatever_their_case_and_the_first_of_two_holds() {
        let hints = Hints::from_lines("sec-ch-dpr: 2\nSEC-CH-DPR: 3\nSave-data :on\nx: y");
        assert_eq!(hints.value("Sec-CH-DPR"), Some("2"));
        assert_eq!(hints.value("Save-Data"), Some("on"));
        assert_eq!(hints.values.len(), 2);
    }

    #[test]
    fn only_plain_numbers_within_bounds_are_numbers() {
        let read = |text: &str| {
            let hints = Hints::from_headers([("dpr", text)]);
            Reader::new(&hints).positive("DPR", 10.0)
        };
        assert_eq!((read("2"), read("1.5"), read("10")), (Some(2.0), Some(1.5), Some(10.0)));
        for text in
            ["", "0", "0.0", "-1", "+1", "1e0", "10.1", "inf", "NaN", "2, 3", "\"2\"", ".", "²"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        let long = format!("{}1", "0".repeat(LONGEST));
        assert_eq!(read(&long), None);
    }
}
