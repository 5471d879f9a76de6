//! Results in a bucket that nodes share, below results in memory that they do not.
//!
//! An object holds its label, so every node tells for itself whether a purge is about it: the
//! purges come to it by the log. Whoever meets an object that was purged removes it. Objects are
//! written behind the answer; what does not fit in the queue is not kept. Bytes are held below a
//! bound from time to time and not at every moment, unlike on a disk.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::purges::Purges;
use super::{file, Kept, LocalResults, Results, Selector, Usage};
use crate::storage::bucket::{patient, Bucket, Object};
use crate::storage::failed;
use crate::{Job, Kind, Result};

/// Largest object, and the bytes that may wait to be written.
const MOST_BYTES: u64 = 64 << 20;
/// How long an answer waits for the bucket before it is made anew.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a bucket that failed is left alone, so that not every answer waits for it.
const DOWN: Duration = Duration::from_secs(2);
const WRITERS: usize = 2;
/// Time between two looks at all objects.
const TIDY: Duration = Duration::from_secs(3600);
/// Objects that are older go, whether they are asked for or not.
const OLDEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// Results in a bucket.
pub struct BucketResults {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

struct Shared {
    bucket: Bucket,
    /// Bytes that all objects together should have at most.
    most: u64,
    memory: LocalResults,
    held: Mutex<Held>,
    woken: Condvar,
}

#[derive(Default)]
struct Held {
    purges: Purges,
    /// What is not written yet: it can be read from here.
    waiting: HashMap<String, Arc<Kept>>,
    /// One list for each worker: tasks of one key are done in their order.
    order: [VecDeque<Task>; WRITERS],
    bytes: u64,
    over: bool,
    /// The bucket failed; until then it is not read.
    down: Option<Instant>,
}

enum Task {
    Write(String),
    Remove(String),
}

impl BucketResults {
    /// Results in the bucket of a URL (see [`Bucket::open`]), which are held at about `most` bytes
    /// together, and at most `memory` bytes of them in memory.
    pub fn open(url: &str, memory: u64, most: u64) -> Result<Self> {
        let shared = Arc::new(Shared {
            bucket: Bucket::open(url)?,
            most,
            memory: LocalResults::in_memory(memory),
            held: Mutex::default(),
            woken: Condvar::new(),
        });
        let mut results = BucketResults { shared: shared.clone(), workers: Vec::new() };
        for lane in 0..=WRITERS {
            let shared = shared.clone();
            let work = move || match lane {
                WRITERS => shared.keep_tidy(),
                _ => shared.work(lane),
            };
            let name = "safelight-results".to_owned();
            let worker = std::thread::Builder::new().name(name).spawn(work);
            results.workers.push(worker.map_err(|error| failed("opening the results", error))?);
        }
        Ok(results)
    }

