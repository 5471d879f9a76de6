//! Images: uploaded, looked up, changed, removed.
//!
//! Bytes are written under a fresh key with a note, then one commit makes the image and takes the
//! note away. A removal notes the key in the commit that takes the image away. So whatever a crash
//! leaves over has a note, and an image never points to bytes that are gone.

use serde_json::Value;

use super::documents::body;
use super::{ids, received, Ahead, Counted, Hosted, Settings, Wish};
use crate::image::Probe;
use crate::storage::catalog::{Change, Document, Image, Outcome};
use crate::storage::{self, Blob};
use crate::{Error, Job, Kind, Result};

/// How often a change is tried again after somebody else's.
const TRIES: usize = 64;
/// The kind of documents that remember wishes.
pub(super) const WISH: &str = "wish";
/// How long a note must be kept at least, in milliseconds.
pub(super) const NOTE_LIFE: u64 = 3_600_000;

/// What is uploaded.
#[derive(Debug, Clone, Default)]
pub struct Upload<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// The name it had.
    pub filename: Option<String>,
    /// An id of the account's own; without one, an id is generated.
    pub id: Option<String>,
    /// Who made it, in the account's own words.
    pub creator: Option<String>,
    /// A JSON object of at most 1,024 bytes.
    pub metadata: Option<Value>,
    /// Whether it is shown by signed URLs only.
    pub require_signed_urls: bool,
    /// What is to be rendered before anybody asks for it.
    pub ahead: Option<Ahead>,
}

/// What changes of an image; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// Replaces all metadata.
    pub metadata: Option<Value>,
    /// Whether it is shown by signed URLs only. Where that changes, a generated id changes too.
    pub require_signed_urls: Option<bool>,
    /// Another creator, or none.
    pub creator: Option<Option<String>>,
}

/// How full an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Images that it may have.
    pub allowed: u64,
    /// Images that it has, without drafts.
    pub current: u64,
}

impl Hosted {
    /// Keeps an image. It is durable when this returns. `Conflict` when the id is taken,
    /// `TooLarge` for a limit or a full account, `Unsupported` and `Malformed` for bytes that are
    /// no picture.
    pub fn upload(&self, account: &str, upload: &Upload<'_>, job: &Job) -> Result<Image> {
        let settings = self.settings(account)?;
        let private = upload.require_signed_urls;
        let image = Image {
            account: account.to_owned(),
            id: self.new_id(upload.id.as_deref(), private, &settings)?,
            meta: received::meta(upload.metadata.as_ref())?,
            creator: received::creator(upload.creator.as_deref())?,
            filename: received::filename(upload.filename.as_deref()),
            private,
            ..Image::default()
        };
        let ahead = upload.ahead.as_ref().map(received::ahead).transpose()?;
        self.check_room(&image, &settings)?;
        let probe = self.look_at(upload.bytes, &settings)?;
        job.check()?;
        let (blob, since) = self.keep(upload.bytes, job)?;
        let image = filled(image, &probe, blob, self.now());
        let add = Change::AddImage { image: Box::new(image.clone()), quota: settings.quota };
        let mut changes = vec![add];
        changes.extend(wish(&image, ahead)?);
        match self.place(&image, since, changes)? {
            Outcome::Done(_) => {}
            Outcome::Full => return Err(full(&settings)),
            Outcome::Exists | Outcome::Changed => return Err(taken()),
        }
        self.count(account, Counted::Uploaded(upload.bytes.len() as u64));
        if let Some(ahead) = ahead.cloned() {
            let (account, image) = (image.account.clone(), image.id.clone());
            self.setup.sink.wish(Wish { account, image, ahead });
        }
        Ok(image)
    }

    /// One image; drafts too, until they end.
    pub fn get(&self, account: &str, id: &str) -> Result<Image> {
        let found = self.stores.catalog.image(account, id)?;
        let lives =
            |image: &Image| image.draft.as_ref().is_none_or(|draft| draft.expires > self.now());
        found.filter(lives).ok_or_else(missing)
    }

    /// Changes an image. Where the access of a generated id changes, the image has a new id when
    /// this returns, and no node answers under the old one.
    pub fn update(&self, account: &str, id: &str, update: &Update) -> Result<Image> {
        let settings = self.settings(account)?;
        for _ in 0..TRIES {
            let old = self.get(account, id)?;
            let new = self.updated(&old, update, &settings)?;
            if new == old {
                return Ok(old);
            }
            if let Outcome::Done(seq) = self.stores.catalog.commit(&self.changing(&old, &new))? {
                if new.private != old.private {
                    self.settle(seq)?;
                }
                return Ok(new);
            }
        }
        Err(Error::new(Kind::Busy, "too many changes of the same image at once"))
    }

