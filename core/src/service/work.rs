//! From an order to a result: kept, made by somebody else just now, or made here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::claim::Claimed;
use super::flight::Seat;
use super::overlays::Overlay;
use super::pool;
use super::respond::Failure;
use super::sources::{Found, Place, Reader, Unread};
use super::Inner;
use crate::delivery::{Hints, Resolved, Situation, Stage, Work};
use crate::image::Format;
use crate::storage::results::{Kept, Label};
use crate::storage::Results;
use crate::{Assets, Error, Input, Job, Kind};

/// How long work that nobody waits for waits for a free place.
const PATIENCE: Duration = Duration::from_secs(60);

/// A result that is wanted. Everything is owned, so that it can be made later as well.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// What it is made of and by whom, and what is drawn on it: the start and the end of its key.
    pub ends: [String; 2],
    /// By what it can be purged.
    pub label: Label,
    /// Whether it may be kept.
    pub keep: bool,
    /// What is asked for, plain for the client.
    pub resolved: Resolved,
    /// What the client's headers say.
    pub hints: Hints,
    /// What it is made of.
    pub material: Material,
    /// What is drawn on it.
    pub overlays: Vec<Overlay>,
    /// Hosts that the account allows besides those of the configuration.
    pub allowed: Vec<String>,
    /// Whether nobody waits for it.
    pub ahead: bool,
}

/// What a result is made of.
#[derive(Debug, Clone)]
pub(super) enum Material {
    /// A version of a source of the folder or of the web.
    Source { place: Place, found: Found },
    /// The bytes of a hosted image.
    Hosted { account: String, image: String, hash: String },
}

/// A result and what it took.
pub(super) struct Made {
    pub kept: Arc<Kept>,
    /// What it is kept under.
    pub key: String,
    pub work: Work,
    /// Whether nothing was done for it.
    pub hit: bool,
    /// Whether a better one is being made for the next request.
    pub interim: bool,
}

/// What everyone gets who waits for the same work: a result, its key, whether it is the interim
/// one.
pub(super) type Landed = Result<(Arc<Kept>, String, bool), Failure>;

/// What is noted of a result beside its bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    format: String,
    pub warnings: Vec<String>,
}

/// Why an order has no result.
pub(super) enum Unmade {
    /// What it is made of has changed since the order was written.
    Changed,
    /// It cannot be made.
    Failed(Failure),
}

impl From<Failure> for Unmade {
    fn from(failure: Failure) -> Self {
        Unmade::Failed(failure)
    }
}

impl From<Unread> for Unmade {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Changed => Unmade::Changed,
            Unread::Failed(failure) => Unmade::Failed(failure),
        }
    }
}

impl Head {
    /// Reads what stands in a kept result; nothing for one of another version.
    pub(super) fn read(kept: &Kept) -> Option<(Format, Head)> {
        let head: Head = serde_json::from_str(&kept.head).ok()?;
        let format = Format::ALL.iter().copied().find(|format| format.name() == head.format)?;
        Some((format, head))
    }
}

impl Order {
    /// Equal keys, equal bytes.
    pub(super) fn key(&self) -> String {
        let [start, end] = &self.ends;
        format!("{start} {} {end}", self.resolved.key(&self.hints))
    }
}

impl Inner {
    /// The result of an order, or the best that there is for now.
    pub(super) fn make(&self, order: &Order, job: &Job) -> Result<Made, Unmade> {
        let key = order.key();
        if let Some(kept) = self.shelves.get(&key) {
            return Ok(Made::found(kept, key));
        }
        if !order.ahead && self.background.is_upgrading(&key) {
            return self.make_interim(order, job);
        }
        // Who has seen a newer log must not get what was begun before it.
        let seat = self.flights.join(&format!("{} {key}", order.label.born), job);
        match seat.map_err(|error| Failure::new(&error, Stage::Transform))? {
            Seat::Landed(landed) => {
                let (kept, key, interim) = landed?;
                Ok(Made { interim, ..Made::found(kept, key) })
            }
            Seat::Lead(leader) => {
                // It may have been finished between the look and the lead.
                let made = match self.shelves.get(&key) {
                    Some(kept) => Ok(Made::found(kept, key.clone())),
                    None => self.make_once(order, key.clone(), job),
                };
                match &made {
                    Ok(made) => {
                        leader.land(Ok((made.kept.clone(), made.key.clone(), made.interim)));
                    }
                    Err(Unmade::Failed(failure)) if !failure.is_personal() => {
                        leader.land(Err(failure.clone()));
                    }
                    // Somebody else who waits tries next.
                    Err(_) => drop(leader),
                }
                // Only now: who makes the better one must not wait for this one.
                if made.as_ref().is_ok_and(|made| made.interim) {
                    self.background.upgrade(order, &key);
                }
                made
            }
        }
    }

