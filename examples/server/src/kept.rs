//! Results that were just made, within a bound on their bytes. One job for equal requests at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::body::Bytes;
use safelight::Info;

/// A finished result.
#[derive(Debug)]
pub(crate) struct Result {
    /// Its bytes.
    pub data: Bytes,
    /// What they are.
    pub info: Info,
}

/// The results, least recently used ones going first.
#[derive(Debug)]
pub(crate) struct Kept {
    most: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    results: HashMap<String, (Arc<Result>, u64)>,
    bytes: usize,
    clock: u64,
    flights: HashMap<String, Weak<tokio::sync::Mutex<()>>>,
}

impl Kept {
    /// Keeps at most `most` bytes; 0 keeps nothing.
    pub(crate) fn new(most: usize) -> Self {
        Kept { most, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The result kept under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<Arc<Result>> {
        let mut inner = self.inner();
        inner.clock += 1;
        let now = inner.clock;
        let (result, used) = inner.results.get_mut(key)?;
        *used = now;
        Some(result.clone())
    }

    /// Keeps a result, in place of the ones that were not used for longest.
    pub(crate) fn put(&self, key: &str, result: &Arc<Result>) {
        let size = key.len() + result.data.len();
        // One large result must not push out everything else.
        if size > self.most / 4 {
            return;
        }
        let mut inner = self.inner();
        inner.clock += 1;
        let entry = (result.clone(), inner.clock);
        inner.bytes += size;
        if let Some((old, _)) = inner.results.insert(key.to_owned(), entry) {
            inner.bytes -= key.len() + old.data.len();
        }
        while inner.bytes > self.most {
            let oldest = inner.results.iter().min_by_key(|(_, (_, used))| *used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            if let Some((old, _)) = inner.results.remove(&key) {
                inner.bytes -= key.len() + old.data.len();
            }
        }
    }

    /// What everyone who makes the result of `key` has to hold.
    pub(crate) fn flight(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut inner = self.inner();
        if let Some(flight) = inner.flights.get(key).and_then(Weak::upgrade) {
            return flight;
        }
        inner.flights.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::default();
        inner.flights.insert(key.to_owned(), Arc::downgrade(&flight));
        flight
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safelight::{Engine, Input, Job};

    fn result(size: usize) -> Arc<Result> {
        let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/images/pixel.png");
        let picture = std::fs::read(picture).unwrap();
        let input = Input::new(&picture);
        let info = Engine::default().render(&input, &Default::default(), &Job::default());
        Arc::new(Result { data: vec![0; size].into(), info: info.unwrap().info })
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let kept = Kept::new(1000);
        for key in ["a", "b", "c"] {
            kept.put(key, &result(240));
        }
        assert!(kept.get("a").is_some());
        kept.put("d", &result(240));
        kept.put("e", &result(240));
        assert!(kept.get("a").is_some() && kept.get("e").is_some());
        assert!(kept.get("b").is_none());
        assert!(kept.inner().bytes <= 1000);
        kept.put("a", &result(100));
        let total: usize =
            kept.inner().results.iter().map(|(key, (one, _))| key.len() + one.data.len()).sum();
        assert_eq!(kept.inner().bytes, total);
    }

    #[test]
    fn a_result_that_is_too_large_is_not_kept() {
        let kept = Kept::new(1000);
        kept.put("a", &result(500));
        assert!(kept.get("a").is_none());
        Kept::new(0).put("a", &result(0));
    }

    #[test]
    fn one_key_has_one_flight_for_as_long_as_somebody_holds_it() {
        let kept = Kept::new(0);
        let first = kept.flight("a");
        assert!(Arc::ptr_eq(&first, &kept.flight("a")));
        assert!(!Arc::ptr_eq(&first, &kept.flight("b")));
        drop(first);
        kept.flight("c");
        assert_eq!(kept.inner().flights.len(), 1);
    }
}
