//! Accounts and the hosts that lead to them.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::documents::{body, Wanted, ACCOUNT, DOMAIN, KEYS, SERVICE, VARIANT};
use super::keys::SigningKey;
use super::{base64url, variants, Hosted};
use crate::storage::catalog::{Change, Document, Outcome};
use crate::storage::{fresh_key, random};
use crate::{Error, Kind, Result};

/// Accounts of one service, and hosts of all accounts.
const MOST: u64 = 10_000;
/// The document that names the first account.
const HOME: &str = "home";

/// An account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id in REST paths: 32 lower-case hex digits.
    pub id: String,
    /// Its hash in delivery paths: 22 letters of base64url, or as it was given.
    pub hash: String,
}

/// Accounts by id, and ids by hash.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    by_id: BTreeMap<String, Account>,
    by_hash: HashMap<String, String>,
}

impl Accounts {
    pub fn put(&mut self, id: &str, account: Option<Account>) {
        if let Some(old) = self.by_id.remove(id) {
            self.by_hash.remove(&old.hash);
        }
        if let Some(account) = account {
            self.by_hash.insert(account.hash.clone(), id.to_owned());
            self.by_id.insert(id.to_owned(), account);
        }
    }
}

impl Hosted {
    /// The account with this id.
    pub fn account(&self, id: &str) -> Result<Account> {
        self.refresh()?;
        let found = self.copy.held().accounts.by_id.get(id).cloned();
        found.ok_or_else(|| Error::new(Kind::NotFound, "there is no such account"))
    }

    /// The account with this hash.
    pub fn account_by_hash(&self, hash: &str) -> Result<Account> {
        self.refresh()?;
        let held = self.copy.held();
        let id = held.accounts.by_hash.get(hash);
        let found = id.and_then(|id| held.accounts.by_id.get(id)).cloned();
        found.ok_or_else(|| Error::new(Kind::NotFound, "there is no such account"))
    }

    /// The account that a host leads to; the host may carry a port.
    pub fn account_by_host(&self, host: &str) -> Result<Account> {
        self.refresh()?;
        let missing = || Error::new(Kind::NotFound, "there is no such domain");
        let host = plain_host(host).ok_or_else(missing)?;
        let id = self.copy.held().domains.get(&host).cloned().ok_or_else(missing)?;
        self.account(&id)
    }

