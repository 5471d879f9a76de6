//! What a cache does for each header that an origin's answers vary by (reference §6, `cf.vary`).
//!
//! The reference names three actions and says no more; this is what they mean here:
//!
//! - `normalize`: the header is reduced before it goes to the origin, and the reduced text is a
//!   part of the key. `accept` is reduced to the media types of the list that the client names
//!   with a weight above 0, `accept-language` to the languages of the list that its ranges mean;
//!   both stand by weight, then by name, and nothing left is `*/*` and `*`. Any other header loses
//!   the white space around its elements, and empty ones.
//! - `passthrough`: the header goes as it came, and its whole text is a part of the key.
//! - `bypass`: an answer that varies by it is not stored.
//!
//! A header that is not listed has the default action; without a default that is `bypass`.
//! `Accept-Encoding` is the cache's own matter unless it is listed, and an answer that varies by
//! `*` is never stored.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::canonical;
use super::{named, print};
use crate::delivery::accept::weights;
use crate::{Error, Result};

/// Entries of one list.
const MOST: usize = 16;

/// What is done for a header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VaryAction {
    /// Reduced, for the origin and in the key.
    Normalize,
    /// Left as it is, for the origin and in the key.
    Passthrough,
    /// An answer that varies by it is not stored.
    #[default]
    Bypass,
}

/// What is done for one listed header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VaryBehavior {
    /// What is done.
    pub action: VaryAction,
    /// Media types or languages that `accept` and `accept-language` are reduced to, 1 to 16; none
    /// for everything else.
    pub list: Vec<String>,
}

/// What is done for headers, by their names in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VaryBehaviors {
    default: VaryAction,
    headers: BTreeMap<String, VaryBehavior>,
}

/// What a request stands for, and whether the answer to it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaryHeaders {
    /// Headers that go to the origin in place of the client's; nothing for one that it did not
    /// send.
    pub send: BTreeMap<String, Option<String>>,
    /// Whether an answer that varies like this may be stored.
    pub store: bool,
    /// The headers that tell the variants of a URL apart, with their texts.
    pub key: BTreeMap<String, Option<String>>,
}

impl VaryBehaviors {
    /// Behaviours by header.
    ///
    /// Errors: `Invalid` for a name that no header has, a list where none belongs, and one that
    /// is missing, too long, or has an entry that is no media type or language.
    pub fn new(default: VaryAction, headers: &BTreeMap<String, VaryBehavior>) -> Result<Self> {
        let mut known = BTreeMap::new();
        for (name, behavior) in headers {
            let name = header_name(name)?;
            check_list(&name, behavior)?;
            let mut behavior = behavior.clone();
            behavior.list.iter_mut().for_each(|entry| *entry = canonical(entry));
            if known.insert(name.clone(), behavior).is_some() {
                return Err(Error::invalid("headers", "each header once", name));
            }
        }
        Ok(VaryBehaviors { default, headers: known })
    }

    fn action(&self, name: &str) -> VaryAction {
        self.headers.get(name).map_or(self.default, |behavior| behavior.action)
    }

    /// The text of a header in the key.
    fn text(&self, name: &str, value: Option<&str>) -> Option<String> {
        match (self.action(name), self.headers.get(name)) {
            (VaryAction::Normalize, Some(behavior)) if name == "accept" => {
                Some(media_types(&behavior.list, value.unwrap_or_default()))
            }
            (VaryAction::Normalize, Some(behavior)) if name == "accept-language" => {
                Some(languages(&behavior.list, value.unwrap_or_default()))
            }
            (VaryAction::Normalize, _) => value.map(tidy).filter(|text| !text.is_empty()),
            _ => value.map(|value| value.trim().to_owned()),
        }
    }
}

