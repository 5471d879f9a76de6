//! One option: all that parsers, printers and generated files know about it.

use serde_json::Value;

use super::kind::Kind;
use super::table::ROWS;
use super::Options;

/// Whether asking for an option has its effect in this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// Yes, with every value.
    Yes,
    /// Yes, but for these values.
    Except(&'static [&'static str]),
    /// Yes, but these values (every value, when there are none here) only with a hook of the host.
    Hook(&'static [&'static str]),
    /// No: it is known and refused.
    No,
}

/// One option.
#[derive(Debug)]
pub struct Row {
    /// Full name. A dot leads to a part of the option before it.
    pub name: &'static str,
    /// Short names.
    pub aliases: &'static [&'static str],
    /// What a value may be.
    pub kind: Kind,
    /// What holds when the option is absent, in words or as a value.
    pub default: &'static str,
    /// Values that do the same as leaving the option out; they are not printed.
    pub neutral: &'static [&'static str],
    /// Whether URL text may carry it; JSON always may.
    pub url: bool,
    /// Whether it has its effect in this version.
    pub live: Live,
    /// The heading of the option reference that tells more.
    pub section: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Whether the text of the option before the dot says it already.
    pub(super) covered: fn(&Options) -> bool,
    /// Whether it is a member of an overlay that means what the option of the same name means.
    pub(super) shared: bool,
    pub(super) access: Access,
}

/// How a row reaches its field.
#[derive(Debug)]
pub(super) struct Access {
    pub set_text: fn(&Kind, &str, &mut Options) -> bool,
    pub set_json: fn(&Kind, &Value, &mut Options) -> bool,
    pub text: fn(&Options) -> Option<String>,
    pub json: fn(&Options) -> Option<Value>,
}

impl Row {
    /// The row with this full or short name. Members of overlays are no options by themselves.
    pub fn find(name: &str) -> Option<&'static Row> {
        let mut rows = ROWS.iter().filter(|row| !row.name.starts_with("draw."));
        rows.find(|row| row.name == name || row.aliases.contains(&name))
    }

    /// How deep the name goes: 0 for `trim`, 2 for `trim.border.keep`.
    pub fn depth(&self) -> usize {
        self.name.matches('.').count()
    }

    /// The value in text form, unless it is absent or does nothing.
    pub(super) fn text(&self, options: &Options) -> Option<String> {
        if (self.covered)(options) {
            return None;
        }
        self.given_text(options)
    }

    /// The value in text form, unless it is absent or does nothing, even if another row says it.
    pub(super) fn given_text(&self, options: &Options) -> Option<String> {
        (self.access.text)(options).filter(|text| !self.neutral.contains(&text.as_str()))
    }
}
