"""Paths and pictures that several tests use."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[3]
IMAGES = ROOT / "tests" / "images"


@pytest.fixture(scope="session")
def photo_path() -> pathlib.Path:
    return IMAGES / "photo.jpg"


@pytest.fixture(scope="session")
def photo(photo_path: pathlib.Path) -> bytes:
    return photo_path.read_bytes()


@pytest.fixture(scope="session")
def alpha() -> bytes:
    return (IMAGES / "alpha.png").read_bytes()
