//! Signed URLs: HMAC-SHA256 over the very text of path and query (reference §3.5).
//!
//! What is signed is what is sent: nothing is decoded, sorted or rewritten. A signed text is
//! `<path>[?<query>]` with `sig=<64 lower-case hex digits>` as its last query part; the signature
//! covers everything before it, `exp=<unix seconds>` included when there is one.
//!
//! Checking fails closed. `sig` and `exp` may come once each and only spelled so: `Sig`, `%73ig`
//! or `%65xp` are refused, because a later reader could take them for the real ones. A URL is
//! valid while `now < exp`: at the second `exp` itself it has expired, as with `exp` in a JWT.
//! Spaces, control characters, raw non-ASCII, `\` and `#` are refused on both sides, because
//! browsers rewrite them and the text that arrives would not be the text that was signed.

#[cfg(feature = "service")]
pub(crate) mod digest;
pub(crate) mod escape;

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::{Error, Kind, Result};

/// The latest `exp` that can be written: ten digits.
const LATEST: u64 = 9_999_999_999;

/// Signs a path with its query; with `expires` (Unix seconds) the URL stops working then.
///
/// Returns the text with `exp` (when given) and `sig` at the end of its query. Refuses a text
/// that does not begin with `/`, has a `sig` already, or an `exp` next to `expires`.
///
/// ```
/// let signed = safelight::sign::sign("/hello/world", "this is a secret", None)?;
/// assert!(signed.ends_with("sig=6293f9144b4e9adc83416d1b059abcac750bf05b2c5c99ea72fd47cc9c2ace34"));
/// safelight::sign::verify(&signed, &["this is a secret"], safelight::sign::now())?;
/// # Ok::<(), safelight::Error>(())
/// ```
pub fn sign(path: &str, key: &str, expires: Option<u64>) -> Result<String> {
    check_key(key)?;
    if let Some(problem) = problem(path) {
        return Err(Error::invalid("path", problem, format!("{path:?}")));
    }
    // The sign of an empty query is never signed.
    let mut text =
        path.strip_suffix('?').filter(|rest| !rest.contains('?')).unwrap_or(path).to_owned();
    check_unsigned(&text, expires)?;
    if let Some(expires) = expires {
        append(&mut text, &format!("exp={expires}"));
    }
    let signature = escape::hex(&mac(key, &text)?);
    append(&mut text, &format!("sig={signature}"));
    Ok(text)
}

/// Checks a path with its query, as it was received, against every key at the time `now` (Unix
/// seconds).
///
/// Any of `keys` may have signed it; all are tried, whichever matches. No key or an empty key
/// is an error of kind `Invalid`, anything wrong with the text one of kind `Signature`.
pub fn verify(path: &str, keys: &[&str], now: u64) -> Result<()> {
    if keys.is_empty() {
        return Err(Error::invalid("keys", "at least one key", "none"));
    }
    keys.iter().try_for_each(|key| check_key(key))?;
    if let Some(problem) = problem(path) {
        return Err(refused(format!("expected {problem}")));
    }
    let received = read(path)?;
    let mut found = Choice::from(0);
    for key in keys {
        found |= mac(key, received.signed)?.ct_eq(&received.signature);
    }
    if !bool::from(found) {
        return Err(refused("does not match"));
    }
    match received.expires {
        Some(expires) if now >= expires => Err(refused("expired")),
        _ => Ok(()),
    }
}

/// The time now, in Unix seconds. A clock that stands before 1970 reads as the far future, so
/// that no signature outlives its time.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(LATEST, |time| time.as_secs())
}

/// A signed text, taken apart.
struct Received<'a> {
    /// What the signature covers.
    signed: &'a str,
    signature: [u8; 32],
    expires: Option<u64>,
}

