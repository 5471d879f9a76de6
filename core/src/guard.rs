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

/// Runs `work`, which calls C code; an error that a callback threw with [`throw`] is its result.
/// Any other panic goes on.
#[cfg(feature = "codecs")]
pub(crate) fn catch<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| match payload.downcast() {
        Ok(error) => Err(*error),
        Err(other) => std::panic::resume_unwind(other),
    })
}

/// Leaves the C code that called back, up to the nearest [`catch`]. Nothing is printed.
#[cfg(feature = "codecs")]
pub(crate) fn throw(error: Error) -> ! {
    std::panic::resume_unwind(Box::new(error))
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

    #[cfg(feature = "codecs")]
    #[test]
    fn a_thrown_error_is_caught_and_another_panic_goes_on() {
        let thrown = catch::<()>(|| throw(Error::malformed("broken"))).unwrap_err();
        assert_eq!(thrown.kind(), crate::Kind::Malformed);
        let passed = guard(|| catch(panic_on_purpose)).unwrap_err();
        assert_eq!(passed.kind(), crate::Kind::Internal);
    }
}
