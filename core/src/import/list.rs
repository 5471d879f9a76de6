//! The pages of a source: each object is decided on, as far as that can be without its bytes, and
//! written into the journal together with the place where listing goes on.

use std::time::Duration;

use serde_json::Value;

use super::jobs::RUNNING;
use super::stores::{Object, Trouble};
use super::work::Work;
use crate::hosted::{Settings, Variant};
use crate::options::Options;
use crate::storage::catalog::{Change, ImportChange, ImportItem, ItemState, Outcome};
use crate::{Error, Kind, Result};

/// Longest key that the journal holds, in bytes.
const LONGEST: usize = 2000;
/// Tries of one page.
const TRIES: u32 = 6;
/// How long another node may be silent before this one lists in its place.
const SILENCE: Duration = Duration::from_secs(4);

impl Work<'_> {
    /// Lists until the end, or until somebody stops it.
    pub(super) fn list(&self) -> Result<()> {
        let mut row = self.shared.row(self.account, self.id)?;
        while !self.is_over() && !row.listed && row.status == RUNNING {
            let Some(found) = self.page(&row.cursor)? else { return Ok(()) };
            let outcome = self.shared.hosted.catalog().commit(&[Change::Import(found)])?;
            let now = self.shared.row(self.account, self.id)?;
            if matches!(outcome, Outcome::Done(_)) {
                row = now;
                continue;
            }
            // Another node lists: this one looks on, as long as that one goes on.
            row = self.look_on(now.cursor)?;
        }
        Ok(())
    }

    /// Waits until the listing no longer moves.
    fn look_on(&self, mut cursor: String) -> Result<crate::storage::catalog::ImportJob> {
        loop {
            self.sleep(SILENCE);
            let row = self.shared.row(self.account, self.id)?;
            if self.is_over() || row.cursor == cursor || row.listed {
                return Ok(row);
            }
            cursor = row.cursor;
        }
    }

    /// Sleeps, and wakes when the run is over.
    pub(super) fn sleep(&self, time: Duration) {
        let end = std::time::Instant::now() + time;
        while !self.is_over() && std::time::Instant::now() < end {
            std::thread::sleep(Duration::from_millis(50).min(time));
        }
    }

    /// What a page adds to the journal; `None` where the run is over.
    fn page(&self, cursor: &str) -> Result<Option<ImportChange>> {
        let Some(mut items) = self.variants(cursor.is_empty())? else { return Ok(None) };
        let listed = match self.again(&|| self.store.list(cursor, &self.job())) {
            Ok(listed) => listed,
            Err(Trouble::Stopped(_)) => return Ok(None),
            Err(trouble) => {
                self.pause(&format!("listing: {}", trouble.error()));
                return Ok(None);
            }
        };
        let settings = self.shared.hosted.settings(self.account)?;
        let mut excluded = 0;
        for object in listed.objects {
            match self.patterns.want(&object.key) {
                true => items.push(self.decide(object, &settings)?),
                false => excluded += 1,
            }
        }
        Ok(Some(ImportChange::Found {
            account: self.account.to_owned(),
            id: self.id.to_owned(),
            was: cursor.to_owned(),
            listed: listed.cursor.is_none(),
            cursor: listed.cursor.unwrap_or_default(),
            excluded,
            items,
        }))
    }

    /// Tries until the source answers, it will not, or the run is over.
    pub(super) fn again<T>(
        &self,
        ask: &dyn Fn() -> std::result::Result<T, Trouble>,
    ) -> std::result::Result<T, Trouble> {
        for tried in 0.. {
            match ask() {
                Err(Trouble::Passing(error)) if tried + 1 < TRIES => {
                    self.sleep(Duration::from_millis(200) * (1 << tried));
                    if self.is_over() {
                        return Err(Trouble::Stopped(error));
                    }
                }
                done => return done,
            }
        }
        Err(Trouble::Stopped(Error::new(Kind::Cancelled, "the job was cancelled")))
    }

    /// What is to be done with an object, as far as that can be said before it is read.
    fn decide(&self, object: Object, settings: &Settings) -> Result<ImportItem> {
        let image = format!("{}{}", self.spec.prefix, self.store.id(&object.key));
        let mut item = ImportItem {
            key: object.key,
            bytes: object.bytes,
            etag: object.etag,
            extra: object.extra,
            image,
            at: self.shared.hosted.now(),
            ..ImportItem::default()
        };
        let verdict = match object.refused {
            Some(reason) => Some((ItemState::Failed, reason.to_owned())),
            None => self.verdict(&item, settings)?,
        };
        if let Some((state, reason)) = verdict {
            (item.state, item.reason) = (state, reason);
            item.extra.clear();
        }
        if item.key.len() > LONGEST || item.key.contains('\0') {
            let end =
                (0..=LONGEST.min(item.key.len())).rev().find(|at| item.key.is_char_boundary(*at));
            item.key = item.key[..end.unwrap_or(0)].replace('\0', "\u{2400}");
            item.image.clear();
        }
        Ok(item)
    }

    fn verdict(
        &self,
        item: &ImportItem,
        settings: &Settings,
    ) -> Result<Option<(ItemState, String)>> {
        let failed = |reason: String| Ok(Some((ItemState::Failed, reason)));
        let skipped = |reason: &str| Ok(Some((ItemState::Skipped, reason.to_owned())));
        if item.key.len() > LONGEST {
            return failed(format!("its key has {} bytes, more than {LONGEST}", item.key.len()));
        }
        let (private, moves) = (is_private(&item.extra), self.store.moves());
        let hosted = &self.shared.hosted;
        if let Err(error) = hosted.check_arrival(&item.image, private, moves, settings) {
            return failed(error.message().to_owned());
        }
        if item.bytes > settings.upload_bytes {
            let limit = settings.upload_bytes;
            return failed(format!("upload bytes: limit {limit}, got {}", item.bytes));
        }
        let journal = hosted.catalog().journal();
        let known = journal.imported(self.account, self.source, &item.image)?;
        let same = known.as_ref().map(|(bytes, etag)| {
            // A source that says neither is asked when the object is read.
            let size = item.bytes == 0 || *bytes == item.bytes;
            *etag == item.etag && size || item.etag.is_empty()
        });
        match (self.spec.overwrite, same) {
            (false, Some(true)) => return skipped("it was imported before"),
            (true, Some(true)) if item.etag.is_empty() => {}
            (_, _) => {
                let there = hosted.has(self.account, &item.image)?;
                match (self.spec.overwrite, there, same) {
                    (false, true, _) => return skipped("there is an image of this id"),
                    (true, true, Some(true)) => return skipped("it has not changed"),
                    _ => {}
                }
            }
        }
        match self.spec.dry_run {
            true => Ok(Some((ItemState::Imported, "dry run: it would be imported".to_owned()))),
            false => Ok(None),
        }
    }

    /// Variants that come along with the first page, as lines of the log; `None` where the run is
    /// over.
    fn variants(&self, first: bool) -> Result<Option<Vec<ImportItem>>> {
        if !first || !self.spec.variants || !self.store.moves() {
            return Ok(Some(Vec::new()));
        }
        let variants = match self.again(&|| self.store.variants(&self.job())) {
            Ok(variants) => variants,
            Err(Trouble::Stopped(_)) => return Ok(None),
            Err(trouble) => {
                self.pause(&format!("variants: {}", trouble.error()));
                return Ok(None);
            }
        };
        let mut items = Vec::new();
        for (name, told) in variants {
            let (state, reason) = match self.variant(&name, &told) {
                Ok(found) => found,
                Err(error) if matches!(error.kind(), Kind::Storage | Kind::Busy) => {
                    return Err(error);
                }
                Err(error) => (ItemState::Failed, error.message().to_owned()),
            };
            // No id of an image begins with a slash.
            let (key, at) = (format!("/variants/{name}"), self.shared.hosted.now());
            items.push(ImportItem { key, state, reason, at, ..ImportItem::default() });
        }
        Ok(Some(items))
    }

    fn variant(&self, name: &str, told: &Value) -> Result<(ItemState, String)> {
        let hosted = &self.shared.hosted;
        let wanted = read_variant(name, told)?;
        let skipped = |reason: &str| Ok((ItemState::Skipped, reason.to_owned()));
        let old = hosted.variants(self.account)?.into_iter().find(|old| old.id == name);
        // Canonical text leaves out what is the default, whichever way it was written.
        let meaning =
            |it: &Variant| (it.options.to_string(), it.browser_ttl, it.never_require_signed_urls);
        if old.as_deref().map(meaning) == Some(meaning(&wanted)) {
            return skipped("there is an equal variant");
        }
        match (old.is_some(), self.spec.overwrite, self.spec.dry_run) {
            (true, false, _) => return skipped("there is a variant of this name"),
            (_, _, true) => {
                let reason = "dry run: it would be imported";
                return Ok((ItemState::Imported, reason.to_owned()));
            }
            (true, true, _) => hosted.edit_variant(self.account, &wanted)?,
            (false, _, _) => hosted.create_variant(self.account, &wanted)?,
        };
        Ok((ItemState::Imported, String::new()))
    }
}

/// Whether what the source says of an image makes it private.
pub(super) fn is_private(extra: &str) -> bool {
    serde_json::from_str::<Value>(extra).is_ok_and(|told| told["requireSignedURLs"] == true)
}

fn read_variant(name: &str, told: &Value) -> Result<Variant> {
    let mut options = told["options"].as_object().cloned().unwrap_or_default();
    let browser_ttl = options.shift_remove("browser_ttl").and_then(|ttl| ttl.as_u64());
    let parsed = Options::parse(&Value::Object(options).to_string())?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(Error::invalid("options", "options that are known", warning));
    }
    Ok(Variant {
        id: name.to_owned(),
        options: parsed.options,
        browser_ttl,
        never_require_signed_urls: told["neverRequireSignedURLs"] == true,
    })
}
