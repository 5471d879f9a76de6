"""The types: the package itself, a program that uses it, and the stub against the binary."""

import pathlib
import subprocess
import sys

import pytest
import safelight

HERE = pathlib.Path(__file__).parent


def run(*command: str) -> None:
    option = "--mypy-config-file" if "mypy.stubtest" in command else "--config-file"
    config = [option, str(HERE.parent / "pyproject.toml")]
    done = subprocess.run(
        [sys.executable, "-m", *command, *config], capture_output=True, text=True, cwd=HERE, timeout=300, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_typed_program_is_accepted_and_its_mistakes_are_found() -> None:
    run("mypy", "--strict", "typed_program.py")


def test_the_package_is_strictly_typed() -> None:
    run("mypy", "--strict", "-p", "safelight")


def test_the_stub_says_what_the_binary_has() -> None:
    run("mypy.stubtest", "safelight", "--allowlist", "stubtest.txt")


@pytest.mark.parametrize("name", sorted(set(safelight.__all__) - {"__version__"}))
def test_every_public_name_is_documented(name: str) -> None:
    assert (getattr(safelight, name).__doc__ or "").strip()