    /// Every account.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        self.refresh()?;
        Ok(self.copy.held().accounts.by_id.values().cloned().collect())
    }

    /// Makes an account with its first signing key and variant; what is not given is made up.
    /// `Conflict` when there is one with this id or hash.
    pub fn create_account(&self, id: Option<&str>, hash: Option<&str>) -> Result<Account> {
        let account = made_up(id, hash)?;
        self.refresh()?;
        let taken = self.account_by_hash(&account.hash).is_ok();
        if taken || !self.add_account(&account, Vec::new())? {
            return Err(Error::new(Kind::Conflict, "there is such an account already"));
        }
        Ok(account)
    }

    /// Lets a host lead to an account; `Conflict` when it leads to another one.
    pub fn put_domain(&self, account: &str, host: &str) -> Result<()> {
        self.account(account)?;
        let expected = "a host name such as img.example.com";
        let name = plain_host(host).ok_or_else(|| Error::invalid("domain", expected, host))?;
        self.edit((DOMAIN, "", &name), &mut |old| match old {
            Some(other) if other != account => {
                Err(Error::new(Kind::Conflict, "the domain is another account's"))
            }
            _ => Ok(Wanted::body(account.to_owned(), MOST)),
        })
    }

    /// A host no longer leads to the account.
    pub fn drop_domain(&self, account: &str, host: &str) -> Result<()> {
        let missing = || Error::new(Kind::NotFound, "there is no such domain");
        let name = plain_host(host).ok_or_else(missing)?;
        self.edit((DOMAIN, "", &name), &mut |old| match old {
            Some(owner) if owner == account => Ok(Wanted::gone()),
            _ => Err(missing()),
        })
    }

    /// Hosts that lead to an account, in order.
    pub fn domains(&self, account: &str) -> Result<Vec<String>> {
        self.account(account)?;
        let held = self.copy.held();
        let own = held.domains.iter().filter(|(_, owner)| *owner == account);
        let mut hosts: Vec<String> = own.map(|(host, _)| host.clone()).collect();
        hosts.sort_unstable();
        Ok(hosts)
    }

    /// The account of the setup, or the one of the first opening, made where it is missing. Nodes
    /// that open an empty catalog at the same time agree on one.
    pub(super) fn first_account(&self) -> Result<Account> {
        for _ in 0..2 {
            if let Some(account) = self.find_or_add_first()? {
                return Ok(account);
            }
        }
        Err(Error::new(Kind::Conflict, "hash: it is another account's"))
    }

    /// `None` when another node was faster.
    fn find_or_add_first(&self) -> Result<Option<Account>> {
        let (id, hash) = (self.setup.account.as_deref(), self.setup.hash.as_deref());
        self.refresh()?;
        let home = self.copy.held().service.get(HOME).cloned();
        let known = id.map(str::to_owned).or_else(|| home.clone());
        if let Some(found) = known.as_deref().map(|id| self.find(id)).transpose()?.flatten() {
            return match hash.is_some_and(|hash| hash != found.hash) {
                true => Err(Error::invalid("hash", "the one that the catalog has", "another one")),
                false => Ok(Some(found)),
            };
        }
        let account = made_up(known.as_deref(), hash)?;
        let mut changes = Vec::new();
        if home.is_none() {
            changes = vec![adding(SERVICE, "", HOME, account.id.clone())];
            changes.push(self.logged(SERVICE, "", HOME));
        }
        Ok(self.add_account(&account, changes)?.then_some(account))
    }

    fn find(&self, id: &str) -> Result<Option<Account>> {
        match self.account(id) {
            Ok(account) => Ok(Some(account)),
            Err(error) if error.kind() == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Adds an account and what it begins with; false when there is one.
    fn add_account(&self, account: &Account, mut changes: Vec<Change>) -> Result<bool> {
        let id = account.id.as_str();
        let public = variants::first();
        changes.extend([
            adding(ACCOUNT, "", id, body(account)?),
            // Two accounts can never share a hash.
            adding("hash", "", &account.hash, String::new()),
            adding(KEYS, id, KEYS, body(&[SigningKey::fresh("default")?])?),
            adding(VARIANT, id, &public.id, variants::write(&public)?),
            self.logged(ACCOUNT, "", id),
            self.logged(KEYS, id, KEYS),
            self.logged(VARIANT, id, &public.id),
        ]);
        match self.stores.catalog.commit(&changes)? {
            Outcome::Done(seq) => self.settle(seq).map(|()| true),
            Outcome::Full => Err(Error::too_large("accounts", MOST, "one more")),
            Outcome::Exists | Outcome::Changed => {
                self.refresh()?;
                Ok(false)
            }
        }
    }
}

fn adding(kind: &str, account: &str, name: &str, body: String) -> Change {
    let (kind, account, name) = (kind.to_owned(), account.to_owned(), name.to_owned());
    let document = Document { kind, account, name, version: 0, body };
    Change::AddDocument { document, most: MOST }
}

fn made_up(id: Option<&str>, hash: Option<&str>) -> Result<Account> {
    let id = match id {
        Some(id) => check_id(id)?.to_owned(),
        None => fresh_key()?,
    };
    let hash = match hash {
        Some(hash) => check_hash(hash)?.to_owned(),
        None => fresh_hash()?,
    };
    Ok(Account { id, hash })
}

fn fresh_hash() -> Result<String> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    Ok(base64url::encode(&bytes))
}

fn check_id(id: &str) -> Result<&str> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match id.len() == 32 && id.bytes().all(hex) {
        true => Ok(id),
        false => Err(Error::invalid("account", "32 lower-case hex digits", id)),
    }
}

/// What a delivery URL can carry as its first segment.
fn check_hash(hash: &str) -> Result<&str> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let reserved = ["cdn-cgi", "client"].iter().any(|word| hash.eq_ignore_ascii_case(word));
    match (1..=64).contains(&hash.len()) && hash.bytes().all(letter) && !reserved {
        true => Ok(hash),
        false => Err(Error::invalid("hash", "1 to 64 letters, digits, - or _", hash)),
    }
}

/// A host in lower case without port and final dot; `None` for what is no host name.
fn plain_host(host: &str) -> Option<String> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(letter);
    (name.len() <= 253 && name.split('.').all(label)).then_some(name)
}
