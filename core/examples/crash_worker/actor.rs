//! Whoever works on a place until it ends: images, variants and results of its own.

use std::sync::Arc;

use safelight::hosted::{account_tag, image_tag, Listing, Selector, TicketOrder, Update, Upload};
use safelight::hosted::{Image, Variant};
use safelight::options::{Options, Width};
use safelight::storage::results::{Kept, Label};
use safelight::storage::Results;
use safelight::{Job, Result};
use serde_json::{json, Value};

use crate::dice::{digest, Dice};
use crate::place::Place;
use crate::say;
use crate::state::row;

/// Results of an actor.
pub const SLOTS: u64 = 12;
/// Ids of its own making.
const CUSTOM: u64 = 5;
/// Beyond this many images it removes some.
const MANY: usize = 12;

pub struct Actor<'a> {
    place: &'a Place,
    name: String,
    dice: Dice,
    images: Vec<String>,
    variant: bool,
}

/// What one actor makes begins with this.
pub fn name_of(actor: u64) -> String {
    format!("t{actor}")
}

pub fn result_key(name: &str, slot: u64) -> String {
    format!("{name}/{slot}")
}

impl<'a> Actor<'a> {
    pub fn new(place: &'a Place, actor: u64, seed: u64) -> Self {
        let dice = Dice::new(seed.wrapping_mul(64) + actor);
        Actor { place, name: name_of(actor), dice, images: Vec::new(), variant: false }
    }

    /// Works until the process ends. A failure ends the work, and is told.
    pub fn work(mut self) {
        let mut worked = self.find_own();
        while worked.is_ok() {
            worked = self.act();
        }
        if let Err(error) = worked {
            let (context, error) = (error.context().unwrap_or_default(), error.to_string());
            say(&json!({"at": "failed", "actor": self.name, "error": error, "context": context}));
        }
    }

    /// What an earlier life left.
    fn find_own(&mut self) -> Result<()> {
        let listing = Listing { per_page: 10_000, ..Listing::default() };
        let listed = self.place.hosted.list(&self.place.account, &listing)?;
        let own = |image: &Image| image.creator.as_deref().unwrap_or("").starts_with(&self.name);
        self.images = listed.images.into_iter().filter(own).map(|image| image.id).collect();
        let variants = self.place.hosted.variants(&self.place.account)?;
        self.variant = variants.iter().any(|variant| variant.id == self.name);
        Ok(())
    }

    fn act(&mut self) -> Result<()> {
        let many = self.images.len() > MANY;
        match self.dice.roll(20) {
            0..=3 if !many => self.upload(),
            4..=5 if !many => self.fill(),
            0..=7 => self.delete(),
            8..=10 => self.update(),
            11..=14 => self.keep(),
            15..=17 => self.purge(),
            18 => self.change_variant(),
            _ => self.read(),
        }
    }

    fn begin(&self, op: &str, what: Value) {
        say(&json!({"at": "begin", "actor": self.name, "op": op, "what": what}));
    }

    fn done(&self, what: Value) {
        say(&json!({"at": "done", "actor": self.name, "what": what}));
    }

    fn metadata(&mut self) -> Value {
        json!({"n": self.dice.roll(1_000_000), "of": self.name})
    }

    fn creator(&mut self) -> String {
        format!("{}/{}", self.name, self.dice.roll(9))
    }

    /// An id of its own that is free, or none: then one is generated.
    fn free_id(&mut self) -> Option<String> {
        let id = format!("{}/own {}", self.name, self.dice.roll(2 * CUSTOM));
        (id.ends_with(['0', '1', '2', '3', '4']) && !self.images.contains(&id)).then_some(id)
    }

    fn upload(&mut self) -> Result<()> {
        let bytes = self.dice.picture()?;
        let upload = Upload {
            bytes: &bytes,
            filename: Some(format!("ü {}.png", self.dice.roll(100))),
            id: self.free_id(),
            creator: Some(self.creator()),
            metadata: Some(self.metadata()),
            require_signed_urls: self.dice.roll(3) == 0,
            ahead: None,
        };
        self.begin(
            "upload",
            json!({
                "id": upload.id, "filename": upload.filename, "creator": upload.creator,
                "meta": upload.metadata, "private": upload.require_signed_urls,
                "sha256": digest(&bytes), "bytes": bytes.len(),
            }),
        );
        let image = self.place.hosted.upload(&self.place.account, &upload, &Job::default())?;
        self.done(row(&image));
        self.images.push(image.id);
        Ok(())
    }

    /// Uploads by a ticket.
    fn fill(&mut self) -> Result<()> {
        let bytes = self.dice.picture()?;
        let order = TicketOrder {
            creator: Some(self.creator()),
            metadata: Some(self.metadata()),
            require_signed_urls: self.dice.roll(3) == 0,
            ..TicketOrder::default()
        };
        let (hosted, account) = (&self.place.hosted, &self.place.account);
        let ticket = hosted.create_ticket(account, &order)?;
        self.begin(
            "upload",
            json!({
                "id": ticket.id, "filename": "filled.png", "creator": order.creator,
                "meta": order.metadata, "private": order.require_signed_urls,
                "sha256": digest(&bytes), "bytes": bytes.len(),
            }),
        );
        let (id, secret) = (&ticket.id, &ticket.secret);
        let image = hosted.fill_ticket(account, id, secret, &bytes, Some("filled.png"))?;
        self.done(row(&image));
        self.images.push(image.id);
        Ok(())
    }

