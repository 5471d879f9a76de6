//! Commits: images appear together with the lines of the journal that tell of them.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::Arc;

use super::jobs::RUNNING;
use super::take::{Fate, Taken};
use super::work::{Claim, Work};
use crate::hosted::Arrived;
use crate::storage::catalog::{Change, ImportChange, ImportItem, ItemState, Outcome};
use crate::{Error, Kind, Result};

/// Objects in a row that a source may owe before the job is paused.
const MOST_SILENT: usize = 8;

/// What is committed together.
#[derive(Default)]
struct Batch {
    arrived: Vec<Arrived>,
    /// Lines by claim.
    dealt: BTreeMap<String, Vec<ImportItem>>,
    /// What is remembered, and notes that are not needed.
    also: Vec<Change>,
    /// When the oldest of the keys was noted.
    since: Option<u64>,
}

impl Batch {
    fn add(&mut self, work: &Work<'_>, taken: Taken) {
        let Taken { claimed, fate } = taken;
        let mut item = ImportItem { at: work.shared.hosted.now(), ..claimed.item };
        match fate {
            Fate::Kept(arrived) => {
                item.state = ItemState::Imported;
                self.also.push(work.remembering(&item));
                self.arrived.push(*arrived);
            }
            Fate::Dealt(state, reason) => {
                (item.state, item.reason) = (state, reason);
                self.also.push(Change::DropNote { key: claimed.key });
            }
            Fate::Silent(error) | Fate::Refused(error) | Fate::Stopped(error) => {
                (item.state, item.reason) = (ItemState::Failed, error.message().to_owned());
                self.also.push(Change::DropNote { key: claimed.key });
            }
        }
        let Claim { name, since } = &*claimed.claim;
        self.since = Some(self.since.map_or(*since, |oldest| oldest.min(*since)));
        self.dealt.entry(name.clone()).or_default().push(item);
    }

    fn commit(self, work: &Work<'_>) -> Result<(Outcome, Vec<Arrived>)> {
        let lines = self.dealt.into_iter().map(|(claim, items)| {
            let (account, id) = (work.account.to_owned(), work.id.to_owned());
            Change::Import(ImportChange::Dealt { account, id, claim, items })
        });
        let also = lines.chain(self.also).collect();
        let since = self.since.unwrap_or(0);
        let outcome = work.shared.hosted.admit(work.account, &self.arrived, since, also)?;
        Ok((outcome, self.arrived))
    }
}

impl Work<'_> {
    /// Commits what became of some objects.
    pub(super) fn settle(&self, taken: Vec<Taken>) -> Result<()> {
        let taken = self.weigh(taken);
        if taken.is_empty() {
            return Ok(());
        }
        // Where the commit is refused, each object is looked at on its own.
        let lines: Vec<Line> = taken.iter().map(Line::of).collect();
        let mut batch = Batch::default();
        taken.into_iter().for_each(|one| batch.add(self, one));
        let (outcome, arrived) = batch.commit(self)?;
        match outcome {
            Outcome::Done(_) => Ok(()),
            _ => self.one_by_one(lines, arrived),
        }
    }

    /// What later jobs of the source know an imported object by.
    fn remembering(&self, item: &ImportItem) -> Change {
        Change::Import(ImportChange::Remember {
            account: self.account.to_owned(),
            source: self.source.to_owned(),
            image: item.image.clone(),
            bytes: item.bytes,
            etag: item.etag.clone(),
        })
    }

    /// Takes out what must wait, and ends the run where the source or our stores give out.
    fn weigh(&self, taken: Vec<Taken>) -> Vec<Taken> {
        let mut dealt = Vec::new();
        for one in taken {
            match &one.fate {
                Fate::Kept(_) | Fate::Dealt(..) => {
                    if matches!(one.fate, Fate::Kept(_)) {
                        self.silent.store(0, Ordering::Relaxed);
                    }
                    dealt.push(one);
                }
                // The source owes one object and others come: that is this object's failure.
                Fate::Silent(error) => {
                    let owed = self.silent.fetch_add(1, Ordering::Relaxed) + 1;
                    match owed < MOST_SILENT {
                        true => dealt.push(one),
                        false => self.pause(&format!("the source does not answer: {error}")),
                    }
                }
                Fate::Refused(error) => self.pause(&format!("the source: {error}")),
                Fate::Stopped(error) if self.is_over() || error.kind() == Kind::Cancelled => {}
                Fate::Stopped(error) => {
                    let told = Error::new(error.kind(), error.message().to_owned());
                    self.fail(told.with_context(error.context().unwrap_or_default()));
                }
            }
        }
        dealt
    }

    /// What a refused commit would have done, object by object.
    fn one_by_one(&self, lines: Vec<Line>, arrived: Vec<Arrived>) -> Result<()> {
        let mut images = arrived.into_iter();
        for line in lines {
            let image = if line.kept { images.next() } else { None };
            if self.is_over() || self.shared.row(self.account, self.id)?.status != RUNNING {
                image.iter().for_each(|image| self.shared.hosted.turn_away(image));
                continue;
            }
            self.one(line, image)?;
        }
        Ok(())
    }

    fn one(&self, mut line: Line, image: Option<Arrived>) -> Result<()> {
        let hosted = &self.shared.hosted;
        let mut batch = Batch { since: Some(line.claim.since), ..Batch::default() };
        line.item.at = hosted.now();
        let (state, reason) = line.fate.clone();
        (line.item.state, line.item.reason) = (state, reason);
        if line.kept {
            batch.also.push(self.remembering(&line.item));
        } else {
            batch.also.push(Change::DropNote { key: line.key.clone() });
        }
        batch.arrived.extend(image);
        batch.dealt.insert(line.claim.name.clone(), vec![line.item.clone()]);
        let (outcome, arrived) = batch.commit(self)?;
        let turn_away = || arrived.iter().for_each(|image| hosted.turn_away(image));
        match outcome {
            Outcome::Done(_) => Ok(()),
            Outcome::Full => {
                turn_away();
                let full = hosted.error_of_full(self.account)?;
                self.pause(&format!("the account is full: {full}"));
                Ok(())
            }
            Outcome::Exists => {
                turn_away();
                line.kept = false;
                line.fate = (ItemState::Skipped, "there is an image of this id".to_owned());
                self.one(line, None)
            }
            // Somebody else has the object, or changed its image: it is not ours any more, or is
            // claimed again with the next run.
            Outcome::Changed => {
                turn_away();
                Ok(())
            }
        }
    }

    /// Forgets what became of an object after the run is over.
    pub(super) fn turn_away(&self, taken: Taken) {
        if let Fate::Kept(arrived) = &taken.fate {
            self.shared.hosted.turn_away(arrived);
        }
    }
}

/// An object and what became of it, for a second commit.
struct Line {
    item: ImportItem,
    key: String,
    claim: Arc<Claim>,
    kept: bool,
    fate: (ItemState, String),
}

impl Line {
    fn of(taken: &Taken) -> Self {
        let (kept, fate) = match &taken.fate {
            Fate::Kept(_) => (true, (ItemState::Imported, String::new())),
            Fate::Dealt(state, reason) => (false, (*state, reason.clone())),
            Fate::Silent(error) | Fate::Refused(error) | Fate::Stopped(error) => {
                (false, (ItemState::Failed, error.message().to_owned()))
            }
        };
        let claimed = &taken.claimed;
        let (item, key) = (claimed.item.clone(), claimed.key.clone());
        Line { item, key, claim: claimed.claim.clone(), kept, fate }
    }
}