    /// Makes a result, unless another node that shares the results does.
    fn make_once(&self, order: &Order, key: String, job: &Job) -> Result<Made, Unmade> {
        let Some(claims) = self.claims.as_ref().filter(|_| order.keep) else {
            return self.make_here(order, key, job);
        };
        let claimed = claims.claim(&key, || self.shelves.get(&key), job);
        match claimed.map_err(|error| Failure::new(&error, Stage::Transform))? {
            Claimed::Found(kept) => Ok(Made::found(kept, key)),
            Claimed::Ours(held) => {
                let made = self.make_here(order, key.clone(), job);
                // Who waits for the claim must find the result.
                self.shelves.settle(&key);
                drop(held);
                made
            }
        }
    }

    /// Makes a result, when it is our turn, and keeps it.
    fn make_here(&self, order: &Order, key: String, job: &Job) -> Result<Made, Unmade> {
        let failed = |stage| move |error: Error| Failure::new(&error, stage);
        let start = Instant::now();
        let (source, assets) = self.gather(order, job)?;
        let fetch = start.elapsed();
        let input = Input::new(&source).with_hints(&order.hints).with_assets(&assets);
        if self.would_miss_the_budget(order, &input, job) {
            return self.make_interim(order, job);
        }
        let queued = Instant::now();
        let _place = self.place(order, job).map_err(failed(Stage::Transform))?;
        let queue = queued.elapsed();
        self.engine.probe(&source).map_err(failed(Stage::Decode))?;
        let rendered = self.engine.render(&input, &order.resolved.options, job);
        let rendered = rendered.map_err(failed(Stage::Transform))?;
        let info = rendered.info;
        self.learn(&info);
        let head = Head { format: info.format.name().to_owned(), warnings: info.warnings };
        let kept = Arc::new(Kept {
            head: serde_json::to_string(&head).unwrap_or_default(),
            body: Arc::new(rendered.data),
            label: order.label.clone(),
        });
        if order.keep {
            self.shelves.put(&key, kept.clone());
        }
        self.count_transform();
        let work = work(queue, fetch, &info.timings);
        Ok(Made { kept, key, work, hit: false, interim: false })
    }

    /// A place to work at. Nobody who waits stands behind work that nobody waits for.
    fn place(&self, order: &Order, job: &Job) -> crate::Result<pool::Place<'_>> {
        if !order.ahead {
            return self.pool.enter(job);
        }
        let busy = || Error::new(Kind::Busy, "there was no time for work ahead");
        self.pool.enter_idle(job, PATIENCE).ok_or_else(busy)
    }

    /// The bytes that a result is made of.
    fn gather(&self, order: &Order, job: &Job) -> Result<(Arc<Vec<u8>>, Assets), Unmade> {
        let reader = Reader { allowed: &order.allowed, born: order.label.born, job };
        let source = match &order.material {
            Material::Source { place, found } => self.source(place, found, reader)?,
            Material::Hosted { account, image, hash } => self.stored(account, image, hash, job)?,
        };
        let mut assets = Assets::new();
        for Overlay { name, place, found } in &order.overlays {
            let bytes = self.source(place, found, reader)?;
            assets.insert(name.clone(), bytes.as_slice());
        }
        Ok((source, assets))
    }

    /// The bytes of a source, as they came or as they were kept.
    fn source(
        &self,
        place: &Place,
        found: &Found,
        reader: Reader<'_>,
    ) -> Result<Arc<Vec<u8>>, Unread> {
        match &found.bytes {
            Some(bytes) => Ok(bytes.clone()),
            None => self.sources.read(place, &found.version, reader),
        }
    }

    /// The bytes of a hosted image, if they are still these.
    fn stored(
        &self,
        account: &str,
        image: &str,
        hash: &str,
        job: &Job,
    ) -> Result<Arc<Vec<u8>>, Unmade> {
        let read = self.hosted.original_within(account, image, job);
        let (row, bytes) = read.map_err(|error| match error.kind() {
            Kind::NotFound => Failure::situation(Situation::NoSuchImage),
            _ => Failure::new(&error, Stage::Source),
        })?;
        match row.blob.is_some_and(|blob| blob.hash == hash) {
            true => Ok(Arc::new(bytes)),
            false => Err(Unmade::Changed),
        }
    }
}

impl Made {
    fn found(kept: Arc<Kept>, key: String) -> Self {
        Made { kept, key, work: Work::default(), hit: true, interim: false }
    }
}

fn work(queue: Duration, fetch: Duration, times: &crate::Timings) -> Work {
    Work {
        queue,
        fetch,
        plan: times.plan,
        decode: times.decode,
        transform: times.transform,
        encode: times.encode,
    }
}