    /// The place in `images` of one of them.
    fn any(&mut self) -> Option<usize> {
        match self.images.len() {
            0 => None,
            many => Some(self.dice.roll(many as u64) as usize),
        }
    }

    fn update(&mut self) -> Result<()> {
        let Some(at) = self.any() else { return Ok(()) };
        let id = self.images[at].clone();
        let sides = self.dice.roll(7) + 1;
        let metadata = self.metadata();
        let creator = self.creator();
        let private = self.dice.roll(2) == 0;
        let update = Update {
            metadata: (sides & 1 != 0).then_some(metadata),
            require_signed_urls: (sides & 2 != 0).then_some(private),
            creator: (sides & 4 != 0).then_some(Some(creator)),
        };
        self.begin(
            "update",
            json!({
                "id": id, "meta": update.metadata, "private": update.require_signed_urls,
                "creator": update.creator.clone().flatten(),
            }),
        );
        let image = self.place.hosted.update(&self.place.account, &id, &update)?;
        self.done(row(&image));
        self.images[at] = image.id;
        Ok(())
    }

    fn delete(&mut self) -> Result<()> {
        let Some(at) = self.any() else { return Ok(()) };
        let id = self.images.swap_remove(at);
        self.begin("delete", json!({"id": id}));
        self.place.hosted.delete(&self.place.account, &id)?;
        self.done(json!({"id": id}));
        Ok(())
    }

    /// Reads an original while others write and remove.
    fn read(&mut self) -> Result<()> {
        let Some(at) = self.any() else { return Ok(()) };
        let id = self.images[at].clone();
        self.begin("read", json!({"id": id}));
        let (image, bytes) = self.place.hosted.original(&self.place.account, &id)?;
        let mut found = row(&image);
        found["sha256"] = json!(digest(&bytes));
        self.done(found);
        Ok(())
    }

    /// Keeps a result as a render does: born at what was seen before.
    fn keep(&mut self) -> Result<()> {
        let slot = self.dice.roll(SLOTS);
        let key = result_key(&self.name, slot);
        let length = 1 + self.dice.roll(40_000) as usize;
        let body = self.dice.noise(length);
        let account = &self.place.account;
        let mut tags = vec![format!("{}-{}", self.name, slot % 3), account_tag(account)];
        if let Some(at) = self.any() {
            tags.push(image_tag(&self.place.account, &self.images[at]));
        }
        let address = self.address(slot);
        self.begin(
            "keep",
            json!({"key": key, "tags": tags, "address": address, "sha256": digest(&body)}),
        );
        let label = Label { tags, address, born: self.place.hosted.seen()? };
        let kept = Kept { head: "{}".to_owned(), body: Arc::new(body), label };
        self.place.results.put(&key, Arc::new(kept));
        self.done(json!({"key": key}));
        Ok(())
    }

    fn address(&self, slot: u64) -> String {
        let folder = if slot.is_multiple_of(2) { "even" } else { "odd" };
        format!("{}.example/{folder}/{slot}", self.name)
    }

    fn purge(&mut self) -> Result<()> {
        let (slot, at) = (self.dice.roll(SLOTS), self.any());
        let account = self.place.account.clone();
        let (selector, told) = match (self.dice.roll(13), at) {
            (0..=3, _) => tag(format!("{}-{}", self.name, slot % 3)),
            (4..=6, Some(at)) => tag(image_tag(&account, &self.images[at])),
            (7..=9, _) => {
                let address = self.address(slot);
                (Selector::Address(address.clone()), json!({"address": address}))
            }
            (12, _) => (Selector::All, json!({"tag": account_tag(&account)})),
            _ => {
                let address = self.address(slot);
                let prefix = address.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                (Selector::Prefix(prefix.clone()), json!({"prefix": prefix}))
            }
        };
        self.begin("purge", told);
        self.place.hosted.purge(&account, &[selector])?;
        self.done(json!({}));
        Ok(())
    }

    fn change_variant(&mut self) -> Result<()> {
        let width = 1 + self.dice.roll(1000) as u32;
        let options = Options { width: Some(Width::Pixels(width)), ..Options::default() };
        let variant = Variant { id: self.name.clone(), options, ..Variant::default() };
        let gone = self.variant && self.dice.roll(3) == 0;
        let (hosted, account) = (&self.place.hosted, &self.place.account);
        let told = (!gone).then(|| variant.options.to_string());
        self.begin("variant", json!({"id": self.name, "options": told}));
        match (self.variant, gone) {
            (true, true) => hosted.delete_variant(account, &self.name)?,
            (true, false) => drop(hosted.edit_variant(account, &variant)?),
            (false, _) => drop(hosted.create_variant(account, &variant)?),
        }
        self.variant = !gone;
        self.done(json!({}));
        Ok(())
    }
}

fn tag(tag: String) -> (Selector, Value) {
    (Selector::Tag(tag.clone()), json!({"tag": tag}))
}
