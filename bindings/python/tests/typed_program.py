"""A program in many of the package's types; mypy must accept it, and refuse the marked lines."""

import pathlib
from typing import Any, assert_type

import safelight
from safelight import asgi, wsgi
from safelight.hosted import Config, HostedImage, HostedImages
from safelight.types import (
    Info,
    Limits,
    Negotiated,
    PolishInfo,
    Probe,
    Resolved,
    Url,
    VaryAnswered,
    VaryRequested,
)

data = b""
limits: Limits = {"memory": 1 << 20, "time_ms": 100}
engine = safelight.Engine(limits)
token = safelight.CancelToken()

image = safelight.render(data, width=300, fit="cover", format="auto", headers={"accept": "image/webp"})
assert_type(image, safelight.Image)
assert_type(image.data, bytes)
assert_type(image.info, Info)
assert_type(bytes(image), bytes)
engine.render(bytearray(data), "width=300", timeout=0.5, cancel=token)
safelight.render(memoryview(data), {"width": 300}, engine=engine)
safelight.render(pathlib.Path("a.jpg"), width="auto", quality=80)

polished = safelight.polish(data, mode="lossy", webp=True, floor=75, timeout=1, cancel=token)
assert_type(polished, safelight.Polished)
assert_type(polished.info, PolishInfo)
assert_type(bytes(polished), bytes)

assert_type(safelight.probe(data), Probe)
assert_type(safelight.parse_url("/a"), Url)
assert_type(safelight.negotiate([("accept", "image/webp")]), Negotiated)
assert_type(safelight.vary_request(rules={"jpg": ["image/webp"]}, path="/a.jpg"), VaryRequested)
assert_type(safelight.vary_response(rules={}, path="/a.jpg"), VaryAnswered)
assert_type(safelight.resolve({"width": "auto"}, {"sec-ch-width": "300"}), Resolved)
assert_type(safelight.sign("/a", "key", 5), str)
safelight.verify("/a", ["key"], now=5)
safelight.build_url({"form": "transform", "options": "width=5", "source": "/a.jpg"})

config: Config = {"folder": "data", "limits": limits, "sources": {"http": True}}
with safelight.Service(config) as service:
    assert_type(service.upload(pathlib.Path("a.jpg"), id="a", metadata={"a": 1}), HostedImage)
    assert_type(service.list(creator="ann", meta={"stars[gt]": 4}), HostedImages)
    assert_type(service.original("a"), bytes)
    assert_type(service.wants("GET", "/"), int | None)
    response = service.handle("GET", "/", {"accept": "image/webp"}, bytearray(), timeout=1, cancel=token)
    assert_type(response.body, bytes)
    assert_type(service.call("images.get", {"id": "a"}), tuple[Any, bytes | None])
    asgi.App(service)
    wsgi.App(service)

try:
    safelight.panic_on_purpose()
except safelight.InternalError as error:
    assert_type(error.context, str | None)

service.upload(data, require_signed_url=True)  # type: ignore[call-arg]
service.update("a", creator=5)  # type: ignore[arg-type]
safelight.render("a.jpg")  # type: ignore[arg-type]
safelight.render(data, wdth=300)  # type: ignore[call-arg]
safelight.render(data, width="wide")  # type: ignore[arg-type]
safelight.render(data, fit="covers")  # type: ignore[arg-type]
engine.render(data, width=300, timeout="soon")  # type: ignore[arg-type]
safelight.sign("/a", "key", 1.5)  # type: ignore[arg-type]
