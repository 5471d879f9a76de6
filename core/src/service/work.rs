//! From an order to a result: kept, made by somebody else just now, or made here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::flight::Seat;
use super::overlays::Overlay;
use super::respond::Failure;
use super::sources::{Found, Place, Reader, Unread};
use super::Inner;
use crate::delivery::{Hints, Situation, Stage, Work};
use crate::image::Format;
use crate::storage::results::{Kept, Label};
use crate::storage::Results;
use crate::{Assets, Error, Input, Job, Kind, Options};

/// A result that is wanted. Everything is owned, so that it can be made later as well.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// What it is kept under: equal keys, equal bytes.
    pub key: String,
    /// By what it can be purged.
    pub label: Label,
    /// Whether it may be kept.
    pub keep: bool,
    /// What is asked for, plain for the client.
    pub options: Options,
    /// What the client's headers say.
    pub hints: Hints,
    /// What it is made of.
    pub material: Material,
    /// What is drawn on it.
    pub overlays: Vec<Overlay>,
    /// Hosts that the account allows besides those of the configuration.
    pub allowed: Vec<String>,
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
    pub work: Work,
    /// Whether nothing was done for it.
    pub hit: bool,
}

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

impl Inner {
    /// The result of an order.
    pub(super) fn make(&self, order: &Order, job: &Job) -> Result<Made, Unmade> {
        if let Some(kept) = self.shelves.get(&order.key) {
            return Ok(Made::hit(kept));
        }
        // Who has seen a newer log must not get what was begun before it.
        let flight = format!("{} {}", order.label.born, order.key);
        let seat = self.flights.join(&flight, job);
        match seat.map_err(|error| Failure::new(&error, Stage::Transform))? {
            Seat::Landed(landed) => Ok(Made::hit(landed?)),
            Seat::Lead(leader) => {
                // It may have been finished between the look and the lead.
                if let Some(kept) = self.shelves.get(&order.key) {
                    leader.land(Ok(kept.clone()));
                    return Ok(Made::hit(kept));
                }
                let made = self.make_here(order, job);
                match &made {
                    Ok(made) => leader.land(Ok(made.kept.clone())),
                    Err(Unmade::Failed(failure)) if !failure.is_personal() => {
                        leader.land(Err(failure.clone()));
                    }
                    Err(_) => {}
                }
                made
            }
        }
    }

    /// Makes a result, when it is our turn, and keeps it.
    fn make_here(&self, order: &Order, job: &Job) -> Result<Made, Unmade> {
        let failed = |stage| move |error: Error| Failure::new(&error, stage);
        let start = Instant::now();
        let (source, assets) = self.gather(order, job)?;
        let fetch = start.elapsed();
        let queued = Instant::now();
        let _place = self.pool.enter(job).map_err(failed(Stage::Transform))?;
        let queue = queued.elapsed();
        self.engine.probe(&source).map_err(failed(Stage::Decode))?;
        let input = Input::new(&source).with_hints(&order.hints).with_assets(&assets);
        let rendered = self.engine.render(&input, &order.options, job);
        let rendered = rendered.map_err(failed(Stage::Transform))?;
        let info = rendered.info;
        let head = Head { format: info.format.name().to_owned(), warnings: info.warnings };
        let kept = Arc::new(Kept {
            head: serde_json::to_string(&head).unwrap_or_default(),
            body: Arc::new(rendered.data),
            label: order.label.clone(),
        });
        if order.keep {
            self.shelves.put(&order.key, kept.clone());
        }
        self.count_transform();
        Ok(Made { kept, work: work(queue, fetch, &info.timings), hit: false })
    }

    /// The bytes that a result is made of.
    fn gather(&self, order: &Order, job: &Job) -> Result<(Arc<Vec<u8>>, Assets), Unmade> {
        let reader = Reader { allowed: &order.allowed, born: order.label.born, job };
        let source = match &order.material {
            Material::Source { place, found } => self.source(place, found, reader)?,
            Material::Hosted { account, image, hash } => self.stored(account, image, hash)?,
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
    fn stored(&self, account: &str, image: &str, hash: &str) -> Result<Arc<Vec<u8>>, Unmade> {
        let (row, bytes) =
            self.hosted.original(account, image).map_err(|error| match error.kind() {
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
    fn hit(kept: Arc<Kept>) -> Self {
        Made { kept, work: Work::default(), hit: true }
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
