//! Direct uploads: an image is made as a draft, and whoever has its ticket may fill it once. The
//! ticket is stored as its digest. A file that is refused does not use the ticket up.

use serde_json::{json, Value};

use super::images::{filled, full, missing, taken};
use super::settings::Webhook;
use super::tokens::{digest, same, secret};
use super::{received, Counted, Hosted, Message, Settings};
use crate::storage::catalog::{Change, Draft, Image, Outcome};
use crate::{Error, Job, Kind, Result};

/// Shortest, usual and longest life of a ticket, in milliseconds (reference §4.7).
const LIFE: (u64, u64, u64) = (2 * 60_000, 30 * 60_000, 6 * 3_600_000);
/// What a client's clock and the way here may take off the shortest life, in milliseconds.
const SLACK: u64 = 10_000;

/// What a direct upload shall become.
#[derive(Debug, Clone, Default)]
pub struct TicketOrder {
    /// An id of the account's own; without one, an id is generated.
    pub id: Option<String>,
    /// Who makes it.
    pub creator: Option<String>,
    /// A JSON object of at most 1,024 bytes.
    pub metadata: Option<Value>,
    /// Whether it is shown by signed URLs only.
    pub require_signed_urls: bool,
    /// When the ticket ends, in Unix milliseconds: 2 minutes to 6 hours from now; 30 minutes
    /// where it is not said.
    pub expires: Option<u64>,
}

/// Lets one file be uploaded, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The image that it fills.
    pub id: String,
    /// What the upload URL has to hold.
    pub secret: String,
    /// When it ends, in Unix milliseconds.
    pub expires: u64,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Hosted {
    /// Makes a draft and the ticket that fills it.
    pub fn create_ticket(&self, account: &str, order: &TicketOrder) -> Result<Ticket> {
        let settings = self.settings(account)?;
        let now = self.now();
        let expires = check_expiry(order.expires, now)?;
        let secret = secret()?;
        let private = order.require_signed_urls;
        let image = Image {
            account: account.to_owned(),
            id: self.new_id(order.id.as_deref(), private, &settings)?,
            meta: received::meta(order.metadata.as_ref())?,
            creator: received::creator(order.creator.as_deref())?,
            private,
            uploaded: now,
            draft: Some(Draft { expires, ticket: digest(&secret) }),
            ..Image::default()
        };
        self.check_room(&image, &settings)?;
        let id = image.id.clone();
        let add = Change::AddImage { image: Box::new(image), quota: settings.quota };
        match self.stores.catalog.commit(&[add])? {
            Outcome::Done(_) => Ok(Ticket { id, secret, expires }),
            Outcome::Full => Err(full(&settings)),
            Outcome::Exists | Outcome::Changed => Err(taken()),
        }
    }

    /// Fills a draft. `NotFound` for a ticket that is wrong, used or ended; `Conflict` for whoever
    /// was second of two at the same time. The account's webhook is told of success, and of a
    /// file that was refused.
    pub fn fill_ticket(
        &self,
        account: &str,
        id: &str,
        secret: &str,
        bytes: &[u8],
        filename: Option<&str>,
    ) -> Result<Image> {
        let settings = self.settings(account)?;
        let draft = self.get(account, id)?;
        let ticket = draft.draft.as_ref().map(|draft| draft.ticket.as_str());
        if !ticket.is_some_and(|ticket| same(ticket, &digest(secret))) {
            return Err(missing());
        }
        let filled = self.fill(&draft, bytes, filename, &settings);
        // Whoever was second has nothing to tell: the image is there.
        let is_news = !filled.as_ref().is_err_and(|error| error.kind() == Kind::Conflict);
        if let Some(webhook) = settings.webhook.as_ref().filter(|_| is_news) {
            self.setup.sink.message(message(webhook, &draft, &filled, self.now()));
        }
        filled
    }

    fn fill(
        &self,
        draft: &Image,
        bytes: &[u8],
        filename: Option<&str>,
        settings: &Settings,
    ) -> Result<Image> {
        let probe = self.look_at(bytes, settings)?;
        let (blob, since) = self.keep(bytes, &Job::default())?;
        let named = Image { filename: received::filename(filename), ..draft.clone() };
        let image = filled(named, &probe, blob, self.now());
        let set = Change::SetImage { image: Box::new(image.clone()), quota: settings.quota };
        match self.place(&image, since, vec![set])? {
            Outcome::Done(_) => {
                self.count(&image.account, Counted::Uploaded(bytes.len() as u64));
                Ok(image)
            }
            Outcome::Full => Err(full(settings)),
            Outcome::Exists | Outcome::Changed => {
                Err(Error::new(Kind::Conflict, "the upload URL was used already"))
            }
        }
    }
}

fn check_expiry(given: Option<u64>, now: u64) -> Result<u64> {
    let (least, usual, most) = LIFE;
    let expires = given.unwrap_or(now + usual);
    match (now + least - SLACK..=now + most + SLACK).contains(&expires) {
        true => Ok(expires),
        false => Err(Error::invalid("expiry", "2 minutes to 6 hours from now", expires)),
    }
}

/// What a webhook is told. The reference has no public shape for it; this one is ours.
fn message(webhook: &Webhook, draft: &Image, filled: &Result<Image>, now: u64) -> Message {
    let mut body = json!({
        "event": if filled.is_ok() { "image.uploaded" } else { "image.failed" },
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
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if !webhook.secret.is_empty() {
        headers.push(("cf-webhook-auth".to_owned(), webhook.secret.clone()));
    }
    Message { url: webhook.url.clone(), headers, body: body.to_string() }
}
