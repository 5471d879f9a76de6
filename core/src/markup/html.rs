//! Elements without content, escaped.

/// An element that has no end tag.
pub(super) struct Tag(String);

impl Tag {
    pub(super) fn new(name: &'static str) -> Self {
        Tag(format!("<{name}"))
    }

    /// Adds an attribute; `value` may be any text.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push_str("=\"");
        escape(value, &mut self.0);
        self.0.push('"');
        self
    }

    pub(super) fn with_some(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(super) fn text(self) -> String {
        self.0 + ">"
    }
}

/// Makes `text` plain in an attribute and in content alike. Control characters but for tab and
/// line ends are dropped: HTML has no way to write them.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}