/// What a request with `headers` stands for when answers vary by `vary`, a header whose lines are
/// joined by commas; without one they do not vary.
///
/// Errors: `Invalid` for a name that no header has, or two of the same.
pub fn vary_headers(
    behaviors: &VaryBehaviors,
    headers: &BTreeMap<String, String>,
    vary: Option<&str>,
) -> Result<VaryHeaders> {
    let mut sent = BTreeMap::new();
    for (name, value) in headers {
        if sent.insert(header_name(name)?, value.as_str()).is_some() {
            return Err(Error::invalid("headers", "each header once", name.escape_debug()));
        }
    }
    let text = |name: &String| behaviors.text(name, sent.get(name).copied());
    let reduced = behaviors.headers.iter().filter(|(_, it)| it.action == VaryAction::Normalize);
    let send = reduced.map(|(name, _)| (name.clone(), text(name))).collect();
    let names = vary.unwrap_or_default().split(',').map(|name| name.trim().to_ascii_lowercase());
    let is_own = |name: &str| name == "accept-encoding" && !behaviors.headers.contains_key(name);
    let names: BTreeSet<String> = names.filter(|name| !name.is_empty() && !is_own(name)).collect();
    let store =
        names.iter().all(|name| name != "*" && behaviors.action(name) != VaryAction::Bypass);
    let key = names.iter().filter(|_| store).map(|name| (name.clone(), text(name))).collect();
    Ok(VaryHeaders { send, store, key })
}

/// The media types of a list that a client names, best first; wildcards prove nothing.
fn media_types(list: &[String], accept: &str) -> String {
    let named = named(accept);
    let weight = |name: &str| named.iter().find(|(known, _)| known == name).map(|(_, at)| *at);
    print(&by_weight(list, weight))
}

/// The languages of a list that a client's ranges mean, best first. A range means what begins with
/// it (`de` means `de-CH`) and what it begins with (`de-CH` falls back to `de`); of several the one
/// nearest in length counts.
fn languages(list: &[String], accept: &str) -> String {
    let ranges: Vec<(String, u16)> =
        weights(accept).map(|(range, weight)| (range.to_ascii_lowercase(), weight)).collect();
    let weight = |tag: &str| {
        let distance = |range: &str| {
            (begins(tag, range) || begins(range, tag)).then(|| range.len().abs_diff(tag.len()))
        };
        let meant = ranges.iter().filter_map(|(range, at)| Some((distance(range)?, *at)));
        meant.min().map(|(_, at)| at)
    };
    match by_weight(list, weight) {
        taken if taken.is_empty() => "*".to_owned(),
        taken => print(&taken),
    }
}

