//! The one place where a panic stops.
//!
//! Every binding calls core through [`guard`], so that a bug in a codec is an error of kind
//! `Internal` in the host's language and never the end of the host.

use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::{Error, Result};

/// Runs `work`; a panic inside becomes an error of kind `Internal`.
///
/// State behind `work` is either owned by it or, as in [`crate::Engine`], never left half
/// changed, so observing it after a panic is sound.
pub fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned());
        Err(Error::internal("internal failure, please report it")
            .with_context(text.unwrap_or_else(|| "panic without a message".to_owned())))
    })
}

/// Panics on purpose: lets a host prove that a panic inside the library reaches it as an error
/// of kind `Internal`.
pub fn panic_on_purpose() -> Result<()> {
    // `resume_unwind` skips the panic hook: nothing is printed in the host's name.
    std::panic::resume_unwind(Box::new("panic on purpose"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let error = guard(panic_on_purpose).unwrap_err();
        assert_eq!(error.kind(), crate::Kind::Internal);
        assert_eq!(error.context(), Some("panic on purpose"));
    }
}
