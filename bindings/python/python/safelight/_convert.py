"""From what a Python program has to what the native half takes."""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .errors import InvalidError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from .types import Assets, Data, Headers


def source(data: Data) -> bytes | str:
    """Bytes that nothing can change while the GIL is away, or a path."""
    if isinstance(data, os.PathLike):
        return os.fsdecode(data)
    return octets("data", data, "a bytes-like object or a path object")


def octets(name: str, data: Buffer, expected: str = "a bytes-like object") -> bytes:
    """Bytes that nothing can change while the GIL is away."""
    if isinstance(data, bytes):
        return data
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"{name}: expected {expected}, got {type(data).__name__}") from None
    # Even a read-only view may lie on memory that another thread changes, hence the copy.
    return view.tobytes()


SPELLINGS = {
    "require_signed_urls": "requireSignedURLs",
    "never_require_signed_urls": "neverRequireSignedURLs",
}


def rest_names(fields: Mapping[str, object]) -> dict[str, object]:
    """Arguments under the names of the REST API, which differ from Python's in two places."""
    return {SPELLINGS.get(name, name): value for name, value in fields.items()}


def plain_paths(config: object) -> object:
    """A configuration whose paths are text."""
    if isinstance(config, os.PathLike):
        return os.fspath(config)
    if isinstance(config, Mapping):
        return {name: plain_paths(value) for name, value in config.items()}
    return config


def options_text(options: str | Mapping[str, object] | None, keywords: Mapping[str, object]) -> str:
    """Options as core reads them: URL text as it stands, everything else as JSON."""
    if options is not None and keywords:
        raise TypeError("options: expected one of options and keywords, got both")
    if options is None:
        options = keywords
    if isinstance(options, str):
        return options
    if not isinstance(options, Mapping):
        raise TypeError(f"options: expected str or a mapping, got {type(options).__name__}")
    return to_json("options", {name: value for name, value in options.items() if value is not None})


def to_json(name: str, value: object) -> str:
    """JSON text; numbers that JSON does not have are an ``InvalidError``."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise InvalidError(f"{name}: expected what JSON can say", str(error)) from None


def assets(named: Assets | None) -> list[tuple[str, bytes]]:
    """Overlay pictures and fonts, as bytes that are ours."""
    return [(name, bytes(memoryview(data))) for name, data in (named or {}).items()]


def header_pairs(headers: Headers | None) -> list[tuple[str, str]]:
    """Request headers as pairs."""
    if headers is None:
        return []
    pairs: Iterable[tuple[str, str]] = headers.items() if isinstance(headers, Mapping) else headers
    return list(pairs)


def header_object(headers: Headers | None) -> dict[str, str]:
    """Request headers as a JSON object; several lines of one name become one list."""
    merged: dict[str, str] = {}
    for name, value in header_pairs(headers):
        name = name.lower()
        merged[name] = f"{merged[name]}, {value}" if name in merged else value
    return merged


def unix_seconds(name: str, value: int | None) -> int | None:
    """A point in time that fits the native half."""
    if value is None:
        return None
    seconds = operator.index(value)
    if not 0 <= seconds < 2**64:
        raise InvalidError(f"{name}: expected unix seconds, got {seconds}")
    return seconds
