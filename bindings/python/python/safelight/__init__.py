"""An image CDN inside your own process.

>>> import safelight
>>> thumb = safelight.render(data, width=300, fit="cover")      # doctest: +SKIP
>>> thumb.format, thumb.width, len(bytes(thumb))                # doctest: +SKIP
('jpeg', 300, 9318)

Every call releases the GIL and may be made from any thread; in asyncio use
``await asyncio.to_thread(safelight.render, data, width=300)``.
"""

from . import errors, hosted, types
from ._engine import Engine, Image, Polished
from ._native import CancelToken
from ._service import Response, Service
from ._verbs import (
    audit,
    backends,
    build_url,
    describe,
    explain,
    markup,
    negotiate,
    panic_on_purpose,
    parse_url,
    polish,
    probe,
    render,
    resolve,
    sign,
    vary_headers,
    vary_request,
    vary_response,
    verify,
    version,
)
from .errors import (
    BusyError,
    CancelledError,
    ConflictError,
    ForbiddenError,
    InternalError,
    InvalidError,
    MalformedError,
    NotFoundError,
    SafelightError,
    SignatureError,
    StorageError,
    TimeoutError,
    TooLargeError,
    UnsupportedError,
)

__version__ = version()

__all__ = [
    "BusyError",
    "CancelToken",
    "CancelledError",
    "ConflictError",
    "Engine",
    "ForbiddenError",
    "Image",
    "InternalError",
    "InvalidError",
    "MalformedError",
    "NotFoundError",
    "Polished",
    "Response",
    "SafelightError",
    "Service",
    "SignatureError",
    "StorageError",
    "TimeoutError",
    "TooLargeError",
    "UnsupportedError",
    "__version__",
    "audit",
    "backends",
    "build_url",
    "describe",
    "errors",
    "explain",
    "hosted",
    "markup",
    "negotiate",
    "panic_on_purpose",
    "parse_url",
    "polish",
    "probe",
    "render",
    "resolve",
    "sign",
    "types",
    "vary_headers",
    "vary_request",
    "vary_response",
    "verify",
    "version",
]
