//! Things by key within a bound on their bytes, the least recently used ones going first.

use std::collections::{BTreeMap, HashMap};

/// The things.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    most: u64,
    bytes: u64,
    clock: u64,
    things: HashMap<String, Slot<T>>,
    order: BTreeMap<u64, String>,
}

#[derive(Debug)]
struct Slot<T> {
    thing: T,
    bytes: u64,
    used: u64,
}

impl<T> Shelf<T> {
    pub(super) fn new(most: u64) -> Self {
        Shelf { most, bytes: 0, clock: 0, things: HashMap::new(), order: BTreeMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.things.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether a thing of `bytes` may stand here: one large one must not push out all others.
    pub(super) fn fits(&self, bytes: u64) -> bool {
        bytes <= self.most / 4
    }

    /// The thing under `key`, which is then the last to go.
    pub(super) fn get(&mut self, key: &str) -> Option<&T> {
        let slot = self.things.get_mut(key)?;
        self.clock += 1;
        self.order.remove(&slot.used);
        slot.used = self.clock;
        self.order.insert(self.clock, key.to_owned());
        Some(&slot.thing)
    }

    /// Puts a thing that fits; gives what had to go for it, the old one of the same key included.
    pub(super) fn put(&mut self, key: &str, thing: T, bytes: u64) -> Vec<T> {
        let mut gone: Vec<T> = self.remove(key).into_iter().collect();
        while self.bytes + bytes > self.most {
            let Some(oldest) = self.order.values().next().cloned() else { break };
            gone.extend(self.remove(&oldest));
        }
        self.clock += 1;
        self.order.insert(self.clock, key.to_owned());
        self.things.insert(key.to_owned(), Slot { thing, bytes, used: self.clock });
        self.bytes += bytes;
        gone
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<T> {
        let slot = self.things.remove(key)?;
        self.order.remove(&slot.used);
        self.bytes -= slot.bytes;
        Some(slot.thing)
    }

    /// Takes away what `meant` says.
    pub(super) fn take(&mut self, meant: impl Fn(&T) -> bool) -> Vec<T> {
        let all = self.things.iter();
        let keys: Vec<String> =
            all.filter(|(_, slot)| meant(&slot.thing)).map(|(key, _)| key.clone()).collect();
        keys.iter().filter_map(|key| self.remove(key)).collect()
    }
}
