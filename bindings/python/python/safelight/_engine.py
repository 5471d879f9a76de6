"""The verbs that take picture bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack, cast

from . import _convert, _native

if TYPE_CHECKING:
    from ._native import CancelToken
    from ._options import RenderOptions
    from .types import (
        Assets,
        Audit,
        Data,
        DecodeHook,
        Headers,
        Info,
        Limits,
        PolishInfo,
        PolishOptions,
        Probe,
        SegmentHook,
        UpscaleHook,
    )


class Image:
    """A finished result: ``bytes(image)`` or ``image.data`` are its encoded bytes."""

    __slots__ = ("data", "info")

    data: bytes
    """Encoded bytes: an image, or JSON when ``format=json`` was asked for."""
    info: Info
    """What they are and how they came about."""

    def __init__(self, data: bytes, info: Info) -> None:
        self.data = data
        self.info = info

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.info["width"]

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.info["height"]

    @property
    def format(self) -> str:
        """Format of the bytes, for example ``webp``."""
        return self.info["format"]

    @property
    def warnings(self) -> list[str]:
        """What the caller should know."""
        return self.info["warnings"]

    def __bytes__(self) -> bytes:
        return self.data

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"<safelight.Image {self.format} {self.width}x{self.height}, {len(self)} bytes>"


class Polished:
    """A polished file, or the source with the reason why it is not: ``bytes(polished)``."""

    __slots__ = ("data", "info")

    data: bytes
    """Fewer bytes than the source has, or its own."""
    info: PolishInfo
    """What they are and how they came about."""

    def __init__(self, data: bytes, info: PolishInfo) -> None:
        self.data = data
        self.info = info

    @property
    def status(self) -> str:
        """``ok``, or why the file is not smaller."""
        return self.info["status"]

    @property
    def format(self) -> str | None:
        """Format of the bytes; none for bytes that are no picture."""
        return self.info["format"]

    @property
    def mime(self) -> str:
        """Media type of the bytes."""
        return self.info["mime"]

    @property
    def header(self) -> str:
        """Value of the response header ``Cf-Polished``."""
        return self.info["header"]

    @property
    def bgj(self) -> str:
        """Value of the response header ``Cf-Bgj``."""
        return self.info["bgj"]

    def __bytes__(self) -> bytes:
        return self.data

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        size = self.info["original"]["size"]
        return f"<safelight.Polished {self.status}: {self.format}, {size} to {len(self)} bytes>"


class Engine:
    """Turns bytes and options into better bytes, under limits of its own.

    Cheap to make and without state: one engine may serve every thread.
    """

    __slots__ = ("_native",)

    def __init__(
        self,
        limits: Limits | Mapping[str, int] | None = None,
        *,
        segment: SegmentHook | None = None,
        upscale: UpscaleHook | None = None,
        decode: DecodeHook | None = None,
    ) -> None:
        """An engine under ``limits``, with what the host does for it.

        ``segment(pixels, width, height)`` makes ``segment=foreground`` work: it answers
        ``width * height`` bytes, 0 for background and 255 for the subject.
        ``upscale(pixels, width, height, to_width, to_height)`` makes ``upscale=generate`` work: it
        answers the larger picture. ``decode(data, width, height)`` makes HEIC sources work: it
        answers the picture, upright. Pixels are RGBA bytes, sRGB, rows from the top. Hooks are
        called from any thread.
        """
        text = _convert.to_json("limits", dict(limits or {}))
        self._native = _native.Engine(text, segment, upscale, decode)

    @property
    def limits(self) -> Limits:
        """What a job may cost, defaults filled in."""
        return cast("Limits", json.loads(self._native.limits()))

    def render(
        self,
        data: Data,
        options: str | Mapping[str, object] | None = None,
        /,
        *,
        headers: Headers | None = None,
        assets: Assets | None = None,
        timeout: float | None = None,
        cancel: CancelToken | None = None,
        **keywords: Unpack[RenderOptions],
    ) -> Image:
        """Renders a picture as options say.

        Options are URL text (``"width=720,format=webp"``), a mapping, or keywords.
        ``headers`` are the client's, for ``format="auto"``. ``assets`` are overlay pictures and
        fonts by the names that ``draw`` calls them. ``timeout`` is in seconds and can
        only shorten the engine's own limit. ``cancel`` stops the render from another thread.
        """
        text = _convert.options_text(options, cast("Mapping[str, object]", keywords))
        pairs = _convert.header_pairs(headers)
        named = _convert.assets(assets)
        source = _convert.source(data)
        result, info = self._native.render(source, text, pairs, named, timeout, cancel)
        return Image(result, cast("Info", json.loads(info)))

    def probe(self, data: Data, /) -> Probe:
        """Reads a picture's header: format, size, frames, orientation, colour."""
        return cast("Probe", json.loads(self._native.probe(_convert.source(data))))

    def explain(
        self,
        data: Data,
        options: str | Mapping[str, object] | None = None,
        /,
        *,
        headers: Headers | None = None,
        assets: Assets | None = None,
        **keywords: Unpack[RenderOptions],
    ) -> dict[str, Any]:
        """The plan that ``render`` would follow, its cost and its cache key.

        Pixels are decoded only where the options ask what pixels alone can tell.
        """
        text = _convert.options_text(options, cast("Mapping[str, object]", keywords))
        pairs = _convert.header_pairs(headers)
        named = _convert.assets(assets)
        plan = self._native.explain(_convert.source(data), text, pairs, named)
        return cast("dict[str, Any]", json.loads(plan))

    def polish(
        self,
        data: Data,
        /,
        *,
        timeout: float | None = None,
        cancel: CancelToken | None = None,
        **options: Unpack[PolishOptions],
    ) -> Polished:
        """Makes a file smaller without changing what it shows, or as little as ``floor`` allows.

        Never larger than the source: a picture that cannot be polished comes back as it is, with
        the reason as ``status``. Only a cancelled or late call and wrong options raise.
        """
        text = _convert.to_json("options", options)
        source = _convert.source(data)
        result, info = self._native.polish(source, text, timeout, cancel)
        return Polished(result, cast("PolishInfo", json.loads(info)))

    def audit(
        self,
        html: str,
        request: Mapping[str, object] | None = None,
        /,
        *,
        files: Assets | None = None,
        timeout: float | None = None,
        cancel: CancelToken | None = None,
        **keywords: object,
    ) -> Audit:
        """What to change about the pictures of a page, what it saves, and the markup that does it.

        ``files`` are the bytes of what the page loads, pictures and style sheets, by absolute URL.
        The request has ``url``, and may have ``host``, ``viewport``, ``accept``, ``options``,
        ``shown`` and ``html``. Every picture is rendered for its place, so give an engine of
        large pages a longer ``time_ms``.
        """
        text = _convert.to_json("request", {**(request or {}), **keywords})
        answer = self._native.audit(html, text, _convert.assets(files), timeout, cancel)
        return cast("Audit", json.loads(answer))

    def describe(self, data: Data, /, *, timeout: float | None = None) -> dict[str, Any]:
        """What a picture shows: placeholders, colours, hash, faces and focus, from one decode."""
        return cast("dict[str, Any]", json.loads(self._native.describe(_convert.source(data), timeout)))

    def __repr__(self) -> str:
        return "<safelight.Engine>"
