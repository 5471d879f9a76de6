//! Documents of the catalog: their kinds, where each lands in the copy, and how they are changed.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::accounts::Account;
use super::copy::{unreadable, Held};
use super::Hosted;
use crate::storage::catalog::{Change, Document, Entry, Outcome};
use crate::{Error, Kind, Result};

pub(super) const ACCOUNT: &str = "account";
pub(super) const DOMAIN: &str = "domain";
pub(super) const KEYS: &str = "keys";
pub(super) const SERVICE: &str = "service";
pub(super) const SETTINGS: &str = "settings";
pub(super) const TOKEN: &str = "token";
pub(super) const VARIANT: &str = "variant";
pub(super) const VARY: &str = "vary";

/// Kinds that every node holds.
pub(super) const KINDS: [&str; 8] =
    [ACCOUNT, DOMAIN, KEYS, SERVICE, SETTINGS, TOKEN, VARIANT, VARY];

/// How often a change is tried again after somebody else's.
const TRIES: usize = 64;

/// A document as it shall be.
pub(super) struct Wanted {
    /// Its body; `None` takes it away.
    pub body: Option<String>,
    /// How many of its kind the account may have.
    pub most: u64,
    /// What happens in the same commit.
    pub also: Vec<Change>,
}

impl Wanted {
    pub fn body(body: String, most: u64) -> Self {
        Wanted { body: Some(body), most, also: Vec::new() }
    }

    pub fn gone() -> Self {
        Wanted { body: None, most: 0, also: Vec::new() }
    }

    #[must_use]
    pub fn and(mut self, change: Change) -> Self {
        self.also.push(change);
        self
    }
}

/// Puts one document into the copy, or takes it out.
pub(super) fn put(
    held: &mut Held,
    kind: &str,
    account: &str,
    name: &str,
    body: Option<&str>,
) -> Result<()> {
    match kind {
        ACCOUNT => held.accounts.put(name, read::<Account>(kind, body)?),
        DOMAIN => {
            set(&mut held.domains, name, body.map(str::to_owned));
        }
        KEYS => set(&mut held.keys, account, read(kind, body)?.map(Arc::new)),
        SERVICE => set(&mut held.service, name, body.map(str::to_owned)),
        SETTINGS => set(&mut held.settings, account, read(kind, body)?.map(Arc::new)),
        TOKEN => set(&mut held.tokens, name, read(kind, body)?),
        VARIANT => {
            let variant = body.map(|body| super::variants::read(name, body)).transpose()?;
            let variants = held.variants.entry(account.to_owned()).or_default();
            match variant {
                Some(variant) => variants.insert(name.to_owned(), Arc::new(variant)),
                None => variants.remove(name),
            };
        }
        VARY => set(&mut held.vary, name, read(kind, body)?.map(Arc::new)),
        _ => {}
    }
    Ok(())
}

fn set<T>(map: &mut std::collections::HashMap<String, T>, name: &str, value: Option<T>) {
    match value {
        Some(value) => map.insert(name.to_owned(), value),
        None => map.remove(name),
    };
}

fn read<T: DeserializeOwned>(kind: &str, body: Option<&str>) -> Result<Option<T>> {
    body.map(serde_json::from_str).transpose().map_err(|error| unreadable(kind, error))
}

/// A value as the body of a document.
pub(super) fn body<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::internal("a document could not be written"))
}

impl Hosted {
    /// Changes one document of the kinds that nodes hold: `edit` is given its body, and says how
    /// it shall be. It is called again when somebody else was faster. When this returns, every
    /// node knows.
    pub(super) fn edit(
        &self,
        (kind, account, name): (&str, &str, &str),
        edit: &mut dyn FnMut(Option<&str>) -> Result<Wanted>,
    ) -> Result<()> {
        for _ in 0..TRIES {
            let old = self.stores.catalog.document(kind, account, name)?;
            let wanted = edit(old.as_ref().map(|old| old.body.as_str()))?;
            let Some(change) = change((kind, account, name), old, &wanted) else { return Ok(()) };
            let mut changes = vec![change, self.logged(kind, account, name)];
            changes.extend(wanted.also);
            match self.stores.catalog.commit(&changes)? {
                Outcome::Done(seq) => return self.settle(seq),
                Outcome::Full => {
                    return Err(Error::too_large(kind, wanted.most, "one more"));
                }
                Outcome::Exists | Outcome::Changed => {}
            }
        }
        Err(Error::new(Kind::Busy, "too many changes of the same thing at once"))
    }

    /// An entry of the log with the time now.
    pub(super) fn logged(&self, kind: &str, account: &str, subject: &str) -> Change {
        let (kind, account, subject) = (kind.to_owned(), account.to_owned(), subject.to_owned());
        Change::Log(Entry { kind, account, subject, at: self.now() })
    }
}

/// What a commit has to do; `None` when a document that shall be gone is not there.
fn change(
    (kind, account, name): (&str, &str, &str),
    old: Option<Document>,
    wanted: &Wanted,
) -> Option<Change> {
    let (kind, account, name) = (kind.to_owned(), account.to_owned(), name.to_owned());
    match (old, wanted.body.clone()) {
        (None, None) => None,
        (None, Some(body)) => {
            let document = Document { kind, account, name, version: 0, body };
            Some(Change::AddDocument { document, most: wanted.most })
        }
        (Some(old), Some(body)) => Some(Change::SetDocument(Document { body, ..old })),
        (Some(old), None) => {
            Some(Change::DropDocument { kind, account, name, version: old.version })
        }
    }
}
