//! Settings of an account.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::documents::{body, Wanted, SETTINGS};
use super::Hosted;
use crate::{Error, Result};

/// Allowed origins of an account.
const MOST_ORIGINS: usize = 100;
/// Longest URL, secret or origin, in bytes.
const LONGEST: usize = 2048;

/// Settings of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether options may stand in delivery URLs where a variant stands.
    pub flexible_variants: bool,
    /// How long browsers may keep pictures, in seconds, 3,600 to 31,536,000.
    pub browser_ttl: u64,
    /// A switch of clients that has no effect: Content Credentials do not hold for a changed
    /// picture, so every picture is delivered without, and `Warning` says so.
    pub preserve_content_credentials: bool,
    /// Whether an image with an id of its maker's may be private. In the reference it may not,
    /// because such an id does not tell.
    pub private_custom_ids: bool,
    /// Images without drafts that the account may have.
    pub quota: u64,
    /// Bytes that an uploaded file may have.
    pub upload_bytes: u64,
    /// What is told of direct uploads.
    pub webhook: Option<Webhook>,
    /// Hosts whose sources may be transformed, besides those of the service (reference §1.11).
    pub allowed_origins: Vec<String>,
    /// Whether sources are transformed. `Off` answers every transform URL with 9524; hosted
    /// pictures are delivered all the same.
    pub transformations: Transformations,
    /// How a cache in front of an origin makes its pictures smaller, for the cache to read: hosted
    /// pictures and transforms have their own options.
    pub polish: Polish,
    /// Whether that cache may answer with WebP.
    pub webp: bool,
    /// A switch of clients that has no effect: what it did is gone from the reference too.
    pub mirage: bool,
}

/// Whether sources are transformed (reference §1.11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transformations {
    /// None.
    Off,
    /// Those of allowed origins.
    #[default]
    On,
    /// Those of any origin.
    Open,
}

/// How pictures of an origin are made smaller (reference §5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polish {
    /// Not at all.
    #[default]
    Off,
    /// Without changing a pixel.
    Lossless,
    /// Seen the same.
    Lossy,
}

/// Where messages about direct uploads go: at least once, tried for a day with growing pauses.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Webhook {
    /// An `https://` or `http://` URL.
    pub url: String,
    /// What `cf-webhook-auth` says; empty for no such header.
    pub secret: String,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            flexible_variants: false,
            browser_ttl: 172_800,
            preserve_content_credentials: false,
            private_custom_ids: false,
            quota: 100_000,
            upload_bytes: 10 << 20,
            webhook: None,
            allowed_origins: Vec::new(),
            transformations: Transformations::On,
            polish: Polish::Off,
            webp: false,
            mirage: false,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<()> {
        check_ttl(self.browser_ttl)?;
        if self.upload_bytes == 0 {
            return Err(Error::invalid("upload_bytes", "at least 1", 0));
        }
        if self.allowed_origins.len() > MOST_ORIGINS {
            return Err(Error::too_large(
                "allowed_origins",
                MOST_ORIGINS,
                self.allowed_origins.len(),
            ));
        }
        let plain = |text: &String| {
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if let Some(wrong) = self.allowed_origins.iter().find(|origin| !plain(origin)) {
            return Err(Error::invalid("allowed_origins", "hosts such as *.example.com", wrong));
        }
        let Some(Webhook { url, secret }) = &self.webhook else { return Ok(()) };
        let is_web = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
        match is_web && plain(url) && (secret.is_empty() || plain(secret)) {
            true => Ok(()),
            // The secret stays out of the message.
            false => Err(Error::invalid("webhook", "an http(s) URL and a plain secret", url)),
        }
    }
}

/// Refuses a lifetime beyond reference §3.6.
pub(super) fn check_ttl(seconds: u64) -> Result<()> {
    match (3_600..=31_536_000).contains(&seconds) {
        true => Ok(()),
        false => Err(Error::invalid("browser_ttl", "3600 to 31536000", seconds)),
    }
}

impl Hosted {
    /// The settings of an account.
    pub fn settings(&self, account: &str) -> Result<Arc<Settings>> {
        self.account(account)?;
        Ok(self.copy.held().settings.get(account).cloned().unwrap_or_default())
    }

    /// Replaces all settings of an account.
    pub fn set_settings(&self, account: &str, settings: &Settings) -> Result<()> {
        self.edit_settings(account, &mut |old| {
            *old = settings.clone();
            Ok(())
        })
        .map(|_| ())
    }

    /// Changes settings as they are at that moment: nobody else's change is undone. `change` may
    /// be called more than once. Gives the new ones.
    pub fn edit_settings(
        &self,
        account: &str,
        change: &mut dyn FnMut(&mut Settings) -> Result<()>,
    ) -> Result<Arc<Settings>> {
        self.account(account)?;
        self.edit((SETTINGS, account, SETTINGS), &mut |old| {
            let mut settings: Settings = serde_json::from_str(old.unwrap_or("{}"))
                .map_err(|error| super::copy::unreadable(SETTINGS, error))?;
            change(&mut settings)?;
            settings.check()?;
            Ok(Wanted::body(body(&settings)?, 1))
        })?;
        self.settings(account)
    }
}
