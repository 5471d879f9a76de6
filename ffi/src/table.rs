//! The table behind every handle.
//!
//! A key is a mark, the generation of a slot and the number of the slot. Giving an object up
//! raises the generation, so an old key finds nothing, however often it is used.

use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use safelight_core::{Error, Result};

/// What a slot holds.
pub(crate) type Object = Arc<dyn Any + Send + Sync>;

const _: () = assert!(usize::BITS == 64, "a key needs 64 bits");

/// Top byte of every key. No address that a program can own has it on x86-64 or AArch64, so a
/// key that is taken for an address faults, and an address is never taken for a key.
const MARK: usize = 0xA5;
const MARK_SHIFT: u32 = 56;
const GENERATION_SHIFT: u32 = 24;
const SLOT_MASK: usize = (1 << GENERATION_SHIFT) - 1;
const SHARDS: usize = 16;
const SLOTS_PER_SHARD: usize = (SLOT_MASK + 1) / SHARDS;

struct Slot {
    generation: u32,
    object: Option<Object>,
}

struct Shard {
    slots: Vec<Slot>,
    free: Vec<usize>,
}

/// Several locks, so that threads rarely meet at one.
static TABLE: [Mutex<Shard>; SHARDS] =
    [const { Mutex::new(Shard { slots: Vec::new(), free: Vec::new() }) }; SHARDS];
static NEXT_SHARD: AtomicUsize = AtomicUsize::new(0);

/// Keeps `object` and returns its key.
pub(crate) fn insert(object: Object) -> Result<usize> {
    let shard = NEXT_SHARD.fetch_add(1, Ordering::Relaxed) % SHARDS;
    let (index, generation) = lock(shard)
        .insert(object)
        .ok_or_else(|| Error::too_large("handles", SLOT_MASK + 1, "one more"))?;
    let slot = index * SHARDS + shard;
    Ok((MARK << MARK_SHIFT) | ((generation as usize) << GENERATION_SHIFT) | slot)
}

/// The object behind `key`, while it lives.
pub(crate) fn get(key: usize) -> Option<Object> {
    let place = Place::of(key)?;
    lock(place.shard).slot(&place)?.object.clone()
}

/// Gives up the object behind `key` when it lives and `wanted` says yes.
pub(crate) fn remove(key: usize, wanted: impl Fn(&Object) -> bool) {
    let removed = Place::of(key).and_then(|place| lock(place.shard).remove(&place, wanted));
    // Dropped here, after the lock: freeing a large result must not hold others up.
    drop(removed);
}

/// A key, taken apart.
struct Place {
    shard: usize,
    index: usize,
    generation: u32,
}

impl Place {
    fn of(key: usize) -> Option<Place> {
        let slot = key & SLOT_MASK;
        let generation = (key >> GENERATION_SHIFT) as u32;
        let (shard, index) = (slot % SHARDS, slot / SHARDS);
        (key >> MARK_SHIFT == MARK).then_some(Place { shard, index, generation })
    }
}

impl Shard {
    fn insert(&mut self, object: Object) -> Option<(usize, u32)> {
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index];
            slot.object = Some(object);
            return Some((index, slot.generation));
        }
        let index = self.slots.len();
        if index == SLOTS_PER_SHARD {
            return None;
        }
        self.slots.push(Slot { generation: 1, object: Some(object) });
        Some((index, 1))
    }

    fn slot(&mut self, place: &Place) -> Option<&mut Slot> {
        self.slots.get_mut(place.index).filter(|slot| slot.generation == place.generation)
    }

    fn remove(&mut self, place: &Place, wanted: impl Fn(&Object) -> bool) -> Option<Object> {
        let slot = self.slot(place)?;
        if !slot.object.as_ref().is_some_and(wanted) {
            return None;
        }
        let object = slot.object.take();
        // A slot whose generations are used up is never used again.
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            self.free.push(place.index);
        }
        object
    }
}

fn lock(shard: usize) -> MutexGuard<'static, Shard> {
    TABLE[shard].lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(key: usize) -> Option<u32> {
        get(key).and_then(|object| object.downcast_ref::<u32>().copied())
    }

    #[test]
    fn a_key_finds_its_object_until_it_is_removed() {
        let key = insert(Arc::new(7u32)).unwrap();
        assert_eq!(number(key), Some(7));
        remove(key, |_| true);
        assert_eq!(number(key), None);
    }

    #[test]
    fn an_old_key_neither_finds_nor_removes_the_next_object_in_its_slot() {
        let mut shard = Shard { slots: Vec::new(), free: Vec::new() };
        let (index, old) = shard.insert(Arc::new(1u32)).unwrap();
        let place = |generation| Place { shard: 0, index, generation };
        assert!(shard.remove(&place(old), |_| true).is_some());
        let (again, new) = shard.insert(Arc::new(2u32)).unwrap();
        assert_eq!(again, index);
        assert!(shard.slot(&place(old)).is_none());
        assert!(shard.remove(&place(old), |_| true).is_none());
        assert!(shard.slot(&place(new)).is_some());
    }

    #[test]
    fn an_object_that_is_not_wanted_stays() {
        let key = insert(Arc::new(7u32)).unwrap();
        remove(key, |object| object.is::<String>());
        assert_eq!(number(key), Some(7));
        remove(key, |object| object.is::<u32>());
    }

    #[test]
    fn an_address_or_zero_is_no_key() {
        let local = 0u8;
        assert!(get(0).is_none());
        assert!(get(std::ptr::from_ref(&local).addr()).is_none());
        assert!(get(usize::MAX).is_none());
    }

    #[test]
    fn a_slot_retires_when_its_generations_are_used_up() {
        let mut shard = Shard { slots: Vec::new(), free: Vec::new() };
        let (index, _) = shard.insert(Arc::new(1u32)).unwrap();
        shard.slots[index].generation = u32::MAX;
        let last = Place { shard: 0, index, generation: u32::MAX };
        assert!(shard.remove(&last, |_| true).is_some());
        assert_ne!(shard.insert(Arc::new(2u32)).unwrap().0, index);
    }
}
