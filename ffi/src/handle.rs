//! Handles and raw pointers: everything unsafe of the border.
//!
//! The crate is built as a C library only, so every caller of its functions is a C caller, and
//! the promises that these helpers rest on are the ones that `safelight.h` asks for: a pointer
//! with a length covers that many bytes for the call, and an out pointer may be written.
//! Handles need no promise: they are keys, looked up and never followed.

use std::any::Any;
use std::ffi::c_char;
use std::sync::Arc;

use safelight_core::guard::guard;
use safelight_core::{Error, Result};

use crate::error::{safelight_error, Failure};
use crate::table;

/// Status of a call that did what it was asked for.
pub(crate) const OK: i32 = 0;

/// An opaque type of the header and what its handles stand for.
pub(crate) trait Handle {
    /// Word for it in messages.
    const NAME: &'static str;
    /// What the table holds.
    type Value: Any + Send + Sync;
}

/// Runs `work` behind the panic guard; a failure becomes a status and, where asked for, a handle.
pub(crate) fn call(error: *mut *mut safelight_error, work: impl FnOnce() -> Result<()>) -> i32 {
    match guard(work) {
        Ok(()) => OK,
        Err(failure) => {
            let status = failure.kind().number();
            if let Ok(out) = Out::new("error", error) {
                // With the table full the status alone has to do.
                let _ = out.give(Failure::from(failure));
            }
            status
        }
    }
}

/// Reads one fact of a handle, `absent` when it is NULL, stale or of another type.
pub(crate) fn read<H: Handle, T>(
    handle: *const H,
    absent: T,
    fact: impl FnOnce(&H::Value) -> T,
) -> T {
    guard(|| get(handle).map(|value| fact(&value))).unwrap_or(absent)
}

/// What `handle` stands for.
pub(crate) fn get<H: Handle>(handle: *const H) -> Result<Arc<H::Value>> {
    table::get(handle.addr())
        .and_then(|object| object.downcast::<H::Value>().ok())
        .ok_or_else(|| Error::invalid(H::NAME, "a live handle", describe(handle)))
}

/// What `handle` stands for, or nothing for NULL.
pub(crate) fn get_optional<H: Handle>(handle: *const H) -> Result<Option<Arc<H::Value>>> {
    if handle.is_null() {
        return Ok(None);
    }
    get(handle).map(Some)
}

fn describe<H>(handle: *const H) -> &'static str {
    if handle.is_null() {
        "NULL"
    } else {
        "one that was freed or is of another type"
    }
}

/// Gives a handle up. NULL, stale handles and handles of another type are left alone.
pub(crate) fn free<H: Handle>(handle: *mut H) {
    let freed = guard(|| {
        table::remove(handle.addr(), |object| object.is::<H::Value>());
        Ok(())
    });
    debug_assert!(freed.is_ok());
}

/// Where a new handle goes.
pub(crate) struct Out<H>(*mut *mut H);

impl<H: Handle> Out<H> {
    /// Checked before the work, so that nothing is done for a caller who cannot take it.
    pub(crate) fn new(name: &str, out: *mut *mut H) -> Result<Self> {
        if out.is_null() || !out.is_aligned() {
            return Err(Error::invalid(name, "a pointer to a handle", "NULL or a misaligned one"));
        }
        Ok(Out(out))
    }

    /// Writes a new handle for `value`.
    pub(crate) fn give(self, value: H::Value) -> Result<()> {
        let key = table::insert(Arc::new(value))?;
        // SAFETY: neither NULL nor misaligned, and the header asks for a writable variable.
        unsafe { self.0.write(std::ptr::without_provenance_mut(key)) };
        Ok(())
    }
}

/// Writes a number where the caller wants one; NULL does not.
pub(crate) fn put(out: *mut u64, value: u64) {
    if !out.is_null() && out.is_aligned() {
        // SAFETY: neither NULL nor misaligned, and the header asks for a writable variable.
        unsafe { out.write(value) };
    }
}

/// The `len` bytes at `data`, borrowed for the call. Empty is NULL or any pointer with 0.
pub(crate) fn bytes<'a>(name: &str, data: *const u8, len: usize) -> Result<&'a [u8]> {
    if len == 0 {
        return Ok(&[]);
    }
    if data.is_null() || isize::try_from(len).is_err() {
        return Err(Error::invalid(name, "a pointer and its length", "NULL or an absurd length"));
    }
    // SAFETY: not NULL, no longer than `isize::MAX`, and the header asks for `len` readable
    // bytes that nobody changes during the call, which is all that `'a` is used for.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// The UTF-8 text of `len` bytes at `data`, borrowed for the call.
pub(crate) fn text<'a>(name: &str, data: *const c_char, len: usize) -> Result<&'a str> {
    std::str::from_utf8(bytes(name, data.cast(), len)?)
        .map_err(|_| Error::invalid(name, "UTF-8 text", "other bytes"))
}

/// `count` texts whose pointers and lengths stand in two arrays, borrowed for the call.
pub(crate) fn texts<'a>(
    name: &str,
    data: *const *const c_char,
    lens: *const usize,
    count: usize,
) -> Result<Vec<&'a str>> {
    let pointers = array(name, data, count)?;
    let lens = array(name, lens, count)?;
    pointers.iter().zip(lens).map(|(&data, &len)| text(name, data, len)).collect()
}

fn array<'a, T>(name: &str, data: *const T, count: usize) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    let absurd = count > isize::MAX as usize / size_of::<T>();
    if data.is_null() || !data.is_aligned() || absurd {
        return Err(Error::invalid(name, "an array and its length", "NULL or an absurd one"));
    }
    // SAFETY: not NULL, aligned, within `isize::MAX` bytes, and the header asks for `count`
    // readable elements that nobody changes during the call.
    Ok(unsafe { std::slice::from_raw_parts(data, count) })
}

/// Text that leaves the border: UTF-8, and a NUL behind it that its length does not count.
pub(crate) struct Text(Vec<u8>);

impl Text {
    pub(crate) fn new(text: impl Into<Vec<u8>>) -> Self {
        let mut bytes = text.into();
        bytes.push(0);
        Text(bytes)
    }

    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len() - 1
    }
}
