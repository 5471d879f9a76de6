"""The verbs as plain functions; those with pixels use one shared engine unless given another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack, cast

from . import _convert, _native
from ._engine import Engine, Image, Polished

if TYPE_CHECKING:
    from ._native import CancelToken
    from ._options import RenderOptions
    from .types import (
        Assets,
        Audit,
        Backend,
        Data,
        Headers,
        Negotiated,
        PolishOptions,
        Probe,
        Resolved,
        Url,
        VaryAnswered,
        VaryHeaders,
        VaryRequested,
    )

_default = Engine()


def render(
    data: Data,
    options: str | Mapping[str, object] | None = None,
    /,
    *,
    headers: Headers | None = None,
    assets: Assets | None = None,
    timeout: float | None = None,
    cancel: CancelToken | None = None,
    engine: Engine | None = None,
    **keywords: Unpack[RenderOptions],
) -> Image:
    """Renders a picture as options say.

    >>> render(data, width=300, fit="cover")            # doctest: +SKIP
    <safelight.Image jpeg 300x200, 9318 bytes>

    Options are URL text (``"width=720,format=webp"``), a mapping, or keywords. ``headers`` are
    the client's, for ``format="auto"``. ``assets`` are overlay pictures and fonts by the names
    that ``draw`` calls them. ``timeout`` is in seconds and can only shorten the
    engine's own limit. ``cancel`` stops the render from another thread.
    """
    return (engine or _default).render(
        data, options, headers=headers, assets=assets, timeout=timeout, cancel=cancel, **keywords
    )


def probe(data: Data, /, *, engine: Engine | None = None) -> Probe:
    """Reads a picture's header: format, size, frames, orientation, colour."""
    return (engine or _default).probe(data)


def explain(
    data: Data,
    options: str | Mapping[str, object] | None = None,
    /,
    *,
    headers: Headers | None = None,
    assets: Assets | None = None,
    engine: Engine | None = None,
    **keywords: Unpack[RenderOptions],
) -> dict[str, Any]:
    """The plan that ``render`` would follow, its cost and its cache key.

    Pixels are decoded only where the options ask what pixels alone can tell.
    """
    return (engine or _default).explain(data, options, headers=headers, assets=assets, **keywords)


def polish(
    data: Data,
    /,
    *,
    timeout: float | None = None,
    cancel: CancelToken | None = None,
    engine: Engine | None = None,
    **options: Unpack[PolishOptions],
) -> Polished:
    """Makes a file smaller without changing what it shows, or as little as ``floor`` allows.

    >>> polish(data, mode="lossy", webp=True)           # doctest: +SKIP
    <safelight.Polished ok: webp, 95005 to 41210 bytes>

    Never larger than the source: a picture that cannot be polished comes back as it is, with the
    reason as ``status``. Only a cancelled or late call and wrong options raise.
    """
    return (engine or _default).polish(data, timeout=timeout, cancel=cancel, **options)


def describe(
    data: Data, /, *, timeout: float | None = None, engine: Engine | None = None
) -> dict[str, Any]:
    """What a picture shows: placeholders, colours, hash, faces and focus, from one small decode."""
    return (engine or _default).describe(data, timeout=timeout)


def audit(
    html: str,
    request: Mapping[str, object] | None = None,
    /,
    *,
    files: Assets | None = None,
    timeout: float | None = None,
    cancel: CancelToken | None = None,
    engine: Engine | None = None,
    **keywords: object,
) -> Audit:
    """What to change about the pictures of a page, what it saves, and the markup that does it.

    >>> audit("<img src=a.jpg>", url="https://a.test/")["warnings"]
    ['https://a.test/a.jpg: its bytes were not given']

    ``files`` are the bytes of what the page loads, pictures and style sheets, by absolute URL;
    nothing is fetched. Fields of the request: ``url``, where the page is; ``host`` of transform
    URLs; ``viewport`` (``width``, ``height``, ``dpr``); ``accept``; ``options`` of every transform
    URL; ``shown``, what a browser has shown (``url``, ``kind``, ``width``, ``height``, ``fit``, ``main``,
    ``above_fold``, ``reserved``); ``html``: true gives the changed page too.
    """
    chosen = engine or _default
    return chosen.audit(html, request, files=files, timeout=timeout, cancel=cancel, **keywords)


def markup(request: Mapping[str, object] | None = None, /, **keywords: object) -> dict[str, Any]:
    """The ``<img>`` or ``<picture>`` text of a picture whose size is known.

    >>> markup(source="/a.jpg", width=1600, height=900, alt="A boat")["sizes"]
    '(min-width: 1600px) 1600px, 100vw'

    Fields: ``source`` or ``delivery``, ``width``, ``height``; ``host``, ``layout``,
    ``display_width``, ``display_height``, ``options``, ``formats``, ``widths``, ``sizes``, ``alt``,
    ``class``, ``priority``, ``placeholder``, ``style``, ``sign``.
    """
    text = _convert.to_json("request", {**(request or {}), **keywords})
    return cast("dict[str, Any]", json.loads(_native.markup(text)))


