//! Failures as handles.

use std::ffi::c_char;
use std::sync::LazyLock;

use safelight_core::{Error, Kind, KINDS};

use crate::handle::{self, Handle, Text, OK};

/// Why a call failed. It never changes, so any number of threads may read one at once. It lives
/// until safelight_error_free() and outlives everything else.
#[allow(non_camel_case_types)]
pub struct safelight_error {
    _key: [u8; 0],
}

impl Handle for safelight_error {
    const NAME: &'static str = "error";
    type Value = Failure;
}

/// What a `safelight_error` stands for.
pub(crate) struct Failure {
    kind: i32,
    message: Text,
    context: Text,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure {
            kind: error.kind().number(),
            message: Text::new(error.message()),
            context: Text::new(error.context().unwrap_or_default()),
        }
    }
}

/// The kind of an error, SAFELIGHT_INVALID or another of the numbers above: the same one that
/// the failed call returned. SAFELIGHT_INVALID when `error` is NULL or was freed.
#[no_mangle]
pub extern "C" fn safelight_error_kind(error: *const safelight_error) -> i32 {
    handle::read(error, Kind::Invalid.number(), |failure| failure.kind)
}

/// One line that says what was expected and what came, for example
/// `width: expected 1 to 20000, got 0`. It holds nothing secret: it may be shown to the client
/// of a server. NULL when `error` is NULL or was freed.
///
/// The text has safelight_error_message_len() bytes and a NUL behind them.
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_error_message(error: *const safelight_error) -> *const c_char {
    handle::read(error, std::ptr::null(), |failure| failure.message.as_ptr())
}

/// Bytes of safelight_error_message(), without the NUL behind them. 0 when `error` is NULL or
/// was freed.
#[no_mangle]
pub extern "C" fn safelight_error_message_len(error: *const safelight_error) -> usize {
    handle::read(error, 0, |failure| failure.message.len())
}

/// Detail for your log, empty when there is none. It may name paths and hosts: do not show it to
/// clients. NULL when `error` is NULL or was freed.
///
/// The text has safelight_error_context_len() bytes and a NUL behind them.
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_error_context(error: *const safelight_error) -> *const c_char {
    handle::read(error, std::ptr::null(), |failure| failure.context.as_ptr())
}

/// Bytes of safelight_error_context(), without the NUL behind them. 0 when `error` is NULL or
/// was freed.
#[no_mangle]
pub extern "C" fn safelight_error_context_len(error: *const safelight_error) -> usize {
    handle::read(error, 0, |failure| failure.context.len())
}

/// Frees an error. NULL and a handle that was freed before are left alone.
#[no_mangle]
pub extern "C" fn safelight_error_free(error: *mut safelight_error) {
    handle::free(error);
}

/// The name of a status without its prefix, `INVALID` for SAFELIGHT_INVALID, `OK` for 0, and
/// `UNKNOWN` for a number that this version does not have.
///
/// The text ends with a NUL and lives as long as the program.
#[no_mangle]
pub extern "C" fn safelight_kind_name(kind: i32) -> *const c_char {
    static NAMES: LazyLock<Vec<Text>> =
        LazyLock::new(|| KINDS.iter().map(|names| Text::new(names.node)).collect());
    let row = usize::try_from(kind.wrapping_sub(1)).ok().and_then(|index| NAMES.get(index));
    match row {
        Some(name) => name.as_ptr(),
        None if kind == OK => c"OK".as_ptr(),
        None => c"UNKNOWN".as_ptr(),
    }
}
