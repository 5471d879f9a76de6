//! A URL's text.

use super::delivery::{read_account, read_image, read_variant};
use super::text::{self, shown};
use super::{
    Choice, Delivery, SourceRef, Transform, Url, DELIVERY_PREFIX, LONGEST, TRANSFORM_PREFIX,
};
use crate::options::Options;
use crate::sign::escape::percent_encode;
use crate::{Error, Result};

/// Writes a URL, or a path when it has no host.
///
/// The source is appended as it is. Refuses a source, id, variant or query that `parse` would
/// not read back as the same, and anything that is not percent-encoded ASCII.
pub fn build(url: &Url) -> Result<String> {
    let text = match url {
        Url::Transform(transform) => build_transform(transform)?,
        Url::Delivery(delivery) => build_delivery(delivery)?,
    };
    match text.len() > LONGEST {
        true => Err(Error::too_large("url", format!("{LONGEST} bytes"), text.len())),
        false => Ok(text),
    }
}

fn build_transform(transform: &Transform) -> Result<String> {
    let host = host(&transform.host)?;
    let options = options(&transform.options)?;
    let source = SourceRef::read(ascii("source", &transform.source)?)?;
    let source = source.text();
    let slash = if source.starts_with('/') { "" } else { "/" };
    Ok(format!("{host}{TRANSFORM_PREFIX}{options}{slash}{source}"))
}

fn build_delivery(delivery: &Delivery) -> Result<String> {
    let host = host(&delivery.host)?;
    let prefix = if delivery.custom { DELIVERY_PREFIX } else { "/" };
    let account = read_account(&delivery.account)?;
    let image = percent_encode(&read_image(&delivery.image)?, in_path);
    let last = match &delivery.choice {
        Choice::Variant(name) => read_variant(name)?,
        Choice::Options(given) => options(given)?,
    };
    let query = match delivery.query.as_deref().filter(|query| !query.is_empty()) {
        Some(query) => {
            text::check(query)?;
            format!("?{}", ascii("query", query)?)
        }
        None => String::new(),
    };
    Ok(format!("{host}{prefix}{account}/{image}/{last}{query}"))
}

/// Bytes that stand for themselves in an id: letters, digits and RFC 3986's `pchar`, and `/`.
fn in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte)
}

fn host(host: &Option<String>) -> Result<String> {
    host.as_deref().map_or_else(|| Ok(String::new()), text::read_host)
}

/// Canonical text; a URL needs at least one option, so the one that says least stands in for
/// none.
fn options(options: &Options) -> Result<String> {
    let text = options.to_string();
    if text.is_empty() {
        return Ok("anim=true".to_owned());
    }
    // Some options exist in JSON alone; their text is no URL text.
    match Options::parse(&text) {
        Ok(parsed) if parsed.options.to_string() == text && !text.contains('/') => Ok(text),
        Err(error) => Err(error),
        Ok(_) => Err(Error::invalid("options", "options that a URL can carry", shown(&text))),
    }
}

fn ascii<'a>(name: &str, text: &'a str) -> Result<&'a str> {
    match text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(text),
        false => Err(Error::invalid(name, "percent-encoded ascii without spaces", shown(text))),
    }
}
