"""Exceptions: core's table, Python's builtin parents, panics."""

import builtins
import json
import pickle

import pytest
import safelight
from safelight import _native, errors

PARENTS = {
    "InvalidError": ValueError,
    "SignatureError": PermissionError,
    "ForbiddenError": PermissionError,
    "NotFoundError": FileNotFoundError,
    "MalformedError": ValueError,
    "TimeoutError": builtins.TimeoutError,
    "StorageError": OSError,
    "ConflictError": FileExistsError,
}


@pytest.mark.parametrize(("name", "kind", "code", "http"), _native.kinds())
def test_every_kind_of_core_has_its_class(name: str, kind: str, code: int, http: int) -> None:
    cls = getattr(errors, name)
    assert issubclass(cls, safelight.SafelightError) and issubclass(cls, PARENTS.get(name, Exception))
    assert (cls.kind, cls.code, cls.http) == (kind, code, http)
    assert getattr(safelight, name) is cls


def test_there_is_no_class_that_core_does_not_know() -> None:
    assert {name for name, *_ in _native.kinds()} | {"SafelightError"} == set(errors.__all__)


@pytest.mark.parametrize("name", errors.__all__)
def test_an_error_survives_pickling(name: str) -> None:
    error = getattr(errors, name)("width: expected 1 to 20000, got 0", "for the log")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == "width: expected 1 to 20000, got 0"
    assert copy.context == "for the log"


def test_a_wrong_option_names_expected_and_got(photo: bytes) -> None:
    with pytest.raises(ValueError, match=r"^width: expected .*, got 0$") as caught:
        safelight.render(photo, width=0)
    assert isinstance(caught.value, safelight.InvalidError)


def test_bytes_that_are_no_picture_are_refused() -> None:
    for data in (b"", b"hello", json.dumps({"a": 1}).encode() * 100):
        with pytest.raises((safelight.UnsupportedError, safelight.MalformedError)):
            safelight.render(data, width=10)


def test_a_panic_is_an_internal_error_and_the_next_call_works(photo: bytes) -> None:
    for _ in range(3):
        with pytest.raises(safelight.InternalError) as caught:
            safelight.panic_on_purpose()
        assert caught.value.context == "panic on purpose" and "purpose" not in str(caught.value)
        assert safelight.render(photo, width=16).width == 16
