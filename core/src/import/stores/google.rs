//! Tokens of Google's service accounts: a signed claim is traded for a token of an hour.

use std::sync::{Mutex, PoisonError};

use base64::engine::{general_purpose::URL_SAFE_NO_PAD, Engine as _};
use ring::rand::SystemRandom;
use ring::signature::{RsaKeyPair, RSA_PKCS1_SHA256};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{json, Value};

use super::wire::{encode, lasting, of_listing, unix_time};
use super::{Tried, Trouble};
use crate::fetch::{Asked, Client};
use crate::{Error, Job, Result};

const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_only";
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// Seconds for which a claim holds.
const LIFE: u64 = 3600;
/// Seconds before its end when a token is made anew.
const MARGIN: u64 = 120;

/// A service account, and its newest token with the time until which that is used.
pub(super) struct Account {
    email: String,
    key: RsaKeyPair,
    token_uri: String,
    token: Mutex<Option<(String, u64)>>,
}

impl Account {
    /// Reads the JSON of a key file; as text or as a value.
    pub(super) fn read(file: &Value) -> Result<Self> {
        let wrong = |got: &str| {
            Error::invalid("service_account", "the JSON of a service account's key file", got)
        };
        let parsed = file.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let file = parsed.as_ref().unwrap_or(file);
        let text = |name: &str| file.get(name).and_then(Value::as_str);
        let email = text("client_email").ok_or_else(|| wrong("one without client_email"))?;
        let pem = text("private_key").ok_or_else(|| wrong("one without private_key"))?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| wrong("a private_key that is no PEM"))?;
        let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der())
            .map_err(|_| wrong("a private_key that is no RSA key"))?;
        Ok(Account {
            email: email.to_owned(),
            key,
            token_uri: text("token_uri").unwrap_or(TOKEN_URI).to_owned(),
            token: Mutex::new(None),
        })
    }

    /// A token that holds for a while. One thread makes it, the others wait.
    pub(super) fn token(&self, client: &Client, job: &Job) -> Tried<String> {
        let mut held = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let now = unix_time();
        if let Some((token, _)) = held.as_ref().filter(|(_, until)| *until > now) {
            return Ok(token.clone());
        }
        let claim = self.claim(now).map_err(Trouble::Lasting)?;
        let kind = encode("urn:ietf:params:oauth:grant-type:jwt-bearer", false);
        let form = format!("grant_type={kind}&assertion={claim}");
        let kind = "application/x-www-form-urlencoded".to_owned();
        let headers = [("content-type".to_owned(), kind)];
        let body = Some(form.as_bytes());
        let asked =
            Asked { method: "POST", url: &self.token_uri, headers: &headers, body, most: 1 << 20 };
        let answered = client.ask(&asked, job).map_err(Trouble::of)?;
        if answered.status != 200 {
            return Err(of_listing(answered.status));
        }
        let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
        let token = answer["access_token"].as_str();
        let token = token.ok_or_else(|| lasting("the source gave no token"))?.to_owned();
        let life = answer["expires_in"].as_u64().unwrap_or(LIFE);
        *held = Some((token.clone(), now + life.saturating_sub(MARGIN)));
        Ok(token)
    }

    /// What is traded for a token.
    fn claim(&self, now: u64) -> Result<String> {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({"alg": "RS256", "typ": "JWT"}));
        let body = part(json!({
            "iss": self.email, "scope": SCOPE, "aud": self.token_uri,
            "iat": now, "exp": now + LIFE,
        }));
        let text = format!("{head}.{body}");
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| Error::internal("a claim could not be signed"))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
