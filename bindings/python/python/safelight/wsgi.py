"""A service inside a WSGI program: Django, Flask, Bottle, Pyramid.

>>> application = safelight.wsgi.Middleware(get_wsgi_application(), service)   # doctest: +SKIP
>>> app.wsgi_app = safelight.wsgi.Middleware(app.wsgi_app, service)            # doctest: +SKIP

It answers what is for the service and hands everything else on. WSGI itself decodes paths, which
loses whether a slash was sent as ``%2F``; servers that also give the path as it was sent (Gunicorn,
uWSGI, mod_wsgi, Werkzeug) are taken at their word.
"""

from __future__ import annotations

import http
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from ._service import Response, Service

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
Application: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

PATH = "/:@!$&'()*+,;=~"
"""What stands in a path as it is."""

WITHOUT_LENGTH = frozenset({204, 304})
"""Statuses whose answers have no body, and no length of one."""


class Middleware:
    """Answers requests that are for ``service``; ``app`` answers all others."""

    def __init__(self, app: Application, service: Service) -> None:
        self._app = app
        self._service = service

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method, target = environ["REQUEST_METHOD"], target_of(environ)
        limit = self._service.wants(method, target)
        if limit is None:
            return self._app(environ, start_response)
        body = _read(environ, limit)
        response = self._service.handle(method, target, list(_headers(environ)), body)
        start_response(_status(response.status), _headers_out(response, method))
        return response.parts()


class App(Middleware):
    """Answers requests that are for ``service``, and 404 to all others."""

    def __init__(self, service: Service) -> None:
        super().__init__(_not_found, service)


def target_of(environ: Environ) -> str:
    """Path and query as they were sent, as far as the server tells."""
    raw: str | None = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is not None:
        # A proxy's request names scheme and host, too.
        if raw.startswith("/"):
            return raw
        parts = urlsplit(raw)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    path = quote((environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1"), safe=PATH)
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _headers(environ: Environ) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-"), value
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield name.replace("_", "-"), value


def _read(environ: Environ, limit: int) -> bytes:
    """The body, and one byte more than ``limit`` of one that is too long."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        left = min(int(length), limit + 1)
    else:
        # Without a length only a server that ends the stream itself may be read from.
        left = limit + 1 if environ.get("wsgi.input_terminated") else 0
    parts = []
    while left > 0 and (part := environ["wsgi.input"].read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _status(status: int) -> str:
    try:
        return f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _headers_out(response: Response, method: str) -> list[tuple[str, str]]:
    has_length = method != "HEAD" and response.status not in WITHOUT_LENGTH
    if not has_length or response.header("content-length") is not None:
        return response.headers
    return [*response.headers, ("Content-Length", str(len(response)))]


def _not_found(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "9")])
    return [b"Not Found"]
