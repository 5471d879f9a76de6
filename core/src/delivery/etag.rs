//! Entity tags: made from the source's, and compared with what a client holds.

use sha2::{Digest, Sha256};

use super::accept::split;
use crate::VERSION;

/// Longest tag of a source that is carried over.
const LONGEST: usize = 512;

/// `"cf-<opaque>:<source tag>"`, weak when the source's tag is; `None` when the source has none
/// that may stand in a header.
///
/// The opaque part stands for `key` and our version: when one changes, so may the bytes. See
/// [`Resolved::key`](super::Resolved::key).
pub fn entity_tag(key: &str, source_tag: Option<&str>) -> Option<String> {
    let source_tag = source_tag?.trim();
    let (weak, quoted) = match source_tag.strip_prefix("W/") {
        Some(rest) => ("W/", rest),
        None => ("", source_tag),
    };
    let bare = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(quoted);
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
    if bare.is_empty() || bare.len() > LONGEST || !bare.bytes().all(allowed) {
        return None;
    }
    let digest = Sha256::digest(format!("{VERSION}\n{key}"));
    let opaque: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{weak}\"cf-{opaque}:{bare}\""))
}

/// Whether an `If-None-Match` header names `tag`: one of a list, or `*`, compared weakly. The
/// answer is then 304 without a body.
pub fn if_none_match(header: Option<&str>, tag: Option<&str>) -> bool {
    let (Some(header), Some(tag)) = (header, tag) else { return false };
    let opaque = |text: &str| text.strip_prefix("W/").unwrap_or(text).to_owned();
    let tag = opaque(tag);
    header.trim() == "*" || split(header, ',').any(|item| opaque(item.trim()) == tag)
}

/// Whether an `If-Match` header names `tag`: one of a list, or `*`, compared strongly.
pub(super) fn if_match(header: &str, tag: Option<&str>) -> bool {
    let any = header.trim() == "*";
    tag.is_some_and(|tag| any || split(header, ',').any(|item| is_same(tag, item.trim())))
}

/// Whether two tags stand for the same bytes: both strong and equal.
pub(super) fn is_same(tag: &str, other: &str) -> bool {
    tag == other && !tag.starts_with("W/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_changes_with_key_and_source() {
        let tag = |key, source| entity_tag(key, Some(source)).unwrap();
        let first = tag("width=1", "\"abc\"");
        assert!(first.starts_with("\"cf-") && first.ends_with(":abc\""), "{first}");
        assert_eq!(first, tag("width=1", "abc"));
        assert_ne!(first, tag("width=2", "\"abc\""));
        assert_ne!(first, tag("width=1", "\"abd\""));
        assert_eq!(tag("width=1", "W/\"abc\""), format!("W/{first}"));
    }

    #[test]
    fn a_source_tag_that_could_break_the_header_gives_none() {
        for source in ["", "\"\"", "a\"b", "a\\", "a\r\nX: y", "a b", "é", &"a".repeat(LONGEST + 1)]
        {
            assert_eq!(entity_tag("", Some(source)), None, "{source:?}");
        }
        assert_eq!(entity_tag("", None), None);
    }

    #[test]
    fn tags_are_compared_weakly_in_lists() {
        let tag = Some("\"cf-1:a,b\"");
        for header in
            ["\"cf-1:a,b\"", "W/\"cf-1:a,b\"", "\"x\", W/\"cf-1:a,b\" , \"y\"", "*", " * "]
        {
            assert!(if_none_match(Some(header), tag), "{header}");
        }
        assert!(if_none_match(Some("\"a\""), Some("W/\"a\"")));
        for header in ["", "\"cf-1:a\"", "cf-1:a,b", "\"x\", \"y\"", "\"*\"", "\"CF-1:a,b\""] {
            assert!(!if_none_match(Some(header), tag), "{header}");
        }
        assert!(!if_none_match(None, tag));
        assert!(!if_none_match(Some("*"), None));
    }
}
