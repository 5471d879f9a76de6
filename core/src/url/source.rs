//! `/cdn-cgi/image/<options>/<source>`.

use super::text::{self, shown};
use super::Rejection;
use crate::options::Options;
use crate::{Error, Result};

/// A source, transformed on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Transform {
    /// Scheme and host of the URL itself; `None` for a path alone.
    pub host: Option<String>,
    /// What is asked for.
    pub options: Box<Options>,
    /// A path that begins with one `/`, or an `http(s)` URL, as it stood in the URL.
    pub source: String,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

/// Where a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceRef {
    /// On the host that was asked: a path with its query, not decoded.
    Path(String),
    /// Anywhere on the web.
    Remote {
        /// Whether it is fetched over TLS.
        https: bool,
        /// Host name or bracketed address, in lower case.
        host: String,
        /// The port, where one is written.
        port: Option<u16>,
        /// The whole URL, as it stood.
        url: String,
    },
}

impl SourceRef {
    /// Says where `source` is; refuses what a [`Transform`] would refuse.
    pub fn read(source: &str) -> Result<Self> {
        text::check(source)?;
        let bare = source.strip_prefix('/').unwrap_or(source);
        if !has_scheme(bare) {
            return local(bare).map(SourceRef::Path);
        }
        let Some((scheme, rest)) = text::split_scheme(bare) else {
            return Err(Error::invalid("source", "a path, https:// or http://", shown(bare)));
        };
        let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
        let (host, port) = text::read_authority("source", authority)?;
        Ok(SourceRef::Remote { https: scheme == "https", host, port, url: bare.to_owned() })
    }

    /// The source as it stands in a URL.
    pub fn text(&self) -> &str {
        match self {
            SourceRef::Path(path) => path,
            SourceRef::Remote { url, .. } => url,
        }
    }
}

impl Transform {
    /// Where the source is.
    pub fn source_ref(&self) -> Result<SourceRef> {
        SourceRef::read(&self.source)
    }
}

/// A path with its leading slash. What still begins with a slash would leave the host.
fn local(bare: &str) -> Result<String> {
    if bare.is_empty() || bare.starts_with('?') {
        return Err(Error::invalid("source", "a path or a URL", "none"));
    }
    if bare.starts_with('/') {
        return Err(Error::invalid("source", "one / in front", shown(bare)));
    }
    Ok(format!("/{bare}"))
}

/// Whether a client could take the text for a URL: `name:/`, which `https:/host` is as well,
/// after a proxy has merged its slashes.
fn has_scheme(text: &str) -> bool {
    let Some((name, _)) = text.split_once(":/") else { return false };
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Reads what follows the prefix: options, then the source.
pub(super) fn parse(
    host: Option<String>,
    rest: &str,
    lenient: bool,
) -> std::result::Result<Transform, Rejection> {
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (options, source) = rest.split_at(end);
    let mut parsed = text::read_options(options, lenient)?;
    let source = source.strip_prefix('/').unwrap_or(source);
    let source = text::as_sent("source", source, &mut parsed.warnings);
    let source = SourceRef::read(&source)?.text().to_owned();
    Ok(Transform { host, options: Box::new(parsed.options), source, warnings: parsed.warnings })
}