def sign(path_and_query: str, key: str, expires: int | None = None) -> str:
    """The path and query with an expiry (unix seconds) and a signature appended."""
    return _native.sign(path_and_query, key, _convert.unix_seconds("expires", expires))


def verify(path_and_query: str, keys: str | Iterable[str], now: int | None = None) -> Literal[True]:
    """True when one of ``keys`` signed the path and query and it has not expired.

    Raises ``SignatureError`` otherwise. ``now`` is in unix seconds; without it the clock decides.
    """
    key_list = [keys] if isinstance(keys, str) else list(keys)
    _native.verify(path_and_query, key_list, _convert.unix_seconds("now", now))
    return True


def parse_url(text: str, *, lenient: bool = False) -> Url:
    """The parts of a transform or delivery URL.

    With ``lenient`` a malformed option is left out with a warning instead of an error.
    """
    return cast("Url", json.loads(_native.parse_url(text, lenient)))


def build_url(parts: Url | Mapping[str, object]) -> str:
    """The URL of these parts: what ``parse_url`` answers, or the same made by hand."""
    return _native.build_url(_convert.to_json("parts", dict(parts)))


def negotiate(headers: Headers | None = None, formats: Iterable[str] | None = None) -> Negotiated:
    """The best of ``formats`` for a client with these request headers.

    ``formats`` are candidates, best first: ``avif``, ``webp`` and ``jpeg`` unless given.
    """
    request: dict[str, object] = {"headers": _convert.header_object(headers)}
    if formats is not None:
        request["formats"] = list(formats)
    return cast("Negotiated", json.loads(_native.negotiate(_convert.to_json("request", request))))


def resolve(options: str | Mapping[str, object], headers: Headers | None = None) -> Resolved:
    """What ``options`` come to for a client with these request headers.

    ``width=auto`` becomes a number, and ``slow-connection-quality`` the quality or nothing.
    """
    text = _convert.options_text(options, {})
    request = {"headers": _convert.header_object(headers), "options": text}
    return cast("Resolved", json.loads(_native.negotiate(_convert.to_json("request", request))))


def vary_request(
    request: Mapping[str, object] | None = None, /, **keywords: object
) -> VaryRequested:
    """Reduces ``Accept`` in front of a cache and an origin with several formats under one URL.

    >>> rules = {"jpg": ["image/webp", "image/avif"]}
    >>> vary_request(rules=rules, path="/cat.jpg", accept="image/webp,*/*;q=0.8")["accept"]
    'image/webp'

    Fields: ``rules``, the media types that the origin may send by extension; ``path``;
    ``accept``, the client's header or None; ``stored``, the variants that the cache holds for the
    URL, each with ``accept`` and ``content_type``. A purge of a URL drops all that is stored for it.
    """
    text = _convert.to_json("request", {**(request or {}), **keywords})
    return cast("VaryRequested", json.loads(_native.vary_request(text)))


def vary_response(
    request: Mapping[str, object] | None = None, /, **keywords: object
) -> VaryAnswered:
    """Judges what an origin answered to a request of ``vary_request``: keep it or not, and why.

    Fields: ``rules`` and ``path`` as they were, ``accept``, and the answer's headers
    ``content_type`` and ``vary``, None where it lacks them.
    """
    text = _convert.to_json("request", {**(request or {}), **keywords})
    return cast("VaryAnswered", json.loads(_native.vary_response(text)))


def vary_headers(request: Mapping[str, object] | None = None, /, **keywords: object) -> VaryHeaders:
    """What a request stands for when answers of its origin vary by headers.

    >>> behaviors = {"headers": {"accept-language": {"action": "normalize", "languages": ["de", "en"]}}}
    >>> headers = {"Accept-Language": "de-CH,de;q=0.9,fr"}
    >>> vary_headers(behaviors=behaviors, headers=headers, vary="Accept-Language")["key"]
    {'accept-language': 'de'}

    Fields: ``behaviors``, with a ``default`` and by header: ``action`` is ``normalize`` (reduced to
    ``media_types`` or ``languages``, or its white space), ``passthrough`` or ``bypass`` (an answer
    that varies by it is not stored; also without a default); ``headers``, the client's; ``vary``,
    the answer's header or the one that the cache remembers for the URL.
    """
    text = _convert.to_json("request", {**(request or {}), **keywords})
    return cast("VaryHeaders", json.loads(_native.vary_headers(text)))


def version() -> str:
    """Version of the library."""
    return _native.version()


def backends() -> list[Backend]:
    """The codec libraries of this build, and whether their fast kernels run on this machine."""
    return cast("list[Backend]", json.loads(_native.backends()))


def panic_on_purpose() -> None:
    """Panics inside the library: proves that a bug there arrives as ``InternalError``."""
    _native.panic_on_purpose()
