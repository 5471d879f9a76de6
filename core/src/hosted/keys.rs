//! Signing keys. All keys of an account are one document, so that two nodes that each remove one
//! of the last two cannot leave none.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::documents::{body, Wanted, KEYS};
use super::{base64url, Hosted};
use crate::storage::random;
use crate::{Error, Kind, Result};

/// Keys of an account.
const MOST: usize = 16;
/// Longest name (reference §4.10).
const LONGEST_NAME: usize = 20;
/// Random bytes of a value: 32 letters.
const BYTES: usize = 24;

/// A key that delivery URLs are signed with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// Its name.
    pub name: String,
    /// The secret: its text is the key, as it is.
    pub value: String,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl SigningKey {
    pub(super) fn fresh(name: &str) -> Result<Self> {
        let mut bytes = [0; BYTES];
        random(&mut bytes)?;
        Ok(SigningKey { name: name.to_owned(), value: base64url::encode(&bytes) })
    }
}

impl Hosted {
    /// The keys of an account, in the order they were made: any of them may have signed.
    pub fn keys(&self, account: &str) -> Result<Arc<Vec<SigningKey>>> {
        self.account(account)?;
        Ok(self.copy.held().keys.get(account).cloned().unwrap_or_default())
    }

    /// Makes a key; one of this name that is there stays as it is, so that asking twice does no
    /// harm. Gives all keys. `TooLarge` beyond 16.
    pub fn put_key(&self, account: &str, name: &str) -> Result<Arc<Vec<SigningKey>>> {
        check_name(name)?;
        self.change_keys(account, &mut |keys| {
            if keys.iter().any(|key| key.name == name) {
                return Ok(());
            }
            if keys.len() >= MOST {
                return Err(Error::too_large("keys", MOST, keys.len() + 1));
            }
            keys.push(SigningKey::fresh(name)?);
            Ok(())
        })
    }

    /// Removes a key: what it signed is refused from now on. Where it was the last one, a new
    /// `default` takes its place. Gives the keys that are left.
    pub fn delete_key(&self, account: &str, name: &str) -> Result<Arc<Vec<SigningKey>>> {
        self.change_keys(account, &mut |keys| {
            let before = keys.len();
            keys.retain(|key| key.name != name);
            if keys.len() == before {
                return Err(Error::new(Kind::NotFound, "there is no such key"));
            }
            if keys.is_empty() {
                keys.push(SigningKey::fresh("default")?);
            }
            Ok(())
        })
    }

    fn change_keys(
        &self,
        account: &str,
        change: &mut dyn FnMut(&mut Vec<SigningKey>) -> Result<()>,
    ) -> Result<Arc<Vec<SigningKey>>> {
        self.account(account)?;
        self.edit((KEYS, account, KEYS), &mut |old| {
            let mut keys: Vec<SigningKey> = serde_json::from_str(old.unwrap_or("[]"))
                .map_err(|error| super::copy::unreadable(KEYS, error))?;
            change(&mut keys)?;
            Ok(Wanted::body(body(&keys)?, 1))
        })?;
        self.keys(account)
    }
}

fn check_name(name: &str) -> Result<()> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    match (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(letter) {
        true => Ok(()),
        false => Err(Error::invalid("name", "1 to 20 letters, digits, - or _", name)),
    }
}
