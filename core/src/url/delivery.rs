//! `/<account>/<image>/<variant or options>`, with or without the custom-domain prefix.

use super::text::{self, shown};
use super::Rejection;
use crate::options::Options;
use crate::{Error, Result};

/// Longest image id, in characters (reference §3.2).
const LONGEST_ID: usize = 1024;

/// Longest variant name, in characters (reference §2.2).
const LONGEST_VARIANT: usize = 99;

/// A hosted image in a named variant or by options.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Scheme and host; `None` for a path alone.
    pub host: Option<String>,
    /// Whether the path begins with [`super::DELIVERY_PREFIX`].
    pub custom: bool,
    /// The account's hash.
    pub account: String,
    /// The image's id, decoded; it may contain `/`.
    pub image: String,
    /// What is asked for.
    pub choice: Choice,
    /// The query as it stood, without `?`: `exp`, `sig` and whatever else came.
    pub query: Option<String>,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

/// A variant by name, or options.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// The name of a variant.
    Variant(String),
    /// Options in place of a name.
    Options(Box<Options>),
}

/// Reads what follows the prefix or the first `/`.
pub(super) fn parse(
    host: Option<String>,
    custom: bool,
    rest: &str,
    lenient: bool,
) -> std::result::Result<Delivery, Rejection> {
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let (account, image, last) = split(path)?;
    let account = read_account(account)?;
    let (choice, mut warnings) = read_choice(last, lenient)?;
    let image = text::as_sent("image", image, &mut warnings);
    let image = read_image(&text::decode("image", &image)?)?;
    let query = query
        .filter(|query| !query.is_empty())
        .map(|query| text::as_sent("query", query, &mut warnings));
    Ok(Delivery { host, custom, account, image, choice, query, warnings })
}

/// First segment, everything between, last segment.
fn split(path: &str) -> Result<(&str, &str, &str)> {
    path.split_once('/')
        .and_then(|(account, rest)| {
            rest.rsplit_once('/').map(|(image, last)| (account, image, last))
        })
        .ok_or_else(|| {
            let forms = "/cdn-cgi/image/<options>/<source> or /<account>/<image>/<variant>";
            Error::invalid("url", forms, shown(path))
        })
}

fn read_choice(last: &str, lenient: bool) -> std::result::Result<(Choice, Vec<String>), Rejection> {
    if !last.contains('=') {
        return Ok((Choice::Variant(read_variant(last)?), Vec::new()));
    }
    let parsed = text::read_options(last, lenient)?;
    Ok((Choice::Options(Box::new(parsed.options)), parsed.warnings))
}

/// An account hash: the alphabet of base64url. The other paths under `/cdn-cgi/` are not ours.
pub(super) fn read_account(account: &str) -> Result<String> {
    let reserved = account.eq_ignore_ascii_case("cdn-cgi");
    match is_word(account, 64, b"-_") && !reserved {
        true => Ok(account.to_owned()),
        false => Err(Error::invalid("account", "1 to 64 letters, digits, - or _", shown(account))),
    }
}

/// The name of a variant.
pub(super) fn read_variant(name: &str) -> Result<String> {
    let dots = name.bytes().all(|byte| byte == b'.');
    match is_word(name, LONGEST_VARIANT, b"-_.") && !dots {
        true => Ok(name.to_owned()),
        false => {
            let expected = "1 to 99 letters, digits, -, _ or ., or options with =";
            Err(Error::invalid("variant", expected, shown(name)))
        }
    }
}

/// An image id: path segments that no client, proxy or file system would resolve away.
pub(super) fn read_image(id: &str) -> Result<String> {
    let plain = |segment: &str| !matches!(segment, "" | "." | "..");
    let clean = !id.chars().any(|letter| letter.is_control() || letter == '\\');
    match clean && id.chars().count() <= LONGEST_ID && id.split('/').all(plain) {
        true => Ok(id.to_owned()),
        false => Err(Error::invalid("image", "an id without empty or dot segments", shown(id))),
    }
}

fn is_word(text: &str, longest: usize, more: &[u8]) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
    (1..=longest).contains(&text.len()) && text.bytes().all(allowed)
}
