//! Variants: options under a name.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::documents::{body, Wanted, VARIANT};
use super::purge::variant_tag;
use super::{settings, Hosted};
use crate::options::{Fit, Metadata, Options, Width};
use crate::storage::Selector;
use crate::{Error, Kind, Result};

/// Variants of an account.
pub const MOST_VARIANTS: u64 = 100;
/// The variant that every account begins with.
pub const PUBLIC: &str = "public";
/// Longest name (reference §4.9).
const LONGEST_NAME: usize = 99;

/// Options under a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variant {
    /// Its name: 1 to 99 letters, digits, `-`, `_` or `.`.
    pub id: String,
    /// Any options (reference §1.2; the original knows four of them).
    pub options: Options,
    /// How long browsers may keep its pictures, in seconds, 3,600 to 31,536,000.
    pub browser_ttl: Option<u64>,
    /// Whether it shows private images without a signature.
    pub never_require_signed_urls: bool,
}

/// A variant as it is stored. Options are canonical text, which holds every option there is.
#[derive(Serialize, Deserialize)]
struct Stored {
    options: String,
    browser_ttl: Option<u64>,
    never_require_signed_urls: bool,
}

/// What every account begins with. The reference names no options for its `public`; these are
/// the ones of its example (§3.3): at most 1366×768, nothing enlarged, no metadata.
pub(super) fn first() -> Variant {
    let options = Options {
        width: Some(Width::Pixels(1366)),
        height: Some(768),
        fit: Some(Fit::ScaleDown),
        metadata: Some(Metadata::None),
        ..Options::default()
    };
    Variant { id: PUBLIC.to_owned(), options, ..Variant::default() }
}

pub(super) fn write(variant: &Variant) -> Result<String> {
    body(&Stored {
        options: variant.options.to_string(),
        browser_ttl: variant.browser_ttl,
        never_require_signed_urls: variant.never_require_signed_urls,
    })
}

pub(super) fn read(name: &str, body: &str) -> Result<Variant> {
    let stored: Stored =
        serde_json::from_str(body).map_err(|error| super::copy::unreadable(VARIANT, error))?;
    Ok(Variant {
        id: name.to_owned(),
        options: Options::parse_canonical(&stored.options)
            .map_err(|error| super::copy::unreadable(VARIANT, error))?,
        browser_ttl: stored.browser_ttl,
        never_require_signed_urls: stored.never_require_signed_urls,
    })
}

impl Hosted {
    /// The variants of an account, by name.
    pub fn variants(&self, account: &str) -> Result<Vec<Arc<Variant>>> {
        self.account(account)?;
        let held = self.copy.held();
        let own = held.variants.get(account);
        Ok(own.map(|variants| variants.values().cloned().collect()).unwrap_or_default())
    }

    /// One variant.
    pub fn variant(&self, account: &str, name: &str) -> Result<Arc<Variant>> {
        self.refresh()?;
        let held = self.copy.held();
        let found = held.variants.get(account).and_then(|variants| variants.get(name));
        found.cloned().ok_or_else(missing)
    }

    /// Makes a variant: `Conflict` when the name is taken, `TooLarge` beyond 100.
    pub fn create_variant(&self, account: &str, variant: &Variant) -> Result<Arc<Variant>> {
        self.account(account)?;
        self.check_variant(variant)?;
        self.edit((VARIANT, account, &variant.id), &mut |old| match old {
            Some(_) => Err(Error::new(Kind::Conflict, "there is such a variant already")),
            None => Ok(Wanted::body(write(variant)?, MOST_VARIANTS)),
        })?;
        Ok(Arc::new(variant.clone()))
    }

    /// Gives a variant other options; what it made before is purged.
    pub fn edit_variant(&self, account: &str, variant: &Variant) -> Result<Arc<Variant>> {
        self.account(account)?;
        self.check_variant(variant)?;
        let forget = self.purging_variant(account, &variant.id);
        self.edit((VARIANT, account, &variant.id), &mut |old| match old {
            Some(_) => Ok(Wanted::body(write(variant)?, MOST_VARIANTS).and(forget.clone())),
            None => Err(missing()),
        })?;
        Ok(Arc::new(variant.clone()))
    }

    /// Removes a variant; what it made is purged.
    pub fn delete_variant(&self, account: &str, name: &str) -> Result<()> {
        self.account(account)?;
        let forget = self.purging_variant(account, name);
        self.edit((VARIANT, account, name), &mut |old| match old {
            Some(_) => Ok(Wanted::gone().and(forget.clone())),
            None => Err(missing()),
        })
    }

    fn purging_variant(&self, account: &str, name: &str) -> crate::storage::catalog::Change {
        self.purging(account, &Selector::Tag(variant_tag(account, name)))
    }

    fn check_variant(&self, variant: &Variant) -> Result<()> {
        check_name(&variant.id)?;
        if let Some(seconds) = variant.browser_ttl {
            settings::check_ttl(seconds)?;
        }
        let options = &variant.options;
        if options.onerror.is_some() || options.origin_auth.is_some() {
            let expected = "options that hosted images have, without onerror and origin-auth";
            return Err(Error::invalid("options", expected, options));
        }
        self.engine.check(options)
    }
}

fn missing() -> Error {
    Error::new(Kind::NotFound, "there is no such variant")
}

/// The name stands in URLs.
pub(super) fn check_name(name: &str) -> Result<()> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let dots = name.bytes().all(|byte| byte == b'.');
    match (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(letter) && !dots {
        true => Ok(()),
        false => Err(Error::invalid("id", "1 to 99 letters, digits, -, _ or .", name)),
    }
}
