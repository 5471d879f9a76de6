//! The one error of every verb.
//!
//! A kind says who must act, not which file failed. Its number, HTTP status and names in every
//! language stand in [`KINDS`]; numbers are permanent.

use std::fmt;

/// Result of every fallible verb.
pub type Result<T> = std::result::Result<T, Error>;

/// Who must act on an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Kind {
    /// An option, a URL or an argument is wrong.
    Invalid = 1,
    /// A signature is missing, wrong or expired.
    Signature = 2,
    /// A source or an option is not allowed here.
    Forbidden = 3,
    /// There is no such thing.
    NotFound = 4,
    /// A limit was passed.
    TooLarge = 5,
    /// The format or feature is not available.
    Unsupported = 6,
    /// The image is broken.
    Malformed = 7,
    /// The caller cancelled the job.
    Cancelled = 8,
    /// The job's deadline passed.
    Timeout = 9,
    /// A store or another backend failed.
    Storage = 10,
    /// A bug of ours; panics end here too.
    Internal = 11,
    /// Something of that name is there already.
    Conflict = 12,
    /// There is too much to do just now; it may work later.
    Busy = 13,
}

/// How one [`Kind`] is called in every language.
#[derive(Debug, Clone, Copy)]
pub struct KindNames {
    /// The kind.
    pub kind: Kind,
    /// HTTP status when nothing more precise is known.
    pub http: u16,
    /// Constant in the C header.
    pub c: &'static str,
    /// Exception class in Python.
    pub python: &'static str,
    /// `code` of the error in Node, also the text form of the kind.
    pub node: &'static str,
    /// Sentinel error in Go.
    pub go: &'static str,
}

const fn names(
    kind: Kind,
    http: u16,
    c: &'static str,
    python: &'static str,
    node: &'static str,
    go: &'static str,
) -> KindNames {
    KindNames { kind, http, c, python, node, go }
}

/// Every kind, in the order of their numbers, starting at 1.
#[rustfmt::skip]
pub const KINDS: [KindNames; 13] = [
    names(Kind::Invalid,     400, "SAFELIGHT_INVALID",     "InvalidError",     "INVALID",     "ErrInvalid"),
    names(Kind::Signature,   403, "SAFELIGHT_SIGNATURE",   "SignatureError",   "SIGNATURE",   "ErrSignature"),
    names(Kind::Forbidden,   403, "SAFELIGHT_FORBIDDEN",   "ForbiddenError",   "FORBIDDEN",   "ErrForbidden"),
    names(Kind::NotFound,    404, "SAFELIGHT_NOT_FOUND",   "NotFoundError",    "NOT_FOUND",   "ErrNotFound"),
    names(Kind::TooLarge,    413, "SAFELIGHT_TOO_LARGE",   "TooLargeError",    "TOO_LARGE",   "ErrTooLarge"),
    names(Kind::Unsupported, 415, "SAFELIGHT_UNSUPPORTED", "UnsupportedError", "UNSUPPORTED", "ErrUnsupported"),
    names(Kind::Malformed,   422, "SAFELIGHT_MALFORMED",   "MalformedError",   "MALFORMED",   "ErrMalformed"),
    names(Kind::Cancelled,   499, "SAFELIGHT_CANCELLED",   "CancelledError",   "CANCELLED",   "ErrCancelled"),
    names(Kind::Timeout,     504, "SAFELIGHT_TIMEOUT",     "TimeoutError",     "TIMEOUT",     "ErrTimeout"),
    names(Kind::Storage,     502, "SAFELIGHT_STORAGE",     "StorageError",     "STORAGE",     "ErrStorage"),
    names(Kind::Internal,    500, "SAFELIGHT_INTERNAL",    "InternalError",    "INTERNAL",    "ErrInternal"),
    names(Kind::Conflict,    409, "SAFELIGHT_CONFLICT",    "ConflictError",    "CONFLICT",    "ErrConflict"),
    names(Kind::Busy,        503, "SAFELIGHT_BUSY",        "BusyError",        "BUSY",        "ErrBusy"),
];

impl Kind {
    /// The permanent number: status of the C calls.
    pub fn number(self) -> i32 {
        self as i32
    }

    /// Its names in every language.
    pub fn names(self) -> &'static KindNames {
        &KINDS[self as usize - 1]
    }
}

/// What went wrong: a kind, one line for the client, and detail for the log.
///
/// The message is lower case without a full stop and names the option, what was expected and
/// what came. Paths, hosts and keys go to [`Error::context`] only, which no client should see.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    context: Option<String>,
}

impl Error {
    /// A new error of `kind`.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), context: None }
    }

    /// An option, URL or argument is wrong: `name: expected …, got …`.
    pub fn invalid(name: &str, expected: &str, got: impl fmt::Display) -> Self {
        let got: String = got.to_string().chars().take(80).collect();
        Error::new(Kind::Invalid, format!("{name}: expected {expected}, got {got}"))
    }

    /// A known option, value or format that this build does not do.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Error::new(Kind::Unsupported, message)
    }

    /// The bytes are not the image they claim to be.
    pub fn malformed(message: impl Into<String>) -> Self {
        Error::new(Kind::Malformed, message)
    }

    /// A limit: `name: limit …, got …`.
    pub fn too_large(name: &str, limit: impl fmt::Display, got: impl fmt::Display) -> Self {
        Error::new(Kind::TooLarge, format!("{name}: limit {limit}, got {got}"))
    }

    /// A bug of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Error::new(Kind::Internal, message)
    }

    /// Adds detail for the log.
    #[must_use]
    pub fn with_context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Who must act.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// One line that a client may see.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Detail that only the log may see.
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_numbers() {
        for (index, row) in KINDS.iter().enumerate() {
            assert_eq!(row.kind.number(), index as i32 + 1);
            assert_eq!(row.kind.names().c, row.c);
        }
    }

    #[test]
    fn an_invalid_option_names_expected_and_got() {
        let error = Error::invalid("width", "1 to 20000", 0);
        assert_eq!(error.to_string(), "width: expected 1 to 20000, got 0");
        assert_eq!(error.kind(), Kind::Invalid);
    }
}
