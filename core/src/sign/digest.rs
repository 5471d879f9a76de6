//! SHA-256 and HMAC-SHA256, for the signatures that other services ask of us.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::escape::hex;
use crate::{Error, Result};

/// HMAC-SHA256 of `text`.
pub(crate) fn hmac(key: &[u8], text: &[u8]) -> Result<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|_| Error::internal("a key was not accepted"))?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().into())
}

/// SHA-256 of `text`, in lower-case hex digits.
pub(crate) fn sha256(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}
