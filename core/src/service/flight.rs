//! One job for equal work at once: who comes first does it, the others wait for what it gives.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Job, Result};

/// How often a waiting request looks whether its own time is up.
const LOOK: Duration = Duration::from_millis(100);

/// Work that is under way, by key.
#[derive(Debug)]
pub(super) struct Flights<T> {
    flying: Mutex<HashMap<String, Arc<Flight<T>>>>,
}

#[derive(Debug)]
struct Flight<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
enum State<T> {
    Flying,
    Landed(T),
    /// Who did the work went away without a result.
    Lost,
}

/// What became of asking to do some work.
#[derive(Debug)]
pub(super) enum Seat<'a, T: Clone> {
    /// The work is ours: whoever asks meanwhile waits for us.
    Lead(Leader<'a, T>),
    /// Somebody else has done it.
    Landed(T),
}

/// Does the work. Dropped without [`Leader::land`], by a failure or a panic, it leaves the work to
/// the next one who waits.
#[derive(Debug)]
pub(super) struct Leader<'a, T: Clone> {
    flights: &'a Flights<T>,
    key: String,
    flight: Arc<Flight<T>>,
}

impl<T: Clone> Flights<T> {
    pub(super) fn new() -> Self {
        Flights { flying: Mutex::default() }
    }

    fn flying(&self) -> MutexGuard<'_, HashMap<String, Arc<Flight<T>>>> {
        self.flying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lead, or waits for who has it as long as `job` may.
    pub(super) fn join(&self, key: &str, job: &Job) -> Result<Seat<'_, T>> {
        loop {
            let flight = match self.board(key) {
                Ok(leader) => return Ok(Seat::Lead(leader)),
                Err(flight) => flight,
            };
            if let Some(landed) = flight.wait(job)? {
                return Ok(Seat::Landed(landed));
            }
        }
    }

    /// The lead, or the flight of who has it.
    fn board(&self, key: &str) -> std::result::Result<Leader<'_, T>, Arc<Flight<T>>> {
        let mut flying = self.flying();
        if let Some(flight) = flying.get(key) {
            return Err(flight.clone());
        }
        let flight = Arc::new(Flight { state: Mutex::new(State::Flying), changed: Condvar::new() });
        flying.insert(key.to_owned(), flight.clone());
        Ok(Leader { flights: self, key: key.to_owned(), flight })
    }

    /// How many are under way.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.flying().len()
    }
}

impl<T: Clone> Flight<T> {
    /// What came out; `None` when it was lost.
    fn wait(&self, job: &Job) -> Result<Option<T>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match &*state {
                State::Landed(landed) => return Ok(Some(landed.clone())),
                State::Lost => return Ok(None),
                State::Flying => job.check()?,
            }
            state =
                self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn end(&self, end: State<T>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Flying) {
            *state = end;
        }
        self.changed.notify_all();
    }
}

impl<T: Clone> Leader<'_, T> {
    /// Gives everyone who waits what came out.
    pub(super) fn land(self, landed: T) {
        self.flight.end(State::Landed(landed));
    }
}

impl<T: Clone> Drop for Leader<'_, T> {
    fn drop(&mut self) {
        self.flights.flying().remove(&self.key);
        self.flight.end(State::Lost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CancelToken, Kind, Limits};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_thousand_who_ask_at_once_get_what_one_has_done() {
        let (flights, done) = (Flights::new(), AtomicUsize::new(0));
        let (gate, results) = (std::sync::Barrier::new(1000), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..1000 {
                scope.spawn(|| {
                    gate.wait();
                    let result = match flights.join("a", &Job::default()).unwrap() {
                        Seat::Landed(result) => result,
                        Seat::Lead(leader) => {
                            std::thread::sleep(Duration::from_millis(300));
                            let result = done.fetch_add(1, Ordering::SeqCst);
                            leader.land(result);
                            result
                        }
                    };
                    results.lock().unwrap().push(result);
                });
            }
        });
        assert_eq!(done.load(Ordering::SeqCst), 1);
        assert_eq!(*results.lock().unwrap(), vec![0; 1000]);
        assert_eq!(flights.len(), 0);
    }

    #[test]
    fn who_waits_takes_over_from_one_who_failed_or_panicked() {
        let (flights, tries) = (Flights::new(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    let work = || match flights.join("a", &Job::default())? {
                        Seat::Landed(text) => Ok(text),
                        Seat::Lead(leader) => {
                            std::thread::sleep(Duration::from_millis(20));
                            match tries.fetch_add(1, Ordering::SeqCst) {
                                0 => crate::guard::panic_on_purpose().map(|()| "never"),
                                1 => Err(crate::Error::internal("failed")),
                                _ => {
                                    leader.land("done");
                                    Ok("done")
                                }
                            }
                        }
                    };
                    let _ = crate::guard::guard(work);
                });
            }
        });
        assert!(tries.load(Ordering::SeqCst) >= 3);
        assert_eq!(flights.len(), 0);
    }

    #[test]
    fn who_waits_stops_at_its_own_deadline() {
        let flights = Flights::<()>::new();
        let Seat::Lead(_leader) = flights.join("a", &Job::default()).unwrap() else { panic!() };
        let short =
            Job::new(&Limits::default(), CancelToken::new()).within(Duration::from_millis(5));
        assert_eq!(flights.join("a", &short).unwrap_err().kind(), Kind::Timeout);
        assert!(matches!(flights.join("b", &Job::default()).unwrap(), Seat::Lead(_)));
    }
}
