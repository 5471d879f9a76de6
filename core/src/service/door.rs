//! Who is inside a service: it gives its stores up when it is closed and the last call has ended.

use std::sync::{Arc, Mutex, PoisonError};

use crate::storage::Hold;
use crate::{Error, Kind, Result};

/// The way in; nothing once the service is closed. A store of one process has a lock.
pub(super) struct Door(Mutex<Option<Inside>>);

/// Kept by whoever is inside.
pub(super) type Inside = Arc<Option<Hold>>;

impl Door {
    pub(super) fn new(hold: Option<Hold>) -> Self {
        Door(Mutex::new(Some(Arc::new(hold))))
    }

    /// Goes in. `Busy` when the service is closed: another may have its stores by now.
    pub(super) fn enter(&self) -> Result<Inside> {
        let inside = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        inside.ok_or_else(|| Error::new(Kind::Busy, "the service is closed"))
    }

    /// Lets nobody in any more.
    pub(super) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
