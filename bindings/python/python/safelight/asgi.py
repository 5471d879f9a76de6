"""A service inside an ASGI program: Starlette, FastAPI, Quart, Django.

>>> app.mount("/cdn-cgi", safelight.asgi.App(service))                  # doctest: +SKIP
>>> app.add_middleware(safelight.asgi.Middleware, service=service)      # doctest: +SKIP

Mounted it answers below its path; as middleware it answers what is for the service and hands
everything else on. Work runs in asyncio's threads, and stops when the client goes away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

from ._native import CancelToken

if TYPE_CHECKING:
    from ._service import Response, Service

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/:@!$&'()*+,;=~"
"""What stands in a path as it is."""

WITHOUT_LENGTH = frozenset({204, 304})
"""Statuses whose answers have no body, and no length of one."""


class ClientGone(Exception):
    """The client went away while its request came in."""


class Middleware:
    """Answers requests that are for ``service``; ``app`` answers all others."""

    def __init__(self, app: Application, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        target = target_of(scope)
        limit = self._service.wants(scope["method"], target)
        if limit is None:
            return await self._app(scope, receive, send)
        try:
            body = await _read(receive, limit)
        except ClientGone:
            return None
        response = await self._handled(scope, target, body, receive)
        if response is not None:
            await _sent(response, scope["method"], send)

    async def _handled(
        self, scope: Scope, target: str, body: bytes, receive: Receive
    ) -> Response | None:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        token = CancelToken()
        work = asyncio.ensure_future(
            asyncio.to_thread(self._service.handle, scope["method"], target, headers, body, cancel=token)
        )
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            done, _ = await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            return await work if work in done else None
        finally:
            # Nothing happens to work that is done; work that runs on ends soon.
            token.cancel()
            gone.cancel()


class App(Middleware):
    """Answers requests that are for ``service``, and 404 to all others."""

    def __init__(self, service: Service) -> None:
        super().__init__(_not_found, service)


def target_of(scope: Scope) -> str:
    """Path and query as they were sent."""
    raw: bytes | None = scope.get("raw_path")
    path = quote(scope["path"], safe=PATH) if raw is None else raw.decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


async def _read(receive: Receive, limit: int) -> bytes:
    """The body, and one byte more than ``limit`` of one that is too long."""
    parts: list[bytes] = []
    length = 0
    while length <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part: bytes = message.get("body", b"")
        parts.append(part)
        length += len(part)
        if not message.get("more_body", False):
            break
    return b"".join(parts)[: limit + 1]


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _sent(response: Response, method: str, send: Send) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    has_length = method != "HEAD" and response.status not in WITHOUT_LENGTH
    if has_length and response.header("content-length") is None:
        headers.append((b"content-length", str(len(response)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    for part in response.parts():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        return await _lifespan(receive, send)
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1000})
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"9")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not Found"})


async def _lifespan(receive: Receive, send: Send) -> None:
    """Says yes to a server that asks the only application it has."""
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