fn read(path: &str) -> Result<Received<'_>> {
    let mut signature = None;
    let mut expires = None;
    for part in parts(path) {
        if signature.is_some() {
            return Err(refused("expected sig once, at the end"));
        }
        match field(part) {
            Field::Sig(value) => signature = Some((part, value)),
            Field::Exp(_) if expires.is_some() => return Err(refused("expected exp at most once")),
            Field::Exp(value) => expires = Some(read_expiry(value)?),
            Field::Disguised => return Err(refused("expected sig and exp in plain lower case")),
            Field::Other => {}
        }
    }
    let (part, value) = signature.ok_or_else(|| refused("missing"))?;
    let signature = escape::from_lower_hex(value).ok_or_else(|| {
        refused(format!("expected 64 lower-case hex digits, got {}", clip(value)))
    })?;
    // The part is preceded by `?` or `&`: one byte.
    let signed = &path[..path.len() - part.len() - 1];
    Ok(Received { signed, signature, expires })
}

fn read_expiry(value: &str) -> Result<u64> {
    let plain = (1..=10).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_digit())
        && (value == "0" || !value.starts_with('0'));
    match value.parse() {
        Ok(seconds) if plain => Ok(seconds),
        _ => Err(refused(format!("expected exp as 1 to 10 digits, got {}", clip(value)))),
    }
}

/// Refuses to sign what `verify` would refuse.
fn check_unsigned(text: &str, expires: Option<u64>) -> Result<()> {
    if let Some(late) = expires.filter(|&seconds| seconds > LATEST) {
        return Err(Error::invalid("expires", "at most 9999999999", late));
    }
    let mut has_exp = expires.is_some();
    for part in parts(text) {
        match field(part) {
            Field::Sig(_) => return Err(Error::invalid("path", "no sig yet", part)),
            Field::Disguised => {
                return Err(Error::invalid("path", "sig and exp in plain lower case", part));
            }
            Field::Exp(_) if has_exp => return Err(Error::invalid("path", "exp once", part)),
            Field::Exp(value) => {
                has_exp = true;
                read_expiry(value)
                    .map_err(|_| Error::invalid("path", "exp as 1 to 10 digits", part))?;
            }
            Field::Other => {}
        }
    }
    Ok(())
}

/// One `name=value` of a query, as far as signing cares.
enum Field<'a> {
    Sig(&'a str),
    Exp(&'a str),
    /// A name that some reader would take for one of the two.
    Disguised,
    Other,
}

fn field(part: &str) -> Field<'_> {
    let (name, value) = part.split_once('=').unwrap_or((part, ""));
    match name {
        "sig" => Field::Sig(value),
        "exp" => Field::Exp(value),
        _ => {
            let plain = escape::percent_decode(name).unwrap_or_default().to_ascii_lowercase();
            match plain.as_slice() {
                b"sig" | b"exp" => Field::Disguised,
                _ => Field::Other,
            }
        }
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split_once('?').into_iter().flat_map(|(_, query)| query.split('&'))
}

/// What the text should have been, when it cannot be the path of a request.
fn problem(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("a path beginning with /");
    }
    let rewritten = |byte: u8| !byte.is_ascii_graphic() || byte == b'#' || byte == b'\\';
    path.bytes().any(rewritten).then_some("percent-encoded ASCII without spaces, # and \\")
}

fn append(text: &mut String, part: &str) {
    text.push(if text.contains('?') { '&' } else { '?' });
    text.push_str(part);
}

fn mac(key: &str, text: &str) -> Result<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|_| Error::internal("a key was not accepted"))?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

fn check_key(key: &str) -> Result<()> {
    match key.is_empty() {
        true => Err(Error::invalid("key", "at least one character", "none")),
        false => Ok(()),
    }
}

fn refused(text: impl std::fmt::Display) -> Error {
    Error::new(Kind::Signature, format!("signature: {text}"))
}

fn clip(value: &str) -> &str {
    // Only ASCII comes this far, so every index is a boundary.
    &value[..value.len().min(80)]
}

#[cfg(test)]
mod tests;
