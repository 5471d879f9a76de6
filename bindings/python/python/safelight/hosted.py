"""Shapes of a service: its configuration, what hosted verbs take, and what they give.

Verbs give the shapes of the REST API under its names; what they take may be written in Python's
way, too (``require_signed_urls`` for ``requireSignedURLs``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

if TYPE_CHECKING:
    from .types import Limits

__all__ = [
    "Account",
    "Config",
    "DirectUpload",
    "HostedImage",
    "HostedImages",
    "ListFields",
    "PurgeFields",
    "Results",
    "Sources",
    "Stats",
    "TicketFields",
    "UpdateFields",
    "UploadFields",
]


class Results(TypedDict, total=False):
    """Where finished results are kept."""

    memory: int
    disk: int
    bucket: str | None


class Account(TypedDict, total=False):
    """The account that is there from the start."""

    id: str | None
    hash: str | None


class Sources(TypedDict, total=False):
    """Which sources may be transformed by URL."""

    folder: str | None
    allowed_origins: Sequence[str]
    http: bool
    any: bool
    networks: Sequence[str]
    ports: Sequence[int]


class Imports(TypedDict, total=False):
    """What bulk imports may do."""

    secrets_key: str | None
    folders: Sequence[str]
    workers: int


class Config(TypedDict, total=False):
    """What a service is opened with; ``folder`` alone is enough."""

    folder: str
    catalog: str
    originals: str
    results: Results
    account: Account
    admin_token: str
    base_url: str
    mount: str
    sources: Sources
    imports: Imports
    limits: Limits
    require_signature: bool
    workers: int
    queue: int
    avif_budget_ms: int
    lease_ms: int


class HostedImage(TypedDict):
    """A hosted image."""

    id: str
    filename: str | None
    uploaded: str
    requireSignedURLs: bool
    variants: list[str]
    meta: NotRequired[dict[str, Any]]
    creator: NotRequired[str | None]
    draft: NotRequired[Literal[True]]


class HostedImages(TypedDict):
    """A page of images, and the token of the next one: ``None`` at the end."""

    images: list[HostedImage]
    continuation_token: str | None


class Count(TypedDict):
    """Numbers of images."""

    allowed: int
    current: int


class Stats(TypedDict):
    """How many images there are, and how many there may be."""

    count: Count


class DirectUpload(TypedDict):
    """A draft's id, and where its picture may be posted."""

    id: str
    uploadURL: str


class TicketFields(TypedDict, total=False):
    """What a direct upload may be given."""

    id: str
    creator: str
    metadata: Mapping[str, Any]
    require_signed_urls: bool
    expiry: str


class UploadFields(TypedDict, total=False):
    """What an upload may be given."""

    url: str
    id: str
    filename: str
    creator: str
    metadata: Mapping[str, Any]
    require_signed_urls: bool


class UpdateFields(TypedDict, total=False):
    """What an update may change; ``creator=None`` takes it away."""

    metadata: Mapping[str, Any]
    require_signed_urls: bool
    creator: str | None


class ListFields(TypedDict, total=False):
    """Which images are listed, and how many at once."""

    continuation_token: str
    per_page: int
    sort_order: Literal["asc", "desc"]
    creator: str
    meta: Mapping[str, str | float | bool]


class PurgeFields(TypedDict, total=False):
    """What is forgotten: one of these."""

    tags: Sequence[str]
    prefixes: Sequence[str]
    files: Sequence[str]
    purge_everything: Literal[True]
