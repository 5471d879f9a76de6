//! What nodes must forget. A purge is an entry of the log, and is applied before a node answers
//! as one that has read it.
//!
//! Results carry the tags `image:<account>/<id>`, `variant:<account>/<name>`, `account:<account>`
//! and those of the host.

use super::Hosted;
use crate::storage::catalog::{Change, Outcome};
use crate::storage::Selector;
use crate::{Error, Kind, Result};

/// The kind of these entries.
pub(super) const KIND: &str = "purge";
/// Selectors of one purge.
const MOST: usize = 100;
/// Longest selector, in bytes.
const LONGEST: usize = 2048;

/// The tag of an image's results.
pub fn image_tag(account: &str, id: &str) -> String {
    format!("image:{account}/{id}")
}

/// The tag of a variant's results.
pub fn variant_tag(account: &str, name: &str) -> String {
    format!("variant:{account}/{name}")
}

/// The tag of an account's results.
pub fn account_tag(account: &str) -> String {
    format!("account:{account}")
}

/// A selector as the subject of an entry.
pub(super) fn write(selector: &Selector) -> String {
    match selector {
        Selector::Tag(tag) => format!("tag {tag}"),
        Selector::Address(address) => format!("address {address}"),
        Selector::Prefix(prefix) => format!("prefix {prefix}"),
        Selector::All => "all".to_owned(),
    }
}

/// Reads what [`write`] wrote.
pub(super) fn read(subject: &str) -> Option<Selector> {
    let (word, rest) = subject.split_once(' ').unwrap_or((subject, ""));
    match word {
        "tag" => Some(Selector::Tag(rest.to_owned())),
        "address" => Some(Selector::Address(rest.to_owned())),
        "prefix" => Some(Selector::Prefix(rest.to_owned())),
        "all" => Some(Selector::All),
        _ => None,
    }
}

impl Hosted {
    /// Purges results. When it returns, no node answers with what it is about.
    ///
    /// For an account, [`Selector::All`] means what is the account's, and tags of ours must be
    /// its own; for the empty account everything is allowed.
    pub fn purge(&self, account: &str, selectors: &[Selector]) -> Result<()> {
        if !account.is_empty() {
            self.account(account)?;
        }
        if selectors.len() > MOST {
            return Err(Error::too_large("selectors", MOST, selectors.len()));
        }
        let mut changes = Vec::new();
        for selector in selectors {
            let selector = within(account, selector)?;
            changes.push(self.purging(account, &selector));
        }
        if changes.is_empty() {
            return Ok(());
        }
        match self.stores.catalog.commit(&changes)? {
            Outcome::Done(seq) => self.settle(seq),
            _ => Err(Error::internal("a purge was refused")),
        }
    }

    pub(super) fn purging(&self, account: &str, selector: &Selector) -> Change {
        self.logged(KIND, account, &write(selector))
    }

    pub(super) fn purging_image(&self, account: &str, id: &str) -> Change {
        self.purging(account, &Selector::Tag(image_tag(account, id)))
    }
}

/// The selector, kept within the account.
fn within(account: &str, selector: &Selector) -> Result<Selector> {
    let (Selector::Tag(text) | Selector::Address(text) | Selector::Prefix(text)) = selector else {
        return Ok(match account {
            "" => Selector::All,
            _ => Selector::Tag(account_tag(account)),
        });
    };
    if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(Error::invalid("selector", "1 to 2048 bytes of plain text", text));
    }
    let ours = ["image:", "variant:", "account:"];
    let rest = ours.iter().find_map(|word| text.strip_prefix(word));
    let foreign = |rest: &str| rest.split('/').next() != Some(account);
    let is_tag = matches!(selector, Selector::Tag(_));
    match is_tag && !account.is_empty() && rest.is_some_and(foreign) {
        true => Err(Error::new(Kind::Forbidden, "tag: not of this account")),
        false => Ok(selector.clone()),
    }
}
