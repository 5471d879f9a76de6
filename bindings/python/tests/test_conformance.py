"""The shared vectors: what is true in every language."""

import json
from collections.abc import Callable
from typing import Any

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


RUNNERS: dict[str, Callable[[Case], None]] = {"signatures": signatures}


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
    if "error" not in case:
        return RUNNERS[kind](case)
    with pytest.raises(safelight.SafelightError) as caught:
        RUNNERS[kind](case)
    assert caught.value.kind == case["error"], str(caught.value)
