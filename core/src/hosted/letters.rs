//! Letters: messages about direct uploads that wait in the catalog.
//!
//! A letter is written in the commit that it tells of. Whoever sends it claims it first, so that
//! no two nodes do it at once, and takes it away when it has arrived; a claim ends by itself. So
//! it arrives at least once, whatever crashes, and carries a name by which a second one is known.

use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use super::documents::body;
use super::{Hosted, Letter, Message, Settings};
use crate::storage::catalog::{Change, Document, Image, Outcome};
use crate::storage::fresh_key;
use crate::{Error, Result};

/// The kind of documents that are letters.
const LETTER: &str = "letter";
/// Letters of an account that may wait; what happens then is not told.
const MOST: usize = 1000;
/// How long a letter is tried, in milliseconds.
const LIFE: u64 = 24 * 3_600_000;
/// Pauses before a letter is tried again, in milliseconds; the last one holds from then on.
const PAUSES: [u64; 6] = [1_000, 5_000, 25_000, 120_000, 600_000, 3_600_000];
/// What sending may take, in milliseconds: for so long no other node tries.
const SENDING: u64 = 60_000;

/// A letter as it stands in the catalog. Address and secret are those that the account has when
/// it is sent.
#[derive(Serialize, Deserialize)]
struct Stored {
    body: String,
    created: u64,
    tries: usize,
    due: u64,
}

/// A letter that nobody else sends now.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// What to send.
    pub message: Message,
    /// The letter as it stands after this try, should that fail.
    pub again: Letter,
}

impl Hosted {
    /// Every letter that waits, as after a restart.
    pub fn letters(&self) -> Result<Vec<Letter>> {
        let documents = self.stores.catalog.documents(LETTER, None)?;
        let read = |document: Document| {
            let Stored { due, .. } = serde_json::from_str(&document.body).ok()?;
            let Document { account, name, .. } = document;
            Some(Letter { account, name, due, claim: due })
        };
        Ok(documents.into_iter().filter_map(read).collect())
    }

    /// Claims a letter. `None` when it has arrived, another node has claimed it since, or nobody
    /// wants it any more: the account has no webhook, or the letter is a day old.
    pub fn claim_letter(&self, letter: &Letter) -> Result<Option<Claimed>> {
        let Letter { account, name, claim, .. } = letter;
        let Some(document) = self.stores.catalog.document(LETTER, account, name)? else {
            return Ok(None);
        };
        let mut stored: Stored = serde_json::from_str(&document.body)
            .map_err(|error| super::copy::unreadable(LETTER, error))?;
        if stored.due != *claim {
            return Ok(None);
        }
        let now = self.now();
        let settings = self.settings(account)?;
        let is_over = now.saturating_sub(stored.created) > LIFE;
        let Some(webhook) = settings.webhook.as_ref().filter(|_| !is_over) else {
            self.stores.catalog.commit(&[dropping(document)])?;
            return Ok(None);
        };
        let pause = PAUSES[stored.tries.min(PAUSES.len() - 1)];
        (stored.tries, stored.due) = (stored.tries + 1, now + pause + SENDING);
        let set = Change::SetDocument(Document { body: body(&stored)?, ..document });
        if !matches!(self.stores.catalog.commit(&[set])?, Outcome::Done(_)) {
            return Ok(None);
        }
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if !webhook.secret.is_empty() {
            headers.push(("cf-webhook-auth".to_owned(), webhook.secret.clone()));
        }
        let message = Message { url: webhook.url.clone(), headers, body: stored.body };
        let again = Letter { due: now + pause, claim: stored.due, ..letter.clone() };
        Ok(Some(Claimed { message, again }))
    }

    /// A letter has arrived.
    pub fn letter_arrived(&self, letter: &Letter) -> Result<()> {
        let Letter { account, name, .. } = letter;
        if let Some(document) = self.stores.catalog.document(LETTER, account, name)? {
            // Whoever claimed it meanwhile takes it away as well.
            self.stores.catalog.commit(&[dropping(document)])?;
        }
        Ok(())
    }

    /// Whether the account is told of its direct uploads.
    pub(super) fn is_told(&self, account: &str, settings: &Settings) -> Result<bool> {
        let waiting = || self.stores.catalog.documents(LETTER, Some(account));
        Ok(settings.webhook.is_some() && waiting()?.len() < MOST)
    }

    /// A letter about what became of a draft, and the change that writes it.
    pub(super) fn letter(
        &self,
        draft: &Image,
        filled: std::result::Result<&Image, &Error>,
    ) -> Result<(Letter, Change)> {
        let (name, now) = (fresh_key()?, self.now());
        let told = told(&name, draft, filled, now).to_string();
        let stored = Stored { body: told, created: now, tries: 0, due: now };
        let account = draft.account.clone();
        let letter = Letter { account: account.clone(), name: name.clone(), due: now, claim: now };
        let kind = LETTER.to_owned();
        let document = Document { kind, account, name, version: 0, body: body(&stored)? };
        Ok((letter, Change::AddDocument { document, most: u64::MAX }))
    }
}

fn dropping(document: Document) -> Change {
    let Document { kind, account, name, version, .. } = document;
    Change::DropDocument { kind, account, name, version }
}

/// What a webhook is told. The reference has no public shape for it; this one is ours.
fn told(name: &str, draft: &Image, filled: std::result::Result<&Image, &Error>, now: u64) -> Value {
    let mut body = json!({
        "event": if filled.is_ok() { "image.uploaded" } else { "image.failed" },
        "message": name,
        "account": draft.account,
        "id": draft.id,
        "creator": draft.creator,
        "metadata": serde_json::from_str::<Value>(&draft.meta).unwrap_or_default(),
        "requireSignedURLs": draft.private,
        "time": now,
    });
    match filled {
        Ok(image) => {
            let bytes = image.blob.as_ref().map_or(0, |blob| blob.size);
            body["file"] = json!({
                "name": image.filename,
                "type": image.mime,
                "size": bytes,
                "width": image.size.0,
                "height": image.size.1,
            });
        }
        Err(error) => {
            body["error"] =
                json!({ "kind": error.kind().names().node, "message": error.message() });
        }
    }
    body
}