/// Whether a tag is a range or one of its parts: `de-ch` begins with `de`, `den` does not.
fn begins(tag: &str, range: &str) -> bool {
    let rest = tag.strip_prefix(range).filter(|_| !range.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn by_weight(list: &[String], weight: impl Fn(&str) -> Option<u16>) -> Vec<(&str, u16)> {
    let unique: BTreeSet<&str> = list.iter().map(String::as_str).collect();
    let mut taken: Vec<(&str, u16)> =
        unique.into_iter().filter_map(|name| Some((name, weight(name)?))).collect();
    taken.retain(|(_, weight)| *weight > 0);
    taken.sort_by_key(|&(name, weight)| (std::cmp::Reverse(weight), name));
    taken
}

/// Elements with one comma and one space between them.
fn tidy(value: &str) -> String {
    let elements = crate::delivery::accept::split(value, ',').map(str::trim);
    elements.filter(|element| !element.is_empty()).collect::<Vec<_>>().join(", ")
}

fn header_name(name: &str) -> Result<String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match !name.is_empty() && name != "*" && name.bytes().all(is_token) {
        true => Ok(name.to_ascii_lowercase()),
        false => Err(Error::invalid("headers", "a header's name", name.escape_debug())),
    }
}

fn check_list(name: &str, behavior: &VaryBehavior) -> Result<()> {
    let plain = |text: &str, more: &[u8]| {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
        !text.is_empty() && text.bytes().all(fine)
    };
    let is_type = |text: &String| {
        let halves = text.trim().split_once('/');
        halves.is_some_and(|(a, b)| plain(a, b"!#$&^_.+-") && plain(b, b"!#$&^_.+-"))
    };
    let is_language = |text: &String| text.trim().split('-').all(|part| plain(part, b""));
    let count = behavior.list.len();
    let wrong = match (name, behavior.action) {
        ("accept", VaryAction::Normalize) => behavior.list.iter().find(|it| !is_type(it)),
        ("accept-language", VaryAction::Normalize) => {
            behavior.list.iter().find(|it| !is_language(it))
        }
        _ if count == 0 => return Ok(()),
        _ => return Err(Error::invalid(name, "no list", count)),
    };
    match (wrong, count) {
        (Some(entry), _) => {
            Err(Error::invalid(name, "media types or languages", entry.escape_debug()))
        }
        (None, 1..=MOST) => Ok(()),
        (None, _) => Err(Error::invalid(name, "a list of 1 to 16", count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(action: VaryAction, list: &[&str]) -> VaryBehavior {
        VaryBehavior { action, list: list.iter().map(|entry| (*entry).to_owned()).collect() }
    }

    fn behaviors() -> VaryBehaviors {
        let headers = BTreeMap::from([
            ("Accept".to_owned(), listed(VaryAction::Normalize, &["image/webp", "image/avif"])),
            ("accept-language".to_owned(), listed(VaryAction::Normalize, &["de", "en", "de-CH"])),
            ("x-device".to_owned(), listed(VaryAction::Passthrough, &[])),
            ("save-data".to_owned(), listed(VaryAction::Normalize, &[])),
        ]);
        VaryBehaviors::new(VaryAction::Bypass, &headers).unwrap()
    }

    fn asked(name: &str, value: &str, vary: &str) -> VaryHeaders {
        let headers = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        vary_headers(&behaviors(), &headers, Some(vary)).unwrap()
    }

    #[test]
    fn what_is_sent_is_what_the_key_says_and_media_types_stay_as_they_are() {
        let types = ["image/avif", "IMAGE/webp", "text/html", "*/*"];
        let ranges = ["de", "de-AT", "DE-ch", "en-GB", "fr", "*"];
        let weights = ["", ";q=0.5", ";q=0", ";q=0.9"];
        for (name, words) in [("accept", &types[..]), ("accept-language", &ranges)] {
            let one = || words.iter().flat_map(|word| weights.map(|q| format!("{word}{q}")));
            for value in one().flat_map(|a| one().map(move |b| format!("{a}, {b}"))) {
                let once = asked(name, &value, name);
                let text = once.key[name].clone().unwrap();
                assert_eq!(once.send[name].as_ref(), Some(&text));
                if name == "accept" {
                    assert_eq!(asked(name, &text, name).key, once.key, "{value}");
                }
            }
        }
    }

    #[test]
    fn a_range_means_what_begins_with_it_and_falls_back() {
        for (value, text) in [
            ("de-CH,de;q=0.9,en;q=0.8", "de-ch,de;q=0.95,en;q=0.9"),
            ("de", "de,de-ch"),
            ("de-AT", "de"),
            ("en-GB;q=0.1", "en"),
            ("de;q=0,de-CH", "de-ch"),
            ("den,*", "*"),
            ("", "*"),
        ] {
            let key = asked("accept-language", value, "Accept-Language").key;
            assert_eq!(key["accept-language"].as_deref(), Some(text), "{value}");
        }
    }

    #[test]
    fn only_answers_that_vary_by_what_is_known_are_stored() {
        for (vary, store, key) in [
            ("", true, 0),
            ("Accept-Encoding", true, 0),
            ("Accept, accept , X-Device", true, 2),
            ("Save-Data", true, 1),
            ("Cookie", false, 0),
            ("Accept, Cookie", false, 0),
            ("*", false, 0),
        ] {
            let got = asked("x-device", " a  b ", vary);
            assert_eq!((got.store, got.key.len()), (store, key), "{vary}");
        }
        assert_eq!(
            asked("X-Device", " a  b ", "x-device").key["x-device"].as_deref(),
            Some("a  b")
        );
        assert_eq!(asked("x-device", "", "save-data").key["save-data"], None);
    }

    #[test]
    fn lists_stand_where_they_belong() {
        for (name, action, list) in [
            ("accept", VaryAction::Normalize, &[][..]),
            ("accept", VaryAction::Normalize, &["webp"]),
            ("accept", VaryAction::Bypass, &["image/webp"]),
            ("accept", VaryAction::Normalize, &["image/a"; 17]),
            ("accept-language", VaryAction::Normalize, &["de,en"]),
            ("cookie", VaryAction::Normalize, &["a"]),
            ("a b", VaryAction::Bypass, &[]),
            ("*", VaryAction::Bypass, &[]),
        ] {
            let headers = BTreeMap::from([(name.to_owned(), listed(action, list))]);
            assert!(VaryBehaviors::new(VaryAction::Bypass, &headers).is_err(), "{name} {list:?}");
        }
        let two = ["Accept", "accept"].map(|it| (it.to_owned(), listed(VaryAction::Bypass, &[])));
        assert!(VaryBehaviors::new(VaryAction::Bypass, &BTreeMap::from(two)).is_err());
    }
}
