//! Text and JSON results as handles.

use std::ffi::c_char;

use crate::handle::{self, Handle, Text};

/// A text result, JSON for most verbs. It never changes, so any number of threads may read one at
/// once. It lives until safelight_bytes_free() and outlives everything else.
#[allow(non_camel_case_types)]
pub struct safelight_bytes {
    _key: [u8; 0],
}

impl Handle for safelight_bytes {
    const NAME: &'static str = "bytes";
    type Value = Text;
}

/// The text: safelight_bytes_len() bytes of UTF-8 and a NUL behind them. NULL when `bytes` is
/// NULL or was freed.
///
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_bytes_data(bytes: *const safelight_bytes) -> *const c_char {
    handle::read(bytes, std::ptr::null(), Text::as_ptr)
}

/// Bytes of safelight_bytes_data(), without the NUL behind them. 0 when `bytes` is NULL or was
/// freed.
#[no_mangle]
pub extern "C" fn safelight_bytes_len(bytes: *const safelight_bytes) -> usize {
    handle::read(bytes, 0, Text::len)
}

/// Frees a text. NULL and a handle that was freed before are left alone.
#[no_mangle]
pub extern "C" fn safelight_bytes_free(bytes: *mut safelight_bytes) {
    handle::free(bytes);
}
