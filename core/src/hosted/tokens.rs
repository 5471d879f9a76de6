//! Tokens of the API. A stored one has two halves, `sl_<name>_<secret>`: the name finds the
//! document, and the secret is compared with the SHA-256 that stands there, in constant time. A
//! batch token is not stored at all: it names account and end, under a MAC of the service's.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::documents::{body, Wanted, SERVICE, TOKEN};
use super::{base64url, Hosted};
use crate::storage::catalog::Document;
use crate::storage::{fresh_key, random};
use crate::{Error, Kind, Result};

/// Tokens of an account.
const MOST: u64 = 1000;
/// Longest name of a token, in bytes.
const LONGEST_NAME: usize = 100;
/// How long a batch token lives, in milliseconds.
const BATCH_LIFE: u64 = 3_600_000;
/// The document with the secret of batch tokens.
const BATCH_SECRET: &str = "batch";
const PREFIX: &str = "sl";
const BATCH_PREFIX: &str = "slb";

/// What a token may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scopes {
    /// Look at everything.
    pub read: bool,
    /// Change everything.
    pub write: bool,
    /// Add images, by upload or direct upload.
    pub upload: bool,
}

impl Scopes {
    /// All of them.
    pub const ALL: Scopes = Scopes { read: true, write: true, upload: true };
}

/// Whom a secret speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its account; empty for every account and the service itself.
    pub account: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Whether it is a batch token, which is for images alone (reference §4.8).
    pub batch: bool,
}

