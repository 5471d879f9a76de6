//! Direct uploads: an image is made as a draft, and whoever has its ticket may fill it once. The
//! ticket is stored as its digest. A file that is refused does not use the ticket up.

use serde_json::Value;

use super::images::{filled, full, missing, taken};
use super::tokens::{digest, same, secret};
use super::{received, Counted, Hosted, Settings};
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
    /// was second of two at the same time. The account's webhook is told of success, at least
    /// once, and of a file that was refused; of nothing while 1,000 letters wait.
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
        let is_told = self.is_told(account, &settings)?;
        let filled = self.fill(&draft, bytes, filename, &settings, is_told);
        if let (true, Err(error)) = (is_told, &filled) {
            self.tell_of_refusal(&draft, error);
        }
        filled
    }

    /// Best effort: whoever uploaded knows it already.
    fn tell_of_refusal(&self, draft: &Image, error: &Error) {
        // Whoever was second has nothing to tell: the image is there. Where a store failed it may
        // be there.
        if matches!(error.kind(), Kind::Conflict | Kind::Storage) {
            return;
        }
        let Ok((letter, write)) = self.letter(draft, Err(error)) else { return };
        if matches!(self.stores.catalog.commit(&[write]), Ok(Outcome::Done(_))) {
            self.setup.sink.letter(letter);
        }
    }

    fn fill(
        &self,
        draft: &Image,
        bytes: &[u8],
        filename: Option<&str>,
        settings: &Settings,
        is_told: bool,
    ) -> Result<Image> {
        let probe = self.look_at(bytes, settings)?;
        let (blob, since) = self.keep(bytes, &Job::default())?;
        let named = Image { filename: received::filename(filename), ..draft.clone() };
        let image = filled(named, &probe, blob, self.now());
        let set = Change::SetImage { image: Box::new(image.clone()), quota: settings.quota };
        let letter = is_told.then(|| self.letter(draft, Ok(&image))).transpose()?;
        let (letter, write) = letter.unzip();
        match self.place(&image, since, [set].into_iter().chain(write).collect())? {
            Outcome::Done(_) => {
                self.count(&image.account, Counted::Uploaded(bytes.len() as u64));
                letter.into_iter().for_each(|letter| self.setup.sink.letter(letter));
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
