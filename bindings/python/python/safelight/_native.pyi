"""The native half: one function a verb, JSON text in and out."""

import os
from typing import final

from .types import DecodeHook, SegmentHook, UpscaleHook

__all__ = [
    "CancelToken",
    "Engine",
    "Response",
    "Service",
    "backends",
    "build_url",
    "kinds",
    "markup",
    "negotiate",
    "panic_on_purpose",
    "parse_url",
    "sign",
    "vary_headers",
    "vary_request",
    "vary_response",
    "verify",
    "version",
]

_Source = bytes | str | os.PathLike[str]
_Headers = list[tuple[str, str]]
_Assets = list[tuple[str, bytes]]

@final
class CancelToken:
    """Cancels a render from another thread. It stays cancelled."""

    def __new__(cls) -> CancelToken: ...
    def cancel(self) -> None:
        """Asks every render that was given this token to stop."""

    @property
    def cancelled(self) -> bool:
        """Whether ``cancel`` was called."""

@final
class Engine:
    """An engine of core."""

    def __new__(
        cls,
        limits: str,
        segment: SegmentHook | None,
        upscale: UpscaleHook | None,
        decode: DecodeHook | None,
        /,
    ) -> Engine: ...
    def limits(self) -> str: ...
    def render(
        self,
        source: _Source,
        options: str,
        headers: _Headers,
        assets: _Assets,
        timeout: float | None,
        cancel: CancelToken | None,
        /,
    ) -> tuple[bytes, str]: ...
    def probe(self, source: _Source, /) -> str: ...
    def explain(
        self, source: _Source, options: str, headers: _Headers, assets: _Assets, /
    ) -> str: ...
    def polish(
        self,
        source: _Source,
        options: str,
        timeout: float | None,
        cancel: CancelToken | None,
        /,
    ) -> tuple[bytes, str]: ...
    def audit(
        self,
        html: str,
        request: str,
        files: _Assets,
        timeout: float | None,
        cancel: CancelToken | None,
        /,
    ) -> str: ...
    def describe(self, source: _Source, timeout: float | None, /) -> str: ...

@final
class Service:
    """A service of core."""

    def __new__(
        cls,
        config: str,
        segment: SegmentHook | None,
        upscale: UpscaleHook | None,
        decode: DecodeHook | None,
        /,
    ) -> Service: ...
    def wants(self, method: str, target: str, /) -> int | None: ...
    def handle(
        self,
        method: str,
        target: str,
        headers: _Headers,
        body: bytes,
        timeout: float | None,
        cancel: CancelToken | None,
        /,
    ) -> Response: ...
    def call(
        self,
        verb: str,
        arguments: str,
        body: _Source,
        timeout: float | None,
        cancel: CancelToken | None,
        /,
    ) -> tuple[str, bytes | None]: ...
    def panic_on_purpose(self) -> None: ...
    def close(self) -> None: ...

@final
class Response:
    """What a server sends back."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> _Headers: ...
    def __len__(self) -> int: ...
    def part(self, start: int, end: int, /) -> bytes: ...

def sign(path: str, key: str, expires: int | None, /) -> str: ...
def verify(path: str, keys: list[str], now: int | None, /) -> None: ...
def parse_url(text: str, lenient: bool, /) -> str: ...
def markup(request: str, /) -> str: ...
def build_url(parts: str, /) -> str: ...
def negotiate(request: str, /) -> str: ...
def vary_headers(request: str, /) -> str: ...
def vary_request(request: str, /) -> str: ...
def vary_response(request: str, /) -> str: ...
def version() -> str: ...
def backends() -> str: ...
def panic_on_purpose() -> None: ...
def kinds() -> list[tuple[str, str, int, int]]: ...
