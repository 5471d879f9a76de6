//! What hosted images hand to the service: pictures to render ahead, and letters to send. Both
//! are handed over after the commit, stay in the catalog until they are done, and must not block.

use serde::{Deserialize, Serialize};

/// What an upload wants rendered before anybody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ahead {
    /// Names of variants.
    pub variants: Vec<String>,
    /// Formats by name, such as `avif`; none means those that negotiation would choose.
    pub formats: Vec<String>,
}

/// One picture to render ahead.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Whose image.
    pub account: String,
    /// Its id.
    pub image: String,
    /// What is wanted.
    pub ahead: Ahead,
}

/// A message about a direct upload that waits in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Whose webhook it is for.
    pub account: String,
    /// Its name, which the message has as well.
    pub name: String,
    /// From when it may be tried, in Unix milliseconds.
    pub due: u64,
    /// Until when it was claimed as far as is known here: whoever claims it anew changes that.
    pub(super) claim: u64,
}

/// What a webhook is told, to be sent as a `POST`.
#[derive(Clone, PartialEq)]
pub struct Message {
    /// Where to.
    pub url: String,
    /// Headers in their order; `cf-webhook-auth` holds the secret where there is one.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: String,
}

impl std::fmt::Debug for Message {
    /// Headers stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("body", &self.body).finish_non_exhaustive()
    }
}

/// Takes wishes and letters.
pub trait Sink: Send + Sync {
    /// A wish. It stays in the catalog until [`super::Hosted::wish_done`].
    fn wish(&self, wish: Wish) {
        let _ = wish;
    }

    /// A letter, to be sent with [`super::Hosted::claim_letter`]. It stays in the catalog until
    /// [`super::Hosted::letter_arrived`].
    fn letter(&self, letter: Letter) {
        let _ = letter;
    }
}

/// A sink for services without background work.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

impl Sink for NoSink {}