impl Grant {
    /// Whether it is about this account.
    pub fn covers(&self, account: &str) -> bool {
        self.account.is_empty() || self.account == account
    }
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInfo {
    /// What it is called for in [`Hosted::delete_token`].
    pub id: String,
    /// Its name, which need not be unique.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made, in Unix milliseconds.
    pub created: u64,
}

/// A token as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Token {
    account: String,
    name: String,
    scopes: Scopes,
    created: u64,
    /// SHA-256 of its whole text, in hex.
    digest: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Hosted {
    /// Makes a token and gives its text, which is nowhere else.
    pub fn create_token(&self, account: &str, name: &str, scopes: Scopes) -> Result<String> {
        self.account(account)?;
        check_name(name)?;
        if scopes == Scopes::default() {
            return Err(Error::invalid("scopes", "at least one of read, write, upload", "none"));
        }
        let (id, secret) = (fresh_key()?, secret()?);
        let text = format!("{PREFIX}_{id}_{secret}");
        let (account_of, name, digest) = (account.to_owned(), name.to_owned(), digest(&text));
        let token = Token { account: account_of, name, scopes, created: self.now(), digest };
        let token = body(&token)?;
        self.edit((TOKEN, account, &id), &mut |_| Ok(Wanted::body(token.clone(), MOST)))?;
        Ok(text)
    }

    /// The tokens of an account, oldest first.
    pub fn tokens(&self, account: &str) -> Result<Vec<TokenInfo>> {
        self.account(account)?;
        let held = self.copy.held();
        let own = held.tokens.iter().filter(|(_, token)| token.account == account);
        let mut tokens: Vec<TokenInfo> = own.map(|(id, token)| token.info(id)).collect();
        tokens.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(tokens)
    }

    /// Ends a token.
    pub fn delete_token(&self, account: &str, id: &str) -> Result<()> {
        self.edit((TOKEN, account, id), &mut |old| match old {
            Some(_) => Ok(Wanted::gone()),
            None => Err(Error::new(Kind::NotFound, "there is no such token")),
        })
    }

    /// Whom a secret speaks for: `Signature` when for nobody.
    pub fn authenticate(&self, secret: &str) -> Result<Grant> {
        self.refresh()?;
        if self.is_admin(secret) {
            return Ok(Grant { account: String::new(), scopes: Scopes::ALL, batch: false });
        }
        let mut parts = secret.splitn(3, '_');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(PREFIX), Some(id), Some(_)) => self.token_grant(id, secret),
            (Some(BATCH_PREFIX), Some(_), Some(_)) => self.batch_grant(secret),
            _ => Err(refused()),
        }
    }

    fn is_admin(&self, secret: &str) -> bool {
        // Digests have one length, so comparing them tells nothing of the secrets' lengths.
        let admin = self.setup.admin_token.as_deref().filter(|admin| !admin.is_empty());
        admin.is_some_and(|admin| same(&digest(admin), &digest(secret)))
    }

    fn token_grant(&self, id: &str, secret: &str) -> Result<Grant> {
        let held = self.copy.held();
        let token = held.tokens.get(id).ok_or_else(refused)?;
        match same(&token.digest, &digest(secret)) {
            true => {
                Ok(Grant { account: token.account.clone(), scopes: token.scopes, batch: false })
            }
            false => Err(refused()),
        }
    }

    /// A token for many requests about images, and when it ends, in Unix milliseconds.
    pub fn create_batch_token(&self, account: &str) -> Result<(String, u64)> {
        self.account(account)?;
        let ends = self.now() + BATCH_LIFE;
        let mac = batch_mac(&self.batch_secret()?, account, ends)?;
        Ok((format!("{BATCH_PREFIX}_{account}.{ends}_{mac}"), ends))
    }

    fn batch_grant(&self, secret: &str) -> Result<Grant> {
        let rest = secret.strip_prefix(BATCH_PREFIX).and_then(|rest| rest.strip_prefix('_'));
        let (named, mac) = rest.and_then(|rest| rest.split_once('_')).ok_or_else(refused)?;
        let (account, ends) = named.split_once('.').ok_or_else(refused)?;
        let ends: u64 = ends.parse().map_err(|_| refused())?;
        let key = self.copy.held().service.get(BATCH_SECRET).cloned().ok_or_else(refused)?;
        if !same(&batch_mac(&key, account, ends)?, mac) || self.now() >= ends {
            return Err(refused());
        }
        self.account(account).map_err(|_| refused())?;
        Ok(Grant { account: account.to_owned(), scopes: Scopes::ALL, batch: true })
    }

    /// The service's own secret, made when it is first needed.
    fn batch_secret(&self) -> Result<String> {
        if let Some(known) = self.copy.held().service.get(BATCH_SECRET) {
            return Ok(known.clone());
        }
        let fresh = secret()?;
        self.edit((SERVICE, "", BATCH_SECRET), &mut |old| {
            // Whoever was first has given it.
            Ok(Wanted::body(old.unwrap_or(&fresh).to_owned(), u64::MAX))
        })?;
        let document: Option<Document> = self.stores.catalog.document(SERVICE, "", BATCH_SECRET)?;
        document.map(|document| document.body).ok_or_else(|| Error::internal("no batch secret"))
    }
}

impl Token {
    fn info(&self, id: &str) -> TokenInfo {
        let Token { name, scopes, created, .. } = self.clone();
        TokenInfo { id: id.to_owned(), name, scopes, created }
    }
}

fn refused() -> Error {
    Error::new(Kind::Signature, "token: unknown or expired")
}

/// 256 random bits as text without `_`.
pub(super) fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    random(&mut bytes)?;
    Ok(base64url::encode(&bytes).replace('_', "."))
}

/// SHA-256 of a secret, in hex.
pub(super) fn digest(secret: &str) -> String {
    crate::sign::escape::hex(&Sha256::digest(secret.as_bytes()))
}

/// Compares two texts of the same kind in a time that does not tell where they differ.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn batch_mac(key: &str, account: &str, ends: u64) -> Result<String> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|_| Error::internal("a key was not accepted"))?;
    mac.update(format!("batch {account} {ends}").as_bytes());
    Ok(crate::sign::escape::hex(&mac.finalize().into_bytes()))
}

fn check_name(name: &str) -> Result<()> {
    let plain = !name.chars().any(char::is_control);
    match plain && (1..=LONGEST_NAME).contains(&name.len()) {
        true => Ok(()),
        false => Err(Error::invalid("name", "1 to 100 bytes without control characters", name)),
    }
}
