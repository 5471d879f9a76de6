//! Every URL form, parsed and built (reference §1.1 and §3.1).
//!
//! | form | text |
//! |---|---|
//! | transform | `[https://host]/cdn-cgi/image/<options>/<source>` |
//! | delivery | `[https://host]/<account>/<image>/<variant or options>[?query]` |
//! | delivery, custom domain | `[https://host]/cdn-cgi/imagedelivery/<account>/<image>/<variant or options>[?query]` |
//!
//! A source is taken as it is and never decoded here: a path of the same host, or an `http(s)`
//! URL; a query on the request belongs to it. One `/` in front of it is the separator's, so
//! `…/a.jpg` and `…//a.jpg` name the same file, and what still begins with `/` after that is
//! refused, since browsers read `//host` as another host. An image id is decoded once.
//!
//! Text with raw spaces or raw letters beyond ASCII in a source, an id or a query is read as a
//! browser would send it, percent-encoded, with a warning: real generators print such URLs. In
//! options they are errors, and `build` refuses them everywhere. Control characters, `\` and `#`
//! are always refused, as every client would change or drop them on the way.

mod build;
mod delivery;
mod json;
mod local;
mod source;
mod text;

pub use build::build;
pub use delivery::{Choice, Delivery};
pub use local::local_path;
pub use source::{SourceRef, Transform};

use crate::{Error, Result};

/// Longest URL that is read or built, in bytes.
pub const LONGEST: usize = 16 * 1024;

/// Where transforms live.
pub const TRANSFORM_PREFIX: &str = "/cdn-cgi/image/";

/// Where hosted images live on a custom domain.
pub const DELIVERY_PREFIX: &str = "/cdn-cgi/imagedelivery/";

/// A URL, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Url {
    /// A source, transformed on the way.
    Transform(Transform),
    /// A hosted image in a named variant or by options.
    Delivery(Delivery),
}

/// Which part of a URL is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The options.
    Options,
    /// Anything else.
    Url,
}

/// Why a URL was refused, and which part of it is to blame.
#[derive(Debug)]
pub struct Rejection {
    /// Where it is wrong.
    pub part: Part,
    /// What is wrong.
    pub error: Error,
}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Rejection { part: Part::Url, error }
    }
}

impl Url {
    /// What the caller should know, for example option names that were ignored.
    pub fn warnings(&self) -> &[String] {
        match self {
            Url::Transform(transform) => &transform.warnings,
            Url::Delivery(delivery) => &delivery.warnings,
        }
    }
}

/// Takes a URL or a path with its query apart; malformed option values are errors.
///
/// ```
/// let url = safelight::url::parse("/cdn-cgi/image/w=400,f=auto/photos/a.jpg")?;
/// assert_eq!(url.to_json()["source"], "/photos/a.jpg");
/// assert_eq!(safelight::url::build(&url)?, "/cdn-cgi/image/width=400,format=auto/photos/a.jpg");
/// # Ok::<(), safelight::Error>(())
/// ```
pub fn parse(text: &str) -> Result<Url> {
    parse_with(text, false)
}

/// As [`parse`]; with `lenient`, a malformed option value is a warning and the option is ignored.
pub fn parse_with(text: &str, lenient: bool) -> Result<Url> {
    parse_parts(text, lenient).map_err(|rejection| rejection.error)
}

/// As [`parse_with`], telling options that are wrong from URLs that are wrong, as the error codes
/// of an HTTP answer do.
pub fn parse_parts(text: &str, lenient: bool) -> std::result::Result<Url, Rejection> {
    text::check(text)?;
    let (host, path) = text::split_host(text)?;
    if let Some(rest) = path.strip_prefix(TRANSFORM_PREFIX) {
        return source::parse(host, rest, lenient).map(Url::Transform);
    }
    let (custom, rest) = match path.strip_prefix(DELIVERY_PREFIX) {
        Some(rest) => (true, rest),
        None => (false, path.strip_prefix('/').unwrap_or(path)),
    };
    delivery::parse(host, custom, rest, lenient).map(Url::Delivery)
}

#[cfg(test)]
mod tests;
