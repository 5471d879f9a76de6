//! Vary for Images: one URL whose origin sends several formats, in front of a cache (reference §6).
//!
//! Rules say which media types an origin may send for an extension: `{"jpg": ["image/webp",
//! "image/avif"]}`. Everything here is a pure function; the cache is the caller's.
//!
//! 1. The extension is that of the path's last segment, whatever its case, and never the query's. A path
//!    without a rule is left alone: the client's `Accept` goes to the origin as it came.
//! 2. A client's `Accept` is reduced to the types of the rule that it names with a weight above 0
//!    and does not rank below the extension's own type. They stand by weight, then by name, so
//!    that equal preferences give equal text. Wildcards prove nothing.
//! 3. What is left is the header for the origin and the name of the variant. Nothing left is
//!    `*/*`: then the extension's own type is due.
//! 4. A stored variant is sent without asking the origin when it came for the same text, or when
//!    it is of the type that this client likes best: nothing better could come.
//! 5. An answer is stored when it says `Vary: Accept` and is of a type that the text names. One
//!    without `Vary` is stored as the single copy for all when it is of the extension's own type.
//!    Everything else goes through unstored, as `BYPASS`.
//! 6. A purge of the URL drops whatever is stored under it: variants have no address of their own.

mod behaviors;
mod json;
mod respond;
mod rules;
#[cfg(test)]
mod tests;

pub use behaviors::{vary_headers, VaryAction, VaryBehavior, VaryBehaviors, VaryHeaders};
pub use json::{vary_headers_json, vary_request_json, vary_response_json};
pub use respond::{vary_response, VaryReason, VaryResponse};
pub use rules::{check_vary_rule, VaryRules, VARY_EXTENSIONS};

use rules::{canonical, Rule};

use super::accept::weights;
use crate::{Error, Result};

/// What a client stands for under the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaryRequest {
    /// The path's extension, where a rule governs it.
    pub extension: Option<String>,
    /// The `Accept` header for the origin, which also names the variant; nothing where no rule
    /// governs the path: the client's own header goes on, and one copy serves all.
    pub accept: Option<String>,
    /// Types that the origin may answer with, best first; none where no rule governs the path.
    pub types: Vec<String>,
}

/// A variant that a cache holds for a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaryStored {
    /// The text of [`VaryRequest::accept`] that it came for; nothing for the single copy.
    pub accept: Option<String>,
    /// Its media type.
    pub content_type: String,
}

/// Reduces the `Accept` header of a request for `path`, which may have a query.
///
/// Errors: `Invalid` for a path that does not start with `/`.
pub fn vary_request(rules: &VaryRules, path: &str, accept: Option<&str>) -> Result<VaryRequest> {
    let Some(rule) = rules.governing(path)? else {
        return Ok(VaryRequest { extension: None, accept: None, types: Vec::new() });
    };
    let taken = taken(&rule, accept.unwrap_or_default());
    let types = match taken.is_empty() {
        true => vec![rule.own.to_owned()],
        false => taken.iter().map(|(name, _)| (*name).to_owned()).collect(),
    };
    let extension = Some(rule.extension.to_owned());
    Ok(VaryRequest { extension, accept: Some(print(&taken)), types })
}

impl VaryRequest {
    /// Which of the variants of the URL to send, if one will do, as an index.
    pub fn choose(&self, stored: &[VaryStored]) -> Option<usize> {
        let same = stored.iter().position(|variant| variant.accept == self.accept);
        let best = |variant: &VaryStored| {
            let name = canonical(&variant.content_type);
            variant.accept.is_some() && self.types.first() == Some(&name)
        };
        let single = |variant: &VaryStored| variant.accept.is_none();
        same.or_else(|| stored.iter().position(best)).or_else(|| stored.iter().position(single))
    }
}

/// The types of a rule that a client takes, best first, with its weights.
fn taken<'a>(rule: &Rule<'a>, accept: &str) -> Vec<(&'a str, u16)> {
    let named = named(accept);
    let weight = |name: &str| named.iter().find(|(known, _)| known == name).map(|(_, at)| *at);
    let least = weight(rule.own).unwrap_or(0).max(1);
    let types = rule.types.iter().filter(|name| *name != rule.own);
    let weighed = types.filter_map(|name| Some((name.as_str(), weight(name)?)));
    let mut taken: Vec<_> = weighed.filter(|(_, weight)| *weight >= least).collect();
    taken.sort_by_key(|&(name, weight)| (std::cmp::Reverse(weight), name));
    taken
}

/// Media types with their weights; of one that is named twice the lowest holds.
fn named(accept: &str) -> Vec<(String, u16)> {
    let mut named: Vec<(String, u16)> = Vec::new();
    for (name, weight) in weights(accept) {
        let name = canonical(name);
        match named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = weight.min(*known),
            None => named.push((name, weight)),
        }
    }
    named
}

/// The header that says this order and nothing more: only whether one type is liked better than
/// the next is kept, not by how much.
fn print(taken: &[(&str, u16)]) -> String {
    let mut rank = 0;
    let mut last = taken.first().map_or(0, |(_, weight)| *weight);
    let mut parts = Vec::new();
    for &(name, weight) in taken {
        rank += u32::from(weight < last);
        last = weight;
        parts.push(match rank {
            0 => name.to_owned(),
            // A rule has 16 types at most, so that the last is at 0.25.
            _ => format!("{name};q={}", f64::from(100 - 5 * rank) / 100.0),
        });
    }
    match parts.is_empty() {
        true => "*/*".to_owned(),
        false => parts.join(","),
    }
}

/// The extension of a path's last segment, in lower case.
fn extension(path: &str) -> Result<Option<String>> {
    if !path.starts_with('/') {
        return Err(Error::invalid("path", "one that starts with /", path));
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segment = path.rsplit('/').next().unwrap_or_default();
    let extension = segment.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    Ok(extension)
}
