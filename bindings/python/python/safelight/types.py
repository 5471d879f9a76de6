"""Shapes of what goes in and comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypeAlias, TypedDict

if TYPE_CHECKING:
    import os

    from typing_extensions import Buffer

Data: TypeAlias = "Buffer | os.PathLike[str]"
"""Picture bytes, or the path of a file. ``bytes`` is borrowed; every other buffer is copied first."""

Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
"""Request headers of the client. Names are compared without case; most are ignored."""


Assets: TypeAlias = "Mapping[str, Buffer]"
"""Overlay pictures and fonts by the names that ``draw`` calls them."""

SegmentHook: TypeAlias = Callable[[bytes, int, int], bytes]
"""RGBA pixels, width and height to a mask of one byte a pixel."""

UpscaleHook: TypeAlias = Callable[[bytes, int, int, int, int], bytes]
"""RGBA pixels, width, height and the wanted width and height to RGBA pixels."""

DecodeHook: TypeAlias = Callable[[bytes, int, int], bytes]
"""A file, and the width and height it has, to RGBA pixels, upright."""


class Limits(TypedDict, total=False):
    """What a job may cost. What is absent keeps its default."""

    source_bytes: int
    source_pixels: int
    source_side: int
    frames: int
    animation_pixels: int
    animation_transform_pixels: int
    output_pixels: int
    output_side: int
    avif_side_auto: int
    avif_side: int
    memory: int
    scans: int
    profile_bytes: int
    exif_bytes: int
    time_ms: int
    threads: int


class Source(TypedDict):
    """The source of a result. Width and height are as seen."""

    format: str
    width: int
    height: int


class Timings(TypedDict):
    """Milliseconds by stage."""

    plan: float
    decode: float
    transform: float
    encode: float


class Info(TypedDict):
    """What a result is and how it came about."""

    format: str
    mime: str
    width: int
    height: int
    size: int
    quality: int | None
    frames: int
    duration: int | None
    source: Source
    warnings: list[str]
    timings: Timings
    memory: int


class PolishOptions(TypedDict, total=False):
    """What polishing may change, and what the client takes."""

    mode: Literal["lossless", "lossy"]
    """``lossless`` unless given: every pixel that is seen stays as it is."""
    webp: bool
    """The client takes WebP."""
    avif: bool
    """The client takes AVIF, which only ``lossy`` makes."""
    accept: str
    """The request's ``Accept`` header: WebP and AVIF when it names them."""
    floor: float
    """SSIMULACRA2 against the source that a lossy result keeps; 80 unless given."""


class PolishOriginal(TypedDict):
    """The source of a polished file."""

    format: str | None
    size: int


class PolishInfo(TypedDict):
    """What came of polishing. ``header`` and ``bgj`` are values of ``Cf-Polished`` and ``Cf-Bgj``."""

    status: Literal[
        "ok",
        "webp_bigger",
        "not_compressed",
        "not_needed",
        "input_too_large",
        "cannot_optimize",
        "format_not_supported",
        "internal_error",
    ]
    format: str | None
    mime: str
    width: int
    height: int
    size: int
    quality: int | None
    score: float | None
    original: PolishOriginal
    header: str
    bgj: str


class Probe(TypedDict):
    """What a picture's header says. Width and height are as seen."""

    format: str
    mime: str
    width: int
    height: int
    frames: int
    loops: int | None
    duration: int | None
    orientation: int
    color: Literal["gray", "rgb", "cmyk"]
    alpha: bool
    bits: int
    progressive: bool
    lossless: bool
    subsampling: str | None
    profile: Literal["srgb", "icc", "cicp"]
    exif: bool
    xmp: bool
    iptc: bool
    gain_map: bool
    content_credentials: bool


class TransformUrl(TypedDict):
    """Parts of ``/cdn-cgi/image/<options>/<source>``."""

    form: Literal["transform"]
    host: NotRequired[str | None]
    options: str
    source: str
    warnings: NotRequired[list[str]]


class DeliveryUrl(TypedDict):
    """Parts of ``/<account>/<image>/<variant or options>``."""

    form: Literal["delivery"]
    host: NotRequired[str | None]
    custom: NotRequired[bool]
    account: str
    image: str
    variant: NotRequired[str | None]
    options: NotRequired[str | None]
    query: NotRequired[str | None]


Url: TypeAlias = TransformUrl | DeliveryUrl
"""Parts of a URL."""


class Negotiated(TypedDict):
    """The format for a client, all formats it takes, and the header names that decided."""

    format: str
    formats: list[str]
    vary: list[str]


class VaryRequested(TypedDict):
    """What a request stands for under Vary for Images."""

    extension: str | None
    """The path's extension, where a rule governs it."""
    accept: str | None
    """The header for the origin, and the variant's name; None leaves the client's as it is."""
    types: list[str]
    """Media types that may come, best first."""
    chosen: int | None
    """Index of the stored variant to send; None when the origin is to be asked."""


class VaryAnswered(TypedDict):
    """What becomes of an origin's answer under Vary for Images."""

    store: bool
    accept: str | None
    """What it is stored as; None is the single copy for all clients."""
    status: Literal["MISS", "BYPASS"]
    reason: Literal[
        "variant", "single", "wrong_type", "vary_missing", "vary_header_present", "no_rule"
    ]


class VaryHeaders(TypedDict):
    """What a request stands for when answers of its origin vary by headers."""

    send: dict[str, str | None]
    """Headers for the origin in place of the client's; None for one that it did not send."""
    store: bool
    """Whether the cache may keep an answer that varies like this."""
    key: dict[str, str | None]
    """The headers that tell the variants of the URL apart, with their texts."""
    status: Literal["MISS", "BYPASS"]


class Resolved(TypedDict):
    """Plain options for a client, what they come to, and the header names that matter."""

    options: str
    width: int | None
    format: str | None
    vary: list[str]
    accept_ch: list[str]


class AuditFile(TypedDict):
    """A picture that was rendered for its place."""

    url: str
    bytes: int
    format: str
    width: int
    height: int


class AuditFinding(TypedDict):
    """One thing to change, and the bytes that it saves."""

    rule: str
    text: str
    saved: int | None


class AuditImage(TypedDict):
    """One place of a page that shows a picture."""

    kind: str
    document: str | None
    start: int | None
    end: int | None
    line: int | None
    markup: str | None
    url: str
    bytes: int | None
    format: str | None
    width: int | None
    height: int | None
    shown: dict[str, Any] | None
    main: bool
    above_fold: bool | None
    best: AuditFile | None
    saved: int
    findings: list[AuditFinding]
    fix: str | None


class AuditEdit(TypedDict):
    """Text in place of another; ``start`` and ``end`` count UTF-8 bytes."""

    document: str | None
    start: int
    end: int
    text: str


class Audit(TypedDict):
    """What to change about the pictures of a page."""

    summary: dict[str, int]
    images: list[AuditImage]
    edits: list[AuditEdit]
    warnings: list[str]
    html: NotRequired[str]


class Backend(TypedDict):
    """One codec library of this build."""

    role: str
    name: str
    accelerated: bool
