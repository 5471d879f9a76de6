//! One object: read, checked by its bytes, and kept under a key that was noted.

use serde_json::Value;

use super::stores::{Got, Trouble};
use super::work::{Claimed, Work};
use crate::date;
use crate::hosted::{Arrival, Arrived, Upload};
use crate::storage::catalog::ItemState;
use crate::{Error, Kind};

/// What became of an object, before that is committed.
pub(super) struct Taken {
    pub claimed: Claimed,
    pub fate: Fate,
}

/// What became of it.
pub(super) enum Fate {
    /// Its bytes are kept; its image appears with the commit.
    Kept(Box<Arrived>),
    /// It is dealt with, without an image.
    Dealt(ItemState, String),
    /// The source does not answer; the object waits.
    Silent(Error),
    /// The source will not answer any more; the object waits.
    Refused(Error),
    /// Our own stores fail, or the run is over; the object waits.
    Stopped(Error),
}

impl Work<'_> {
    pub(super) fn take(&self, mut claimed: Claimed) -> Taken {
        let fate = self.fate(&mut claimed).unwrap_or_else(|trouble| match trouble {
            Trouble::Object(reason) => Fate::Dealt(ItemState::Failed, reason),
            Trouble::Passing(error) => Fate::Silent(error),
            Trouble::Lasting(error) => Fate::Refused(error),
            Trouble::Stopped(error) => Fate::Stopped(error),
        });
        Taken { claimed, fate }
    }

    fn fate(&self, claimed: &mut Claimed) -> Result<Fate, Trouble> {
        let (item, job) = (&claimed.item, self.job());
        let hosted = &self.shared.hosted;
        let journal = hosted.catalog().journal();
        let known = journal
            .imported(self.account, self.source, &item.image)
            .map_err(Trouble::Stopped)?
            .map_or(String::new(), |(_, etag)| etag);
        let there = hosted.has(self.account, &item.image).map_err(Trouble::Stopped)?;
        if there && !self.spec.overwrite {
            let reason = "there is an image of this id".to_owned();
            return Ok(Fate::Dealt(ItemState::Skipped, reason));
        }
        let most = hosted.settings(self.account).map_err(Trouble::Stopped)?.upload_bytes;
        self.pace.wait(item.bytes, &job).map_err(Trouble::Stopped)?;
        let _leave = self.flight.enter(item.bytes, &job).map_err(Trouble::Stopped)?;
        // Only a source whose listing has no tags may say that an object is the known one.
        let known = if there && item.etag.is_empty() { known } else { String::new() };
        let got = self.again(&|| self.store.get(item, &known, most, &job))?;
        let (bytes, etag) = match got {
            Got::Same => {
                return Ok(Fate::Dealt(ItemState::Skipped, "it has not changed".to_owned()));
            }
            Got::Bytes(bytes, etag) => (bytes, etag),
        };
        if item.bytes == 0 {
            self.pace.owe(bytes.len() as u64);
        }
        let fate = self.keep(claimed, &bytes);
        claimed.item.bytes = bytes.len() as u64;
        if let Some(etag) = etag {
            claimed.item.etag = etag;
        }
        fate
    }

    /// Hands the bytes to the account.
    fn keep(&self, claimed: &Claimed, bytes: &[u8]) -> Result<Fate, Trouble> {
        let item = &claimed.item;
        let told: Value = serde_json::from_str(&item.extra).unwrap_or_default();
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        let uploaded = told["uploaded"].as_str().and_then(date::read_text);
        let upload = Upload {
            bytes,
            filename: text("filename").or_else(|| Some(self.store.id(&item.key))),
            id: Some(item.image.clone()),
            creator: text("creator"),
            metadata: Some(told["meta"].clone()).filter(Value::is_object),
            require_signed_urls: told["requireSignedURLs"] == true,
            ahead: None,
        };
        let uploaded = match self.store.moves() {
            true => uploaded.or_else(|| Some(self.shared.hosted.now())),
            false => None,
        };
        let overwrite = self.spec.overwrite;
        let arrival = Arrival { upload, key: &claimed.key, uploaded, overwrite };
        match self.shared.hosted.arrive(self.account, &arrival, &self.job()) {
            Ok(Some(arrived)) => Ok(Fate::Kept(Box::new(arrived))),
            Ok(None) => {
                let reason = "there is an image of this id".to_owned();
                Ok(Fate::Dealt(ItemState::Skipped, reason))
            }
            Err(error) => match error.kind() {
                Kind::Storage | Kind::Busy | Kind::Cancelled | Kind::Internal | Kind::Timeout => {
                    Err(Trouble::Stopped(error))
                }
                _ => Err(Trouble::Object(error.message().to_owned())),
            },
        }
    }
}
