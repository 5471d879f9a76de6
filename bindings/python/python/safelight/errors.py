"""Exceptions, one for each kind of failure.

A kind says who must act. ``code`` is its permanent number, the same in every language, and
``http`` the status that a server answers when it knows nothing more precise.
"""

from __future__ import annotations

import builtins
from typing import ClassVar

__all__ = [
    "BusyError",
    "CancelledError",
    "ConflictError",
    "ForbiddenError",
    "InternalError",
    "InvalidError",
    "MalformedError",
    "NotFoundError",
    "SafelightError",
    "SignatureError",
    "StorageError",
    "TimeoutError",
    "TooLargeError",
    "UnsupportedError",
]


class SafelightError(Exception):
    """Every failure of this package."""

    kind: ClassVar[str] = "INTERNAL"
    code: ClassVar[int] = 11
    http: ClassVar[int] = 500

    context: str | None
    """Detail for the log that no client should see."""

    def __init__(self, message: str, context: str | None = None) -> None:
        super().__init__(message)
        self.context = context


class InvalidError(SafelightError, ValueError):
    """An option, a URL or an argument is wrong."""

    kind = "INVALID"
    code = 1
    http = 400


class SignatureError(SafelightError, PermissionError):
    """A signature is missing, wrong or expired."""

    kind = "SIGNATURE"
    code = 2
    http = 403


class ForbiddenError(SafelightError, PermissionError):
    """A source or an option is not allowed here."""

    kind = "FORBIDDEN"
    code = 3
    http = 403


class NotFoundError(SafelightError, FileNotFoundError):
    """There is no such thing."""

    kind = "NOT_FOUND"
    code = 4
    http = 404


class TooLargeError(SafelightError):
    """A limit was passed."""

    kind = "TOO_LARGE"
    code = 5
    http = 413


class UnsupportedError(SafelightError):
    """The format or feature is not available."""

    kind = "UNSUPPORTED"
    code = 6
    http = 415


class MalformedError(SafelightError, ValueError):
    """The image is broken."""

    kind = "MALFORMED"
    code = 7
    http = 422


class CancelledError(SafelightError):
    """The caller cancelled the job."""

    kind = "CANCELLED"
    code = 8
    http = 499


class TimeoutError(SafelightError, builtins.TimeoutError):
    """The job's deadline passed."""

    kind = "TIMEOUT"
    code = 9
    http = 504


class StorageError(SafelightError, OSError):
    """A store, a file or another backend failed."""

    kind = "STORAGE"
    code = 10
    http = 502


class InternalError(SafelightError):
    """A bug of the library; a panic ends here too."""

    kind = "INTERNAL"
    code = 11
    http = 500


class ConflictError(SafelightError, FileExistsError):
    """Something of that name is there already."""

    kind = "CONFLICT"
    code = 12
    http = 409


class BusyError(SafelightError):
    """There is too much to do just now; later it may work."""

    kind = "BUSY"
    code = 13
    http = 503
