//! The numeric codes of failures, and the HTTP status that each comes with.
//!
//! A code follows from the kind of an error and from what was asked for, never from the words of
//! a message. Where the reference gives no status, the one of the kind is taken.

use crate::hosted::Hosted;
use crate::{Error, Kind};

/// A code with its status and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    /// The number.
    pub number: u16,
    /// The HTTP status.
    pub http: u16,
    /// What it stands for; the message where there is no better one.
    pub meaning: &'static str,
}

const fn code(number: u16, http: u16, meaning: &'static str) -> Code {
    Code { number, http, meaning }
}

/// A part of the request is missing or wrong.
pub(crate) const BAD_REQUEST: Code = code(5400, 400, "bad request");
/// There is no such variant.
pub(crate) const NO_VARIANT: Code = code(5401, 404, "variant not found");
/// The account is another one, or the token may not do this.
pub(crate) const NOT_ALLOWED: Code = code(5403, 403, "not allowed");
/// There is no such image, key, token or domain.
pub(crate) const NO_IMAGE: Code = code(5404, 404, "not found");
/// The deadline passed while bytes came in.
pub(crate) const TOO_SLOW: Code = code(5408, 408, "the upload took too long");
/// The id or name is taken.
pub(crate) const EXISTS: Code = code(5409, 409, "resource already exists");
/// The body or the image passes a limit.
pub(crate) const TOO_LARGE: Code = code(5413, 413, "the upload is too large");
/// Another body where a form is due.
pub(crate) const NOT_A_FORM: Code = code(5415, 415, "the body must be a multipart form");
/// The client went away.
pub(crate) const ABORTED: Code = code(5433, 499, "the client aborted");
/// The frames of an animation have too many pixels together.
pub(crate) const TOO_LONG: Code = code(5443, 413, "the animation is too long");
/// The address that should be uploaded, or a source of imports, could not be fetched.
pub(crate) const NOT_FETCHED: Code = code(5450, 400, "error while receiving the upload");
/// The account has as many images, variants or keys as it may have.
pub(crate) const FULL: Code = code(5453, 403, "the account reached a limit");
/// The bytes are no image that is served.
pub(crate) const NO_FORMAT: Code = code(5455, 415, "the format is not supported");
/// A bug of ours.
pub(crate) const INTERNAL: Code = code(5500, 500, "internal error");
/// There is too much to do.
pub(crate) const BUSY: Code = code(5503, 503, "unavailable");
/// A store failed.
pub(crate) const STORAGE: Code = code(5540, 502, "a store failed");
/// The work took longer than it may.
pub(crate) const TIMEOUT: Code = code(5550, 504, "the deadline passed");
/// The path is known, the method is not.
pub(crate) const NO_METHOD: Code = code(7001, 405, "the method is not available for the uri");
/// Nothing is answered under this path.
pub(crate) const NO_ROUTE: Code = code(7003, 404, "no route for the uri");
/// No token, or one that is not known.
pub(crate) const NO_TOKEN: Code = code(10000, 401, "authentication error");

/// Every code, in the order of the numbers.
#[cfg(test)]
pub(crate) const CODES: [Code; 20] = [
    BAD_REQUEST,
    NO_VARIANT,
    NOT_ALLOWED,
    NO_IMAGE,
    TOO_SLOW,
    EXISTS,
    TOO_LARGE,
    NOT_A_FORM,
    ABORTED,
    TOO_LONG,
    NOT_FETCHED,
    FULL,
    NO_FORMAT,
    INTERNAL,
    BUSY,
    STORAGE,
    TIMEOUT,
    NO_METHOD,
    NO_ROUTE,
    NO_TOKEN,
];

/// What a request is about, as far as codes tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Bytes come in, or a draft for them.
    Upload,
    /// A variant.
    Variant,
    /// A key, token or domain, of which there is a bounded number.
    Access,
    /// Anything else.
    Other,
}

/// What an upload was too large for: the account, the limit on bytes, or the one on pixels.
pub(crate) fn of_too_large(hosted: &Hosted, account: &str, file: Option<&[u8]>) -> Code {
    if hosted.stats(account).is_ok_and(|stats| stats.current >= stats.allowed) {
        return FULL;
    }
    let probe = file.and_then(|file| hosted.engine().probe(file).ok());
    match probe.is_some_and(|probe| probe.frames > 1) {
        true => TOO_LONG,
        false => TOO_LARGE,
    }
}

/// The code of an error.
pub(crate) fn of(error: &Error, subject: Subject) -> Code {
    match (error.kind(), subject) {
        (Kind::Invalid, _) => BAD_REQUEST,
        (Kind::Signature | Kind::Forbidden, _) => NOT_ALLOWED,
        (Kind::NotFound, Subject::Variant) => NO_VARIANT,
        (Kind::NotFound, _) => NO_IMAGE,
        (Kind::TooLarge, Subject::Upload) => TOO_LARGE,
        (Kind::TooLarge, Subject::Variant | Subject::Access) => FULL,
        (Kind::TooLarge, Subject::Other) => BAD_REQUEST,
        (Kind::Unsupported | Kind::Malformed, Subject::Upload) => NO_FORMAT,
        (Kind::Unsupported | Kind::Malformed, _) => BAD_REQUEST,
        (Kind::Cancelled, _) => ABORTED,
        (Kind::Timeout, Subject::Upload) => TOO_SLOW,
        (Kind::Timeout, _) => TIMEOUT,
        (Kind::Storage, _) => STORAGE,
        (Kind::Internal, _) => INTERNAL,
        (Kind::Conflict, _) => EXISTS,
        (Kind::Busy, _) => BUSY,
    }
}
