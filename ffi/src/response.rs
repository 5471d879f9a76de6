//! Responses of a service as handles.

use std::ffi::c_char;

use safelight_core::{Body, Response};

use crate::handle::{self, Handle, Text};

/// What a server sends back for a request. It never changes, so any number of threads may read
/// one at once. It lives until safelight_response_free() and outlives its service and its job.
#[allow(non_camel_case_types)]
pub struct safelight_response {
    _key: [u8; 0],
}

impl Handle for safelight_response {
    const NAME: &'static str = "response";
    type Value = Reply;
}

/// What a `safelight_response` stands for.
pub(crate) struct Reply {
    status: u16,
    headers: Text,
    body: Body,
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        let Response { status, headers, body } = response;
        let mut lines = String::new();
        for (name, value) in headers {
            lines.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
        }
        Reply { status, headers: Text::new(lines), body }
    }
}

/// The HTTP status. 0 when `response` is NULL or was freed.
#[no_mangle]
pub extern "C" fn safelight_response_status(response: *const safelight_response) -> i32 {
    handle::read(response, 0, |reply| reply.status.into())
}

/// The headers as HTTP/1.1 writes them: `Name: value`, a carriage return and a line feed each.
/// `Content-Length` is there for `HEAD` only; else it, `Date` and `Connection` are the server's.
/// NULL when `response` is NULL or was freed.
///
/// The text has safelight_response_headers_len() bytes and a NUL behind them.
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_response_headers(response: *const safelight_response) -> *const c_char {
    handle::read(response, std::ptr::null(), |reply| reply.headers.as_ptr())
}

/// Bytes of safelight_response_headers(), without the NUL behind them. 0 when `response` is NULL
/// or was freed.
#[no_mangle]
pub extern "C" fn safelight_response_headers_len(response: *const safelight_response) -> usize {
    handle::read(response, 0, |reply| reply.headers.len())
}

/// The body, safelight_response_body_len() bytes. They are not copied: the service keeps and
/// sends the same ones. NULL when `response` is NULL or was freed.
///
/// The pointer lives as long as the handle.
#[no_mangle]
pub extern "C" fn safelight_response_body(response: *const safelight_response) -> *const u8 {
    handle::read(response, std::ptr::null(), |reply| reply.body.as_ptr())
}

/// Bytes of safelight_response_body(). 0 when `response` is NULL or was freed.
#[no_mangle]
pub extern "C" fn safelight_response_body_len(response: *const safelight_response) -> usize {
    handle::read(response, 0, |reply| reply.body.len())
}

/// Frees a response. NULL and a handle that was freed before are left alone.
#[no_mangle]
pub extern "C" fn safelight_response_free(response: *mut safelight_response) {
    handle::free(response);
}
