//! Work that nobody waits for: better formats, pictures ahead of their first request, messages,
//! and tidying up. Each kind has one thread and a bounded queue; what does not fit is left out,
//! and what an upload wished for stays in the catalog until it is done.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::work::Order;
use super::Inner;
use crate::guard::guard;
use crate::hosted::{Message, Sink, Wish};
use crate::{CancelToken, Error, Job, Result};

/// Tasks that may wait, of each kind.
const MOST: usize = 1000;
/// Keys that are remembered as not worth another try.
const MOST_FAILED: usize = 4096;
/// Time between two rounds of tidying up.
const ROUND: Duration = Duration::from_secs(60);
/// Pauses before a message is tried again.
const PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(25)];

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
    messages: VecDeque<Sending>,
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
    message: Message,
    tries: usize,
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
            let at = held.messages.iter().position(|sending| sending.due <= now);
            let first = held.messages.iter().map(|sending| sending.due).min();
            at.and_then(|at| held.messages.remove(at)).ok_or(first)
        };
        while let Ok(Some(sending)) = self.next(None, due) {
            let Some(inner) = inner.upgrade() else { return };
            let job = Job::new(inner.engine.limits(), self.cancel.clone());
            let Message { url, headers, body } = &sending.message;
            let fetcher = inner.sources.fetcher();
            let sent = guard(|| Ok(fetcher.post(url, headers, body.as_bytes(), &job)));
            let arrived = matches!(sent, Ok(Ok(200..=299)));
            if let Some(pause) = PAUSES.get(sending.tries).filter(|_| !arrived) {
                let (tries, due) = (sending.tries + 1, Instant::now() + *pause);
                self.held().messages.push_back(Sending { tries, due, ..sending });
            }
        }
    }

    /// Counts, drafts and leftovers; and wishes that a restart or a full queue has left over.
    fn tidy(&self, inner: &Weak<Inner>) {
        loop {
            let Some(inner) = inner.upgrade() else { return };
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

    fn message(&self, message: Message) {
        let mut held = self.held();
        if !held.closed && held.messages.len() < MOST {
            held.messages.push_back(Sending { message, tries: 0, due: Instant::now() });
            self.changed.notify_all();
        }
    }
}
