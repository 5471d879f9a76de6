//! Stops one asynchronous call, whether it runs or still waits for a thread of the pool.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use napi_derive::napi;
use safelight::CancelToken;

/// Cancels one call. Clones share their state.
#[napi]
#[derive(Clone, Default)]
pub struct Ticket {
    pub(crate) cancel: CancelToken,
    /// Set once, by whichever comes first: the work that begins, or the caller who gives up.
    taken: Arc<AtomicBool>,
}

#[napi]
impl Ticket {
    /// A ticket of a call that was not cancelled.
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the call to stop. True when it had not begun: it then never touches its input.
    #[napi]
    pub fn cancel(&self) -> bool {
        self.cancel.cancel();
        self.take()
    }

    /// True for the first who asks.
    pub(crate) fn take(&self) -> bool {
        !self.taken.swap(true, Ordering::AcqRel)
    }
}
