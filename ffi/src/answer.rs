//! Answers of hosted verbs as handles.

use std::ffi::c_char;

use safelight_core::Called;

use crate::handle::{self, Handle, Text};

/// What a hosted verb gives. It never changes, so any number of threads may read one at once. It
/// lives until safelight_answer_free() and outlives its service and its job.
#[allow(non_camel_case_types)]
pub struct safelight_answer {
    _key: [u8; 0],
}

impl Handle for safelight_answer {
    const NAME: &'static str = "answer";
    type Value = Given;
}

/// What a `safelight_answer` stands for.
pub(crate) struct Given {
    result: Text,
    bytes: Vec<u8>,
}

impl From<Called> for Given {
    fn from(called: Called) -> Self {
        let Called { result, bytes } = called;
        Given { result: Text::new(result.to_string()), bytes: bytes.unwrap_or_default() }
    }
}

/// The result as JSON, what the REST API puts under `result`. NULL when `answer` is NULL or was
/// freed.
///
/// The text has safelight_answer_json_len() bytes and a NUL behind them.
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_answer_json(answer: *const safelight_answer) -> *const c_char {
    handle::read(answer, std::ptr::null(), |given| given.result.as_ptr())
}

/// Bytes of safelight_answer_json(), without the NUL behind them. 0 when `answer` is NULL or was
/// freed.
#[no_mangle]
pub extern "C" fn safelight_answer_json_len(answer: *const safelight_answer) -> usize {
    handle::read(answer, 0, |given| given.result.len())
}

/// The bytes that `images.original` gives, safelight_answer_data_len() of them; other verbs give
/// none. NULL when `answer` is NULL or was freed.
///
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_answer_data(answer: *const safelight_answer) -> *const u8 {
    handle::read(answer, std::ptr::null(), |given| given.bytes.as_ptr())
}

/// Bytes of safelight_answer_data(). 0 when `answer` is NULL or was freed.
#[no_mangle]
pub extern "C" fn safelight_answer_data_len(answer: *const safelight_answer) -> usize {
    handle::read(answer, 0, |given| given.bytes.len())
}

/// Frees an answer. NULL and a handle that was freed before are left alone.
#[no_mangle]
pub extern "C" fn safelight_answer_free(answer: *mut safelight_answer) {
    handle::free(answer);
}
