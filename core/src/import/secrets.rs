//! Credentials at rest: sealed with ChaCha20-Poly1305 under a key that the host gives.
//!
//! A seal is bound to its account and source, so that one cannot be put in another's place. It is
//! `<8 digits that name the key>.<hex of nonce, ciphertext and tag>`.

use std::fmt;

use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey, CHACHA20_POLY1305, NONCE_LEN};

use crate::sign::digest::sha256;
use crate::sign::escape::{from_hex, from_lower_hex, hex};
use crate::storage::random;
use crate::{Error, Kind, Result};

/// A key of 32 bytes. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretsKey([u8; 32]);

impl fmt::Debug for SecretsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretsKey")
    }
}

impl SecretsKey {
    /// A key of 64 hex digits.
    pub fn read(text: &str) -> Result<Self> {
        let digits = text.trim().to_ascii_lowercase();
        let wrong = || Error::invalid("secrets_key", "64 hex digits", "another text");
        from_lower_hex(&digits).map(SecretsKey).ok_or_else(wrong)
    }

    /// A new key, as 64 hex digits.
    pub fn fresh() -> Result<String> {
        let mut bytes = [0; 32];
        random(&mut bytes)?;
        Ok(hex(&bytes))
    }

    /// What tells it from other keys and gives nothing of it away.
    fn name(&self) -> String {
        sha256(&[&b"safelight secrets key "[..], &self.0].concat())[..8].to_owned()
    }

    fn cipher(&self) -> Result<LessSafeKey> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.0);
        key.map(LessSafeKey::new).map_err(|_| Error::internal("a key was not accepted"))
    }

    /// Seals `text` for `place`.
    pub(super) fn seal(&self, place: &str, text: &str) -> Result<String> {
        let mut nonce = [0; NONCE_LEN];
        random(&mut nonce)?;
        let mut sealed = text.as_bytes().to_vec();
        let number = Nonce::assume_unique_for_key(nonce);
        self.cipher()?
            .seal_in_place_append_tag(number, Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| Error::internal("credentials could not be sealed"))?;
        Ok(format!("{}.{}{}", self.name(), hex(&nonce), hex(&sealed)))
    }

    /// Opens what was sealed for `place`: `Forbidden` with another key or for another place.
    pub(super) fn open(&self, place: &str, sealed: &str) -> Result<String> {
        let refused = |message: &str| Error::new(Kind::Forbidden, message);
        let (name, digits) = sealed.split_once('.').unwrap_or_default();
        if name != self.name() {
            return Err(refused("the credentials were sealed with another secrets_key"));
        }
        let broken = || refused("the sealed credentials are broken");
        let mut bytes = from_hex(digits).filter(|it| it.len() > NONCE_LEN).ok_or_else(broken)?;
        let mut rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| broken())?;
        let aad = Aad::from(place.as_bytes());
        let text = self.cipher()?.open_in_place(nonce, aad, &mut rest).map_err(|_| broken())?;
        String::from_utf8(text.to_vec()).map_err(|_| broken())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_opened_by_its_key_in_its_place_only() {
        let key = SecretsKey::read(&SecretsKey::fresh().unwrap()).unwrap();
        let other = SecretsKey::read(&"0f".repeat(32)).unwrap();
        let sealed = key.seal("account/source", "hush ü").unwrap();
        assert!(!sealed.contains("hush"));
        assert_ne!(sealed, key.seal("account/source", "hush ü").unwrap());
        assert_eq!(key.open("account/source", &sealed).unwrap(), "hush ü");
        assert!(key.open("account/other", &sealed).unwrap_err().message().contains("broken"));
        assert!(other.open("account/source", &sealed).unwrap_err().message().contains("another"));
        for at in [9, 40, sealed.len() - 1] {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(key.open("account/source", &changed).is_err(), "{at}");
        }
        for broken in ["", ".", "x", &sealed[..20], &format!("{}zz", &sealed[..9])] {
            assert!(key.open("account/source", broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_key_is_64_hex_digits_and_never_shown() {
        assert!(SecretsKey::read(&"aB".repeat(32)).is_ok());
        for wrong in ["", "ab", &"g".repeat(64), &"a".repeat(63)] {
            let error = SecretsKey::read(wrong).unwrap_err();
            assert!(wrong.is_empty() || !error.message().contains(&format!("got {wrong}")));
        }
        assert_eq!(format!("{:?}", SecretsKey::read(&"ab".repeat(32)).unwrap()), "SecretsKey");
    }
}