    fn updated(&self, old: &Image, update: &Update, settings: &Settings) -> Result<Image> {
        let mut new = old.clone();
        if let Some(metadata) = &update.metadata {
            new.meta = received::meta(Some(metadata))?;
        }
        if let Some(name) = &update.creator {
            new.creator = received::creator(name.as_deref())?;
        }
        let Some(private) = update.require_signed_urls.filter(|private| *private != old.private)
        else {
            return Ok(new);
        };
        if old.draft.is_some() {
            let message = "the image waits for its bytes: its access cannot change yet";
            return Err(Error::new(Kind::Conflict, message));
        }
        match ids::access_of(&old.id) {
            Some(_) => new.id = ids::generate(private)?,
            None => check_private_custom(private, settings)?,
        }
        new.private = private;
        Ok(new)
    }

    /// The changes that make `old` the image `new`, which may have another id. Its number does
    /// not change, so no quota stands in the way.
    fn changing(&self, old: &Image, new: &Image) -> Vec<Change> {
        let (image, quota) = (Box::new(new.clone()), u64::MAX);
        let mut changes = match new.id == old.id {
            true => vec![Change::SetImage { image, quota }],
            false => vec![dropping(old), Change::AddImage { image, quota }],
        };
        if new.private != old.private {
            changes.push(self.purging_image(&old.account, &old.id));
        }
        changes
    }

    /// Removes an image. When this returns, no node answers with it; its bytes are gone, or have
    /// a note.
    pub fn delete(&self, account: &str, id: &str) -> Result<()> {
        for _ in 0..TRIES {
            let old = self.get(account, id)?;
            let mut changes = vec![dropping(&old), self.purging_image(account, id)];
            if let Some(blob) = &old.blob {
                changes.push(Change::AddNote { key: blob.key.clone(), since: self.now() });
            }
            if let Outcome::Done(seq) = self.stores.catalog.commit(&changes)? {
                self.settle(seq)?;
                if let Some(blob) = &old.blob {
                    self.discard(&blob.key);
                }
                return Ok(());
            }
        }
        Err(Error::new(Kind::Busy, "too many changes of the same image at once"))
    }

    /// An image with its original bytes, checked against their hash.
    pub fn original(&self, account: &str, id: &str) -> Result<(Image, Vec<u8>)> {
        self.original_within(account, id, &Job::default())
    }

    /// [`Hosted::original`] within a job: stores across a network are asked until it ends.
    pub fn original_within(&self, account: &str, id: &str, job: &Job) -> Result<(Image, Vec<u8>)> {
        let mut image = self.get(account, id)?;
        loop {
            let blob = image.blob.clone().ok_or_else(missing)?;
            match storage::load_within(&*self.stores.originals, &blob, job) {
                Ok(bytes) => return Ok((image, bytes)),
                Err(error) => {
                    // It may have been removed, and made again, since its row was read.
                    let now = self.get(account, id)?;
                    if now.blob.as_ref() == Some(&blob) {
                        return Err(lost(error));
                    }
                    image = now;
                }
            }
        }
    }

    /// How full an account is.
    pub fn stats(&self, account: &str) -> Result<Stats> {
        let allowed = self.settings(account)?.quota;
        Ok(Stats { allowed, current: self.stores.catalog.count(account)? })
    }

    /// Wishes that nobody has fulfilled yet, as after a restart; at most all of one account.
    pub fn wishes(&self) -> Result<Vec<Wish>> {
        let documents = self.stores.catalog.documents(WISH, None)?;
        let read = |document: Document| {
            let ahead = serde_json::from_str(&document.body).ok()?;
            Some(Wish { account: document.account, image: document.name, ahead })
        };
        Ok(documents.into_iter().filter_map(read).collect())
    }

    /// A wish is fulfilled, or cannot be.
    pub fn wish_done(&self, account: &str, image: &str) -> Result<()> {
        let Some(document) = self.stores.catalog.document(WISH, account, image)? else {
            return Ok(());
        };
        let Document { kind, account, name, version, .. } = document;
        // Somebody else may have been faster.
        self.stores.catalog.commit(&[Change::DropDocument { kind, account, name, version }])?;
        Ok(())
    }

    /// The id of a new image: the given one, if it may be, or a fresh one.
    pub(super) fn new_id(
        &self,
        given: Option<&str>,
        private: bool,
        settings: &Settings,
    ) -> Result<String> {
        let Some(id) = given.filter(|id| !id.is_empty()) else { return ids::generate(private) };
        ids::check_custom(id)?;
        check_private_custom(private, settings)?;
        Ok(id.to_owned())
    }

