"""Hosted images: requests in, responses out, and the same things as verbs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Unpack, cast

from . import _convert, _native

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from typing_extensions import Buffer

    from ._native import CancelToken
    from .hosted import (
        Config,
        DirectUpload,
        HostedImage,
        HostedImages,
        ListFields,
        PurgeFields,
        Stats,
        TicketFields,
        UpdateFields,
        UploadFields,
    )
    from .types import Data, DecodeHook, Headers, SegmentHook, UpscaleHook

PART = 256 << 10
"""Bytes of a body that are copied at once when it is sent in parts."""


class Response:
    """What a server sends back: ``status``, ``headers``, and ``body`` or its parts."""

    __slots__ = ("_native", "headers", "status")

    status: int
    """The HTTP status."""
    headers: list[tuple[str, str]]
    """Names and values. ``Content-Length`` and ``Date`` are the server's."""

    def __init__(self, native: _native.Response) -> None:
        self._native = native
        self.status = native.status
        self.headers = native.headers

    @property
    def body(self) -> bytes:
        """The whole body, copied out of the library once."""
        return self._native.part(0, len(self._native))

    def parts(self, size: int = PART) -> Iterator[bytes]:
        """The body in parts of ``size`` bytes, each copied when it is due: however large a body
        is, it is never there twice."""
        for start in range(0, len(self._native), size):
            yield self._native.part(start, start + size)

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case."""
        wanted = name.lower()
        return next((value for name, value in self.headers if name.lower() == wanted), None)

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    def __len__(self) -> int:
        """Bytes of the body."""
        return len(self._native)

    def __repr__(self) -> str:
        return f"<safelight.Response {self.status}, {len(self)} bytes>"


class Verbs:
    """Hosted verbs of one kind, such as ``service.variants``."""

    __slots__ = ("_group", "_service", "_verbs")

    def __init__(self, service: Service, group: str, verbs: str) -> None:
        self._service = service
        self._group = group
        self._verbs = verbs.split()

    def __getattr__(self, verb: str) -> Any:
        if verb not in self._verbs:
            raise AttributeError(f"{self._group}: expected one of {', '.join(self._verbs)}, got {verb}")

        def call(**fields: object) -> Any:
            result, data = self._service.call(f"{self._group}.{verb}", fields)
            return result if data is None else data

        return call

    def __dir__(self) -> list[str]:
        return self._verbs

    def __repr__(self) -> str:
        return f"<safelight.Verbs {self._group}: {', '.join(self._verbs)}>"


class Service:
    """An image CDN inside this process, on the stores that its configuration names.

    >>> with safelight.Service("data") as service:                  # doctest: +SKIP
    ...     image = service.upload(picture, id="cat")
    ...     response = service.handle("GET", "/cdn-cgi/image/width=300/a.jpg", request.headers)

    One service may serve every thread. It has threads of its own: open it after a ``fork``.
    A folder is for one process at a time, and another gets `BusyError`: several workers share
    PostgreSQL and a bucket.
    """

    __slots__ = ("__weakref__", "_native", "domains", "imports", "keys", "settings", "sources", "tokens", "uploads", "variants", "vary", "zone")

    def __init__(
        self,
        config: Config | Mapping[str, object] | str | os.PathLike[str],
        *,
        segment: SegmentHook | None = None,
        upscale: UpscaleHook | None = None,
        decode: DecodeHook | None = None,
    ) -> None:
        """Opens a service on a folder, or on what ``config`` says. Hooks are those of `Engine`."""
        if isinstance(config, str | os.PathLike):
            config = {"folder": os.fspath(config)}
        text = _convert.to_json("config", _convert.plain_paths(config))
        self._native = _native.Service(text, segment, upscale, decode)
        self.variants = Verbs(self, "variants", "list create get edit delete")
        self.keys = Verbs(self, "keys", "list update delete")
        self.settings = Verbs(self, "settings", "get edit")
        self.uploads = Verbs(self, "uploads", "create create_v1 batch_token")
        self.tokens = Verbs(self, "tokens", "create list delete")
        self.domains = Verbs(self, "domains", "list put delete")
        self.sources = Verbs(self, "sources", "list create get edit delete check")
        self.imports = Verbs(self, "imports", "list create get delete pause resume abort abort_all progress logs download")
        self.vary = Verbs(self, "vary", "get edit delete")
        self.zone = Verbs(self, "zone", "get edit")

    def wants(self, method: str, target: str) -> int | None:
        """How many bytes of body to read for a request; ``None`` when it is not for this service.

        Hand over one more byte when there are more, and the answer says so.
        """
        return self._native.wants(method, target)

    def handle(
        self,
        method: str,
        target: str,
        headers: Headers | None = None,
        body: Buffer = b"",
        *,
        timeout: float | None = None,
        cancel: CancelToken | None = None,
    ) -> Response:
        """Answers a request, whatever it asks: what goes wrong is a response, too.

        ``target`` is path and query as they were sent, not decoded. ``timeout`` is in seconds and
        can only shorten the service's own limit. ``cancel`` stops the work from another thread.
        """
        pairs = _convert.header_pairs(headers)
        data = _convert.octets("body", body)
        return Response(self._native.handle(method.upper(), target, pairs, data, timeout, cancel))

    def call(
        self,
        verb: str,
        arguments: Mapping[str, object] | None = None,
        body: Data = b"",
        *,
        timeout: float | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[Any, bytes | None]:
        """Runs a verb of the REST API without HTTP: its ``result``, and the bytes that it gives.

        ``arguments`` have the names of the REST API, in its spelling or in Python's
        (``require_signed_urls``). ``body`` is the file of an upload: bytes, or a path.
        """
        text = _convert.to_json("arguments", _convert.rest_names(arguments or {}))
        result, data = self._native.call(verb, text, _convert.source(body), timeout, cancel)
        return json.loads(result), data

    def upload(self, data: Data = b"", /, **fields: Unpack[UploadFields]) -> HostedImage:
        """Adds an image from bytes, from the path of a file, or from ``url=``."""
        return cast("HostedImage", self.call("images.upload", fields, data)[0])

    def get(self, id: str) -> HostedImage:
        """One image; ``draft`` is there while its bytes have not come."""
        return cast("HostedImage", self.call("images.get", {"id": id})[0])

    def list(self, **fields: Unpack[ListFields]) -> HostedImages:
        """One page of images, newest first. ``meta`` maps ``field[operator]`` to a value."""
        filters = {f"meta.{name}": value for name, value in (fields.pop("meta", None) or {}).items()}
        return cast("HostedImages", self.call("images.list", {**fields, **filters})[0])

    def images(self, **fields: Unpack[ListFields]) -> Iterator[HostedImage]:
        """Every image, page by page."""
        while True:
            page = self.list(**fields)
            yield from page["images"]
            token = page["continuation_token"]
            if token is None:
                return
            fields["continuation_token"] = token

    def update(self, id: str, **fields: Unpack[UpdateFields]) -> HostedImage:
        """Changes what is given; an image that becomes private or public may get another id."""
        return cast("HostedImage", self.call("images.update", {"id": id, **fields})[0])

    def delete(self, id: str) -> None:
        """Removes an image; when this returns nobody answers with it any more."""
        self.call("images.delete", {"id": id})

    def original(self, id: str) -> bytes:
        """The bytes that were uploaded."""
        return self.call("images.original", {"id": id})[1] or b""

    def stats(self) -> Stats:
        """How many images there are, and how many there may be."""
        return cast("Stats", self.call("images.stats")[0])

    def direct_upload(self, **fields: Unpack[TicketFields]) -> DirectUpload:
        """A draft, and the URL where one visitor may post its picture, once."""
        return cast("DirectUpload", self.call("uploads.create", fields)[0])

    def purge(self, **fields: Unpack[PurgeFields]) -> None:
        """Forgets kept results; when this returns no node answers with them."""
        self.call("purge", fields)

    def panic_on_purpose(self) -> None:
        """Panics inside the service: proves that a bug there arrives as ``InternalError``."""
        self._native.panic_on_purpose()

    def close(self) -> None:
        """Ends the background work, waits for it and frees the folder; later calls get `BusyError`. Closing twice is fine."""
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # Opening may have failed before there was anything to close.
        if (native := getattr(self, "_native", None)) is not None:
            native.close()

    def __repr__(self) -> str:
        return "<safelight.Service>"
