//! What hosted images hand to the service: pictures to render ahead, and messages to send. Both
//! are handed over after the commit, and must not block.

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

/// A message about a direct upload, to be sent as a `POST`.
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

/// Takes wishes and messages.
pub trait Sink: Send + Sync {
    /// A wish. It stays in the catalog until [`super::Hosted::wish_done`].
    fn wish(&self, wish: Wish) {
        let _ = wish;
    }

    /// A message; it is handed over once and not kept.
    fn message(&self, message: Message) {
        let _ = message;
    }
}

/// A sink for services without background work.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

impl Sink for NoSink {}
