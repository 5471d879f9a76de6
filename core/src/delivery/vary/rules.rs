//! Rules of a zone: media types by extension.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// Media types of one extension.
const MOST_TYPES: usize = 16;

/// Extensions that may have a rule, and the type that each stands for.
pub const VARY_EXTENSIONS: [(&str, &str); 11] = [
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("gif", "image/gif"),
    ("jp2", "image/jp2"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("jpg2", "image/jp2"),
    ("png", "image/png"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("webp", "image/webp"),
];

/// Names that servers give to types which have another one.
const ALIASES: [(&str, &str); 3] =
    [("image/jpg", "image/jpeg"), ("image/x-bmp", "image/bmp"), ("image/x-ms-bmp", "image/bmp")];

/// Which media types an origin may send for an extension.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VaryRules(BTreeMap<String, Vec<String>>);

/// The rule of one extension.
pub(super) struct Rule<'a> {
    pub extension: &'a str,
    /// The type that the extension stands for.
    pub own: &'static str,
    /// Types that the origin may send, canonical.
    pub types: &'a [String],
}

impl VaryRules {
    /// Rules of these media types by extension, without the dot.
    ///
    /// Errors: as [`check_vary_rule`].
    pub fn new(value: &BTreeMap<String, Vec<String>>) -> Result<Self> {
        let mut rules = BTreeMap::new();
        for (extension, types) in value {
            check_vary_rule(extension, types)?;
            let types = types.iter().map(|name| canonical(name)).collect();
            rules.insert(extension.clone(), types);
        }
        Ok(VaryRules(rules))
    }

    /// The rule for a path, which may have a query.
    pub(super) fn governing(&self, path: &str) -> Result<Option<Rule<'_>>> {
        let Some(wanted) = super::extension(path)? else { return Ok(None) };
        let known = VARY_EXTENSIONS.iter().find(|(extension, _)| *extension == wanted);
        let rule = known.and_then(|(extension, own)| {
            let types = self.0.get(*extension)?;
            Some(Rule { extension, own, types })
        });
        Ok(rule)
    }
}

/// Checks the media types of one extension: 1 to 16 of `image/…`, each once.
///
/// Errors: `Invalid` for an extension that may have no rule, and for other lists.
pub fn check_vary_rule(extension: &str, types: &[String]) -> Result<()> {
    if !VARY_EXTENSIONS.iter().any(|(known, _)| *known == extension) {
        let expected = format!("one of {}", VARY_EXTENSIONS.map(|(known, _)| known).join(", "));
        return Err(Error::invalid("value", &expected, extension));
    }
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte);
    let is_image = |name: &str| {
        let subtype = name.strip_prefix("image/");
        subtype.is_some_and(|rest| (1..=64).contains(&rest.len()) && rest.bytes().all(letter))
    };
    if let Some(wrong) = types.iter().find(|name| !is_image(name)) {
        return Err(Error::invalid(extension, "media types such as image/webp", wrong));
    }
    let repeated = types.iter().enumerate().find(|(at, name)| types[..*at].contains(name));
    match (repeated, types.len()) {
        (Some((_, name)), _) => Err(Error::invalid(extension, "each media type once", name)),
        (None, 1..=MOST_TYPES) => Ok(()),
        (None, count) => Err(Error::invalid(extension, "1 to 16 media types", count)),
    }
}

/// A media type without parameters, in lower case, under the one name it has here.
pub(super) fn canonical(name: &str) -> String {
    let name = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match ALIASES.iter().find(|(alias, _)| *alias == name) {
        Some((_, name)) => (*name).to_owned(),
        None => name,
    }
}
