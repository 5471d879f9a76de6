"""The shared vectors: what is true in every language."""

import json
from collections.abc import Callable
from typing import Any

import headers
import pytest
import safelight
from conftest import ROOT

Case = dict[str, Any]
VECTORS = ROOT / "tests" / "vectors"


def signatures(case: Case) -> None:
    if case["op"] == "sign":
        assert safelight.sign(case["path"], case["key"], case["expires"]) == case["signed"]
    else:
        assert safelight.verify(case["path"], case["keys"], case["now"]) is case["ok"]


def urls(case: Case) -> None:
    if case["op"] == "build":
        assert safelight.build_url(case["url"]) == case["text"]
        return
    parsed = safelight.parse_url(case["text"])
    assert parsed == case["url"]
    again = safelight.parse_url(safelight.build_url(parsed))
    assert {**again, "warnings": []} == {**parsed, "warnings": []}


def negotiation(case: Case) -> None:
    request = case["request"]
    assert safelight.negotiate(request.get("headers"), request.get("formats")) == case["result"]


def hints(case: Case) -> None:
    request = case["request"]
    assert safelight.resolve(request["options"], request["headers"]) == case["result"]


# Options are read the same whatever they ask for, so the limits must not speak first.
BOUNDLESS = safelight.Engine(dict.fromkeys(("output_side", "avif_side", "avif_side_auto"), 2**32 - 1) | {
    "output_pixels": 2**63, "memory": 2**63,
})
PHOTO = (ROOT / "tests" / "images" / "photo.jpg").read_bytes()


def lenient(case: Case) -> None:
    """Options inside a URL, where a lenient reading has a meaning."""
    if case["options"][:1] in ("", "{"):
        pytest.skip("no options of a URL")
    url = f"/cdn-cgi/image/{case['options']}/a.jpg"
    if "error" in case:
        with pytest.raises(safelight.InvalidError):
            safelight.parse_url(url, lenient=True)
        return
    parsed = safelight.parse_url(url, lenient=True)
    warnings = case.get("warnings", [])
    assert (parsed["options"], parsed["warnings"][: len(warnings)]) == (case["canonical"], warnings)


def options(case: Case) -> None:
    if case.get("lenient"):
        return lenient(case)
    if "refused" in case:
        with pytest.raises(safelight.SafelightError) as caught:
            BOUNDLESS.explain(PHOTO, case["options"])
        assert {"kind": caught.value.kind, "message": str(caught.value)} == case["refused"]
        return
    explained: Case = BOUNDLESS.explain(PHOTO, case["options"])
    assert explained["key"] == case["canonical"]
    warnings = case.get("warnings", [])
    assert explained["warnings"][: len(warnings)] == warnings
    assert BOUNDLESS.explain(PHOTO, case["json"])["key"] == case["canonical"]


def plans(case: Case) -> None:
    source = headers.picture(case.get("format", "jpeg"), case["source"], case.get("orientation", 1))
    explained: Case = safelight.explain(source, case["options"])
    output = explained["plan"]["output"]
    assert [output["width"], output["height"]] == case["output"]
    assert explained["plan"]["area"] == case.get("crop", explained["plan"]["area"])
    assert explained["warnings"] == case.get("warnings", [])


def polish(case: Case) -> None:
    source = (ROOT / "tests" / "images" / case["source"]).read_bytes()
    source = source[: case.get("cut", len(source))]
    engine = safelight.Engine(case.get("limits", {}))
    polished = engine.polish(source, **case["options"])
    info = polished.info
    assert {name: info.get(name) for name in case["result"]} == case["result"]  # type: ignore[misc]
    if case.get("smaller"):
        assert len(polished) == info["size"] < len(source)
    else:
        assert bytes(polished) == source
    assert info["original"] == {"format": case["format"], "size": len(source)}


def exchange(case: Case, stored: list[Case], step: Case) -> tuple[str | None, str]:
    """A cache for one URL: what it sends to the origin, and its status."""
    place = {"rules": case["rules"], "path": case["path"]}
    asked = safelight.vary_request(place, accept=step["accept"], stored=stored)
    if asked["chosen"] is not None:
        assert stored[asked["chosen"]]["content_type"] == step["content_type"]
        return None, "HIT"
    sent = step["accept"] if asked["accept"] is None else asked["accept"]
    answer = {"content_type": step["content_type"], "vary": step["vary"]}
    answered = safelight.vary_response(place, accept=sent, **answer)
    if answered["store"]:
        stored.append({"accept": answered["accept"], "content_type": step["content_type"]})
    return sent, answered["status"]


def vary(case: Case) -> None:
    if case["op"] == "request":
        assert safelight.vary_request(case["request"]) == case["result"]
        return
    if case["op"] == "response":
        assert safelight.vary_response(case["request"]) == case["result"]
        return
    if case["op"] == "headers":
        assert safelight.vary_headers(case["request"]) == case["result"]
        return
    stored: list[Case] = []
    for step in (case["first"], case["second"]):
        assert exchange(case, stored, step) == (step["sent"], step["status"])
        if case.get("purge"):
            stored.clear()


def audit(case: Case) -> None:
    files = {url: ROOT / "tests" / "images" / name for url, name in case["files"].items()}
    given = {url: path.read_bytes() for url, path in files.items()}
    answer: Any = safelight.audit(case["html"], case["request"], files=given)
    rules = [[found["rule"] for found in image["findings"]] for image in answer["images"]]
    assert rules == case["rules"]
    assert answer.get("html") == case.get("fixed")
    assert answer["warnings"] == case.get("warnings", [])


RUNNERS: dict[str, Callable[[Case], None]] = {
    "audit": audit,
    "hints": hints,
    "negotiation": negotiation,
    "options": options,
    "plans": plans,
    "polish": polish,
    "signatures": signatures,
    "urls": urls,
    "vary": vary,
}


def cases() -> list[Any]:
    found = []
    for path in sorted(VECTORS.glob("*.json")):
        for case in json.loads(path.read_text())["cases"]:
            found.append(pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}"))
    return found


def test_every_file_of_vectors_is_run_here() -> None:
    assert {path.stem for path in VECTORS.iterdir()} == set(RUNNERS)


@pytest.mark.parametrize(("kind", "case"), cases())
def test_vector(kind: str, case: Case) -> None:
    error = case.get("error")
    if error is None or case.get("lenient"):
        return RUNNERS[kind](case)
    with pytest.raises(safelight.SafelightError) as caught:
        RUNNERS[kind](case)
    if isinstance(error, dict):
        assert (caught.value.kind, str(caught.value)) == (error["kind"], error["message"])
    else:
        assert caught.value.kind == error, str(caught.value)
