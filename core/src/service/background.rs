//! Work that nobody waits for: better formats, pictures ahead of their first request, letters,
//! and tidying up. Each kind has one thread and a bounded queue; what does not fit is left out.
//! What an upload wished for, and letters, stay in the catalog until they are done.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::work::Order;
use super::Inner;
use crate::guard::guard;
use crate::hosted::{Claimed, Letter, Sink, Wish};
use crate::{CancelToken, Error, Job, Result};

/// Tasks that may wait, of each kind.
const MOST: usize = 1000;
/// Keys that are remembered as not worth another try.
const MOST_FAILED: usize = 4096;
/// Time between two rounds of tidying up.
const ROUND: Duration = Duration::from_secs(60);

/// The queues and threads.
pub(super) struct Background {
    held: Mutex<Held>,
    changed: Condvar,
    cancel: CancelToken,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Held {
    closed: bool,
    renders: VecDeque<Render>,
    letters: Vec<Sending>,
    /// Keys of results that are waiting or being made.
    upgrading: HashSet<String>,
    /// Keys of results that could not be made.
    failed: HashSet<String>,
}

enum Render {
    Upgrade(Box<Order>, String),
    Wish(Wish),
}

struct Sending {
    letter: Letter,
    due: Instant,
}

impl Background {
    pub(super) fn new() -> Self {
        Background {
            held: Mutex::default(),
            changed: Condvar::new(),
            cancel: CancelToken::new(),
            threads: Mutex::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the threads. They end when the service is closed or gone.
    pub(super) fn start(self: &Arc<Self>, inner: &Arc<Inner>) -> Result<()> {
        type Loop = fn(&Background, &Weak<Inner>);
        let loops: [(&str, Loop); 3] = [
            ("safelight-ahead", Background::render),
            ("safelight-mail", Background::send),
            ("safelight-tidy", Background::tidy),
        ];
        for (name, run) in loops {
            let (background, inner) = (self.clone(), Arc::downgrade(inner));
            let thread = std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || run(&background, &inner))
                .map_err(|error| {
                    Error::internal("no thread could be started").with_context(error.to_string())
                })?;
            self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(())
    }

    /// Tells the threads to end.
    pub(super) fn stop(&self) {
        self.cancel.cancel();
        self.held().closed = true;
        self.changed.notify_all();
    }

    /// Waits for the threads to end, where it is not one of them that waits.
    pub(super) fn join(&self) {
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let me = std::thread::current().id();
        for thread in threads.into_iter().filter(|thread| thread.thread().id() != me) {
            let _ = thread.join();
        }
    }

    /// Whether a result is on its way, or cannot be made: then there is no use in waiting for it.
    pub(super) fn is_upgrading(&self, key: &str) -> bool {
        let held = self.held();
        held.upgrading.contains(key) || held.failed.contains(key)
    }

    /// Wants a result made; one that does not fit is wanted again by the next request.
    pub(super) fn upgrade(&self, order: &Order, key: &str) {
        let mut held = self.held();
        let open = !held.closed && order.keep && held.renders.len() < MOST;
        if open && held.upgrading.insert(key.to_owned()) {
            let order = Box::new(Order { ahead: true, ..order.clone() });
            held.renders.push_back(Render::Upgrade(order, key.to_owned()));
            self.changed.notify_all();
        }
    }

    /// The next thing that `take` finds, waiting for one at most until `until`; `None` when that
    /// is over, and an error when there is nothing more to wait for.
    fn next<T>(
        &self,
        until: Option<Instant>,
        take: impl Fn(&mut Held) -> std::result::Result<T, Option<Instant>>,
    ) -> std::result::Result<Option<T>, ()> {
        let mut held = self.held();
        loop {
            if held.closed {
                return Err(());
            }
            let due = match take(&mut held) {
                Ok(found) => return Ok(Some(found)),
                Err(due) => [due, until].into_iter().flatten().min(),
            };
            let now = Instant::now();
            if until.is_some_and(|until| now >= until) {
                return Ok(None);
            }
            let wait = due.map_or(ROUND, |due| due.saturating_duration_since(now));
            held = self.changed.wait_timeout(held, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn render(&self, inner: &Weak<Inner>) {
        while let Ok(Some(task)) = self.next(None, |held| held.renders.pop_front().ok_or(None)) {
            let Some(inner) = inner.upgrade() else { return };
            let job = Job::new(inner.engine.limits(), self.cancel.clone());
            match task {
                Render::Upgrade(order, key) => {
                    let made = guard(|| Ok(inner.make(&order, &job).map(|made| made.interim)));
                    let (again, done) = (matches!(made, Ok(Ok(true))), matches!(made, Ok(Ok(_))));
                    self.upgraded(order, key, again, done);
                }
                Render::Wish(wish) => {
                    // What cannot be made will not be wished for again.
                    let _ = guard(|| inner.grant(&wish, &job));
                    if !self.cancel.is_cancelled() {
                        let _ = guard(|| inner.hosted.wish_done(&wish.account, &wish.image));
                    }
                }
            }
        }
    }

    /// What becomes of an order that was tried: done, to be tried again, or given up.
    fn upgraded(&self, order: Box<Order>, key: String, again: bool, done: bool) {
        let mut held = self.held();
        if again {
            // It met somebody who was just sending an interim picture.
            held.renders.push_back(Render::Upgrade(order, key));
            return;
        }
        held.upgrading.remove(&key);
        if !done && !self.cancel.is_cancelled() {
            if held.failed.len() >= MOST_FAILED {
                held.failed.clear();
            }
            held.failed.insert(key);
        }
    }

    fn send(&self, inner: &Weak<Inner>) {
        let due = |held: &mut Held| {
            let now = Instant::now();
            let at = held.letters.iter().position(|sending| sending.due <= now);
            let first = held.letters.iter().map(|sending| sending.due).min();
            at.map(|at| held.letters.remove(at)).ok_or(first)
        };
        while let Ok(Some(sending)) = self.next(None, due) {
            let Some(inner) = inner.upgrade() else { return };
            // A catalog that fails now is asked again in the next round.
            if let Ok(Some(again)) = guard(|| self.send_one(&inner, &sending.letter)) {
                self.post(&inner, again);
            }
        }
    }

    /// Tries a letter once; gives it back when it is to be tried again.
    fn send_one(&self, inner: &Inner, letter: &Letter) -> Result<Option<Letter>> {
        let Some(Claimed { message, again }) = inner.hosted.claim_letter(letter)? else {
            return Ok(None);
        };
        let job = Job::new(inner.engine.limits(), self.cancel.clone());
        let body = message.body.as_bytes();
        match inner.sources.fetcher().post(&message.url, &message.headers, body, &job) {
            Ok(200..=299) => inner.hosted.letter_arrived(letter).map(|()| None),
            _ => Ok(Some(again)),
        }
    }

    /// Puts a letter in the queue for when it is due, unless it stands there for earlier.
    fn post(&self, inner: &Inner, letter: Letter) {
        let wait = Duration::from_millis(letter.due.saturating_sub(inner.hosted.now()));
        let due = Instant::now() + wait.min(ROUND * 60 * 24);
        let mut held = self.held();
        let same = |sending: &Sending| sending.letter.name == letter.name;
        if held.closed || held.letters.iter().any(|sending| same(sending) && sending.due <= due) {
            return;
        }
        held.letters.retain(|sending| !same(sending));
        if held.letters.len() < MOST {
            held.letters.push(Sending { letter, due });
            self.changed.notify_all();
        }
    }

    /// Counts, drafts and leftovers; and letters and wishes that a restart or a full queue has
    /// left over.
    fn tidy(&self, inner: &Weak<Inner>) {
        loop {
            let Some(inner) = inner.upgrade() else { return };
            let letters = || {
                inner.hosted.letters()?.into_iter().for_each(|letter| self.post(&inner, letter));
                Ok(())
            };
            let _ = guard(letters);
            let round = || {
                inner.hosted.flush_usage()?;
                inner.hosted.tidy()?;
                inner.claims.as_ref().map_or(Ok(()), |claims| claims.tidy())?;
                if self.held().renders.is_empty() {
                    inner.hosted.wishes()?.into_iter().for_each(|wish| self.wish(wish));
                }
                Ok(())
            };
            // A store that fails now may work in the next round.
            let _ = guard(round);
            drop(inner);
            let never = |_: &mut Held| std::result::Result::<(), _>::Err(None);
            if self.next(Some(Instant::now() + ROUND), never).is_err() {
                return;
            }
        }
    }
}

impl Sink for Background {
    fn wish(&self, wish: Wish) {
        let mut held = self.held();
        if !held.closed && held.renders.len() < MOST {
            held.renders.push_back(Render::Wish(wish));
            self.changed.notify_all();
        }
    }

    fn letter(&self, letter: Letter) {
        let mut held = self.held();
        if !held.closed && held.letters.len() < MOST {
            held.letters.push(Sending { letter, due: Instant::now() });
            self.changed.notify_all();
        }
    }
}
