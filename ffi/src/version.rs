//! Which library this is.

use std::ffi::c_char;

use safelight_core::backends::backends;
use safelight_core::{guard, Error};

use crate::bytes::safelight_bytes;
use crate::error::safelight_error;
use crate::handle::{self, Out, Text};

/// Version of this interface: the major number in the upper 16 bits, the minor in the lower. A
/// program needs a library with its own major number and a minor number that is not below its
/// own. Functions and numbers are only ever added.
pub const SAFELIGHT_ABI_VERSION: u32 = 0x0001_0001;

/// SAFELIGHT_ABI_VERSION of the library that is loaded.
#[no_mangle]
pub extern "C" fn safelight_abi_version() -> u32 {
    SAFELIGHT_ABI_VERSION
}

/// Version of the library that is loaded, for example `0.1.0`.
///
/// The text ends with a NUL and lives as long as the program.
#[no_mangle]
pub extern "C" fn safelight_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Which codec libraries are inside, and whether their SIMD or assembly runs on this machine:
/// a JSON array such as `[{"role":"jpeg","name":"mozjpeg 4.1.5","accelerated":true}]`.
///
/// `out` receives the JSON, to be freed with safelight_bytes_free().
/// Errors: SAFELIGHT_INVALID when `out` is NULL.
#[no_mangle]
pub extern "C" fn safelight_backends(
    out: *mut *mut safelight_bytes,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let list = serde_json::to_string(&backends());
        out.give(Text::new(list.map_err(|error| Error::internal(error.to_string()))?))
    })
}

/// Panics inside the library on purpose and returns SAFELIGHT_INTERNAL: a way to prove that a
/// fault of the library reaches a program as an error and does not end it.
#[no_mangle]
pub extern "C" fn safelight_panic_on_purpose(error: *mut *mut safelight_error) -> i32 {
    handle::call(error, guard::panic_on_purpose)
}