    /// Refuses early what the commit would refuse; the commit decides. A draft that has ended
    /// makes room for the id.
    pub(super) fn check_room(&self, image: &Image, settings: &Settings) -> Result<()> {
        if let Some(old) = self.stores.catalog.image(&image.account, &image.id)? {
            if old.draft.as_ref().is_none_or(|draft| draft.expires > self.now()) {
                return Err(taken());
            }
            self.stores.catalog.commit(&[dropping(&old)])?;
        }
        match self.stores.catalog.count(&image.account)? >= settings.quota {
            true => Err(full(settings)),
            false => Ok(()),
        }
    }

    /// Writes bytes that no image has yet; gives their place and when they were noted.
    pub(super) fn keep(&self, bytes: &[u8], job: &Job) -> Result<(Blob, u64)> {
        let since = self.now();
        let (originals, catalog) = (&*self.stores.originals, &*self.stores.catalog);
        Ok((storage::store_within(originals, catalog, bytes, since, job)?, since))
    }

    /// Commits changes that make `image` with bytes that were noted at `since`. Bytes of a refused
    /// commit are removed at once; where it is not known what became of it, the note decides
    /// later.
    pub(super) fn place(
        &self,
        image: &Image,
        since: u64,
        mut changes: Vec<Change>,
    ) -> Result<Outcome> {
        let key = image.blob.as_ref().map(|blob| blob.key.clone()).unwrap_or_default();
        // Notes are swept when they are old; long before that, nothing is taken over.
        let is_late = || self.now().saturating_sub(since) > NOTE_LIFE / 2;
        let late = Error::new(Kind::Timeout, "keeping the bytes took too long");
        if is_late() {
            self.discard(&key);
            return Err(late);
        }
        changes.push(Change::DropNote { key: key.clone() });
        let outcome = self.stores.catalog.commit(&changes)?;
        match outcome {
            // The machine slept meanwhile, and another node may have swept the bytes away.
            Outcome::Done(_) if is_late() => self.take_back(image).and(Err(late)),
            Outcome::Done(_) => Ok(outcome),
            _ => {
                self.discard(&key);
                Ok(outcome)
            }
        }
    }

    /// Removes an image that nobody was told of.
    fn take_back(&self, image: &Image) -> Result<()> {
        let found = self.stores.catalog.image(&image.account, &image.id)?;
        let Some(placed) = found.filter(|found| found.blob == image.blob) else { return Ok(()) };
        let key = image.blob.as_ref().map(|blob| blob.key.clone()).unwrap_or_default();
        let note = Change::AddNote { key: key.clone(), since: self.now() };
        let forget = self.purging_image(&image.account, &image.id);
        if let Outcome::Done(seq) =
            self.stores.catalog.commit(&[dropping(&placed), note, forget])?
        {
            self.settle(seq)?;
            self.discard(&key);
        }
        Ok(())
    }

    /// Removes noted bytes now; where that fails, the sweep does it later.
    pub(super) fn discard(&self, key: &str) {
        let _ = storage::discard(&*self.stores.originals, &*self.stores.catalog, key);
    }
}

/// An image with its bytes.
pub(super) fn filled(image: Image, probe: &Probe, blob: Blob, now: u64) -> Image {
    Image {
        uploaded: now,
        draft: None,
        blob: Some(blob),
        mime: probe.format.mime().to_owned(),
        size: probe.oriented_size(),
        ..image
    }
}

/// Removes an image as it was read.
pub(super) fn dropping(old: &Image) -> Change {
    let Image { account, id, version, .. } = old.clone();
    Change::DropImage { account, id, version }
}

fn wish(image: &Image, ahead: Option<&Ahead>) -> Result<Option<Change>> {
    let Some(ahead) = ahead else { return Ok(None) };
    let document = Document {
        kind: WISH.to_owned(),
        account: image.account.clone(),
        name: image.id.clone(),
        version: 0,
        body: body(ahead)?,
    };
    Ok(Some(Change::AddDocument { document, most: u64::MAX }))
}

pub(super) fn check_private_custom(private: bool, settings: &Settings) -> Result<()> {
    match private && !settings.private_custom_ids {
        true => {
            let expected = "false for an image with a custom id";
            Err(Error::invalid("requireSignedURLs", expected, "true"))
        }
        false => Ok(()),
    }
}

pub(super) fn missing() -> Error {
    Error::new(Kind::NotFound, "there is no such image")
}

pub(super) fn taken() -> Error {
    Error::new(Kind::Conflict, "there is such an image already")
}

pub(super) fn full(settings: &Settings) -> Error {
    Error::too_large("images", settings.quota, "one more")
}

/// A row without its bytes is a fault of the store, not of whoever asked.
fn lost(error: Error) -> Error {
    match error.kind() {
        Kind::NotFound => storage::failed("reading the original", "the bytes are not there"),
        _ => error,
    }
}