    /// Removes what is too old, and the oldest of what is too much. It happens by itself from time
    /// to time. Gives how many objects went.
    pub fn tidy(&self) -> Result<usize> {
        self.shared.tidy()
    }
}

impl Drop for BucketResults {
    fn drop(&mut self) {
        self.shared.held().over = true;
        self.shared.woken.notify_all();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

/// The object of a key. Keys are ours, and long.
fn name(key: &str) -> String {
    blake3::hash(key.as_bytes()).to_hex()[..32].to_owned()
}

/// The worker of a key.
fn lane(key: &str) -> usize {
    usize::from(blake3::hash(key.as_bytes()).as_bytes()[0]) % WRITERS
}

fn soon() -> Job {
    Job::default().within(PATIENCE)
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The object of `key`, if it is whole and no purge is about it.
    fn fetch(&self, key: &str) -> Option<Kept> {
        if self.held().down.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let found = match self.bucket.get(&name(key), MOST_BYTES, &soon()) {
            Ok(bytes) => file::read(key, bytes),
            Err(error) => {
                let failed = error.kind() != Kind::NotFound;
                self.held().down = failed.then(|| Instant::now() + DOWN);
                return None;
            }
        };
        let mut held = self.held();
        held.down = None;
        let admitted = found.filter(|kept| held.purges.admit(&kept.label));
        if admitted.is_none() && !held.waiting.contains_key(key) {
            held.order[lane(key)].push_back(Task::Remove(key.to_owned()));
            self.woken.notify_all();
        }
        admitted
    }

    fn work(&self, lane: usize) {
        let mut held = self.held();
        loop {
            let Some(task) = held.order[lane].pop_front() else {
                if held.over {
                    return;
                }
                held = self.woken.wait(held).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let kept = match &task {
                Task::Write(key) => held.waiting.get(key).cloned(),
                Task::Remove(_) => None,
            };
            drop(held);
            match (&task, &kept) {
                (Task::Write(key), Some(kept)) => self.write(key, kept),
                // Losing a result, or keeping one that is refused anyway, is no harm.
                (Task::Remove(key), _) => drop(self.bucket.delete(&name(key), &soon())),
                _ => {}
            }
            held = self.held();
            if let (Task::Write(key), Some(kept)) = (task, kept) {
                held.written(&key, &kept);
            }
            self.woken.notify_all();
        }
    }

    fn write(&self, key: &str, kept: &Kept) {
        if !self.held().purges.admit(&kept.label) {
            return;
        }
        let Some([start, end]) = file::write(key, kept) else { return };
        let bytes = [&start[..], &kept.body, &end].concat();
        let _ = self.bucket.put(&name(key), &bytes, &soon());
    }

    fn keep_tidy(&self) {
        let mut next = Instant::now() + TIDY / 8;
        let mut held = self.held();
        while !held.over {
            let left = next.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(held);
                let _ = self.tidy();
                next = Instant::now() + TIDY;
                held = self.held();
                continue;
            }
            held = self.woken.wait_timeout(held, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn tidy(&self) -> Result<usize> {
        let mut objects = self.bucket.list(&patient())?;
        objects.sort_unstable_by_key(|object| object.written);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let oldest = i64::try_from(now.saturating_sub(OLDEST).as_secs()).unwrap_or(0);
        let mut bytes: u64 = objects.iter().map(|object| object.bytes).sum();
        let mut gone = 0;
        for Object { name, bytes: size, written } in objects {
            if written >= oldest && bytes <= self.most {
                break;
            }
            self.bucket.delete(&name, &patient())?;
            bytes -= size;
            gone += 1;
        }
        Ok(gone)
    }
}

impl Held {
    /// Takes what was written off the list; what has come in its place is to be written next.
    fn written(&mut self, key: &str, kept: &Arc<Kept>) {
        match self.waiting.get(key) {
            Some(waiting) if Arc::ptr_eq(waiting, kept) => {
                self.waiting.remove(key);
                self.bytes -= kept.bytes();
            }
            Some(_) => self.order[lane(key)].push_back(Task::Write(key.to_owned())),
            None => {}
        }
    }

    fn wait_for(&mut self, key: &str, kept: Arc<Kept>) {
        let bytes = kept.bytes();
        if self.bytes + bytes > MOST_BYTES {
            return;
        }
        self.bytes += bytes;
        match self.waiting.insert(key.to_owned(), kept) {
            Some(old) => self.bytes -= old.bytes(),
            None => self.order[lane(key)].push_back(Task::Write(key.to_owned())),
        }
    }
}

impl Results for BucketResults {
    fn get(&self, key: &str) -> Option<Arc<Kept>> {
        if let Some(kept) = self.shared.memory.get(key) {
            return Some(kept);
        }
        if let Some(kept) = self.shared.held().waiting.get(key) {
            return Some(kept.clone());
        }
        let kept = Arc::new(self.shared.fetch(key)?);
        self.shared.memory.put(key, kept.clone());
        Some(kept)
    }

    fn put(&self, key: &str, kept: Arc<Kept>) {
        self.shared.memory.put(key, kept.clone());
        let mut held = self.shared.held();
        if held.purges.admit(&kept.label) {
            held.wait_for(key, kept);
            self.shared.woken.notify_all();
        }
    }

    fn settle(&self, key: &str) {
        let start = Instant::now();
        let mut held = self.shared.held();
        while held.waiting.contains_key(key) && start.elapsed() < PATIENCE {
            let waited = self.shared.woken.wait_timeout(held, Duration::from_millis(20));
            held = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Gives how many were known to this node.
    fn purge(&self, selector: &Selector, seq: u64) -> usize {
        let mut held = self.shared.held();
        held.purges.add(selector, seq);
        let before = held.waiting.len();
        let mut freed = 0;
        held.waiting.retain(|_, kept| {
            let gone = kept.label.born < seq && selector.is_about(&kept.label);
            freed += if gone { kept.bytes() } else { 0 };
            !gone
        });
        held.bytes -= freed;
        let waited = before - held.waiting.len();
        drop(held);
        self.shared.memory.purge(selector, seq).max(waited)
    }

    fn forget_before(&self, seq: u64) {
        self.purge(&Selector::All, seq);
        self.shared.memory.forget_before(seq);
    }

    /// What is in memory; the bucket's own bytes are not counted.
    fn usage(&self) -> Usage {
        self.shared.memory.usage()
    }
}
