//! The canonical text, and what this version does not do.

use std::fmt;

use super::draw::inside;
use super::kind::Kind;
use super::row::{Live, Row};
use super::table::ROWS;
use super::url_text::encoded;
use super::Options;
use crate::{Error, Result};

impl fmt::Display for Options {
    /// The canonical text: full names in table order, values that change nothing left out,
    /// numbers in their shortest form. Options that mean the same have equal text.
    ///
    /// It is empty when nothing is asked for. Options that exist only in the JSON form are
    /// written as encoded JSON, which [`Options::parse_canonical`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (row, text) in given(self) {
            // Overlays encode their parts themselves.
            let text = if row.kind == Kind::Draw { text } else { encoded(&text) };
            write!(f, "{separator}{}={text}", row.name)?;
            separator = ",";
        }
        Ok(())
    }
}

impl Options {
    /// Refuses options and values that are known but whose effect is not in this version.
    pub fn check_supported(&self) -> Result<()> {
        match given(self).find_map(|(row, text)| refused(row, &text)) {
            Some(what) => {
                let message = format!("{what}: known, but not available in this version");
                Err(Error::unsupported(message))
            }
            None => Ok(()),
        }?;
        for (index, overlay) in self.draw.iter().flatten().enumerate() {
            let name = format!("draw[{index}]");
            overlay.options.check_supported().map_err(|error| inside(&name, &error))?;
        }
        Ok(())
    }
}

/// The rows that ask for something, with their text.
pub(super) fn given(options: &Options) -> impl Iterator<Item = (&'static Row, String)> + '_ {
    ROWS.iter().filter_map(|row| Some((row, row.text(options)?)))
}

fn refused(row: &Row, text: &str) -> Option<String> {
    match row.live {
        Live::Yes | Live::Hook(_) => None,
        Live::No => Some(row.name.into()),
        Live::Except(values) => values.contains(&text).then(|| format!("{}={text}", row.name)),
    }
}
