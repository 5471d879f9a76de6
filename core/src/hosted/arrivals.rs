//! Images that a job brings: their bytes are written one by one, under keys that were noted
//! before, and many of them appear in one commit together with what the job remembers of them.

use super::images::{check_private_custom, filled, full, NOTE_LIFE};
use super::{ids, received, Counted, Hosted, Settings, Upload};
use crate::storage::catalog::{Change, Image, Outcome};
use crate::storage::Blob;
use crate::{Error, Job, Kind, Result};

/// An image that is brought.
pub(crate) struct Arrival<'a> {
    /// The image; its id is given.
    pub upload: Upload<'a>,
    /// A key that was noted for its bytes.
    pub key: &'a str,
    /// When it was uploaded first, where it comes from a service like this one. Then its id may be
    /// a generated one, and what the upload says replaces all that an image of the id had.
    pub uploaded: Option<u64>,
    /// Whether it takes the place of an image that has the id.
    pub overwrite: bool,
}

/// An image whose bytes are kept and that is not there yet.
pub(crate) struct Arrived {
    /// The image as it shall be.
    pub image: Image,
    /// What it takes the place of.
    old: Option<Image>,
}

impl Hosted {
    /// Refuses an id that no brought image can have: before anything is fetched.
    pub(crate) fn check_arrival(
        &self,
        id: &str,
        private: bool,
        moved: bool,
        settings: &Settings,
    ) -> Result<()> {
        if moved && ids::is_uuid(id) {
            return Ok(());
        }
        ids::check_custom(id)?;
        check_private_custom(private, settings)
    }

    /// Whether there is an image of this id, a draft that waits included.
    pub(crate) fn has(&self, account: &str, id: &str) -> Result<bool> {
        match self.get(account, id) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == Kind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Checks a brought image and keeps its bytes. `None` when there is an image of the id that
    /// shall stay. After an error the bytes may be there: the note decides.
    pub(crate) fn arrive(
        &self,
        account: &str,
        arrival: &Arrival<'_>,
        job: &Job,
    ) -> Result<Option<Arrived>> {
        let settings = self.settings(account)?;
        let (upload, moved) = (&arrival.upload, arrival.uploaded.is_some());
        let id = upload.id.clone().unwrap_or_default();
        self.check_arrival(&id, upload.require_signed_urls, moved, &settings)?;
        let mut image = Image {
            account: account.to_owned(),
            id,
            meta: received::meta(upload.metadata.as_ref())?,
            creator: received::creator(upload.creator.as_deref())?,
            filename: received::filename(upload.filename.as_deref()),
            private: upload.require_signed_urls,
            ..Image::default()
        };
        let old = self.stores.catalog.image(account, &image.id)?;
        if let Some(old) = &old {
            if !arrival.overwrite && self.has(account, &image.id)? {
                return Ok(None);
            }
            image.version = old.version;
            if !moved && old.draft.is_none() {
                image = Image { filename: image.filename, ..old.clone() };
            }
        }
        let probe = self.look_at(upload.bytes, &settings)?;
        job.check()?;
        self.stores.originals.put_within(arrival.key, upload.bytes, job)?;
        let hash = blake3::hash(upload.bytes).to_hex().to_string();
        let blob = Blob { key: arrival.key.to_owned(), hash, size: upload.bytes.len() as u64 };
        let image = filled(image, &probe, blob, arrival.uploaded.unwrap_or_else(|| self.now()));
        Ok(Some(Arrived { image, old }))
    }

    /// Lets images appear whose bytes were noted at `since`, with other changes in the same
    /// commit: all or none. `Full` when the account would have too many.
    pub(crate) fn admit(
        &self,
        account: &str,
        arrived: &[Arrived],
        since: u64,
        also: Vec<Change>,
    ) -> Result<Outcome> {
        // Notes are swept when they are old; long before that, nothing is taken over.
        if self.now().saturating_sub(since) > NOTE_LIFE / 2 {
            return Ok(Outcome::Changed);
        }
        let quota = self.settings(account)?.quota;
        let mut changes: Vec<Change> =
            arrived.iter().flat_map(|one| self.admitting(one, quota)).collect();
        changes.extend(also);
        let outcome = self.stores.catalog.commit(&changes)?;
        if let Outcome::Done(seq) = outcome {
            let replaced = arrived.iter().filter_map(|one| one.old.as_ref());
            let left: Vec<&Blob> = replaced.filter_map(|old| old.blob.as_ref()).collect();
            if !left.is_empty() {
                self.settle(seq)?;
            }
            left.iter().for_each(|blob| self.discard(&blob.key));
            for one in arrived {
                let bytes = one.image.blob.as_ref().map_or(0, |blob| blob.size);
                self.count(account, Counted::Uploaded(bytes));
            }
        }
        Ok(outcome)
    }

    fn admitting(&self, arrived: &Arrived, quota: u64) -> Vec<Change> {
        let image = Box::new(arrived.image.clone());
        let key = image.blob.as_ref().map(|blob| blob.key.clone()).unwrap_or_default();
        let mut changes = vec![Change::DropNote { key }];
        let Some(old) = &arrived.old else {
            changes.push(Change::AddImage { image, quota });
            return changes;
        };
        changes.push(Change::SetImage { image, quota });
        changes.push(self.purging_image(&old.account, &old.id));
        if let Some(blob) = &old.blob {
            changes.push(Change::AddNote { key: blob.key.clone(), since: self.now() });
        }
        changes
    }

    /// Removes the bytes of an image that shall not appear.
    pub(crate) fn turn_away(&self, arrived: &Arrived) {
        if let Some(blob) = &arrived.image.blob {
            self.discard(&blob.key);
        }
    }

    /// The error that says that an account is full.
    pub(crate) fn error_of_full(&self, account: &str) -> Result<Error> {
        Ok(full(&*self.settings(account)?))
    }
}
