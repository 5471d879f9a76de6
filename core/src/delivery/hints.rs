//! What a request's headers say about the client.

/// Facts about the client, read from request headers. Empty means: nothing is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// The `Accept` header.
    pub accept: Option<String>,
}

impl Hints {
    /// A client of which nothing is known.
    pub const UNKNOWN: Hints = Hints { accept: None };

    /// Reads the headers that matter; names are compared without case, the rest is ignored.
    pub fn from_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut hints = Hints::default();
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("accept") {
                // Several lines of one list header mean one list.
                hints.accept = Some(match hints.accept.take() {
                    Some(list) => format!("{list}, {value}"),
                    None => value.to_owned(),
                });
            }
        }
        hints
    }

    /// Reads `Name: value` lines, as they stand in an HTTP request.
    pub fn from_lines(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        Self::from_headers(lines.map(|(name, value)| (name.trim(), value.trim())))
    }
}
