"""House rules that hold across folders: one version, sizes of files and functions, loose ends, licences.

Usage: house.py
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

TOP = pathlib.Path(__file__).parent.parent.parent
LONGEST_FILE = 600
SOURCES = (".rs", ".py", ".mjs", ".cjs", ".js", ".ts", ".go", ".c", ".h")
GENERATED = ("safelight.h", "options.go", "_options.pyi", "options.d.ts")
LOOSE = re.compile(r"\b([T]ODO|[F]IXME|[X]XX)\b|\b([t]odo|[u]nimplemented)!\(|[N]otImplementedError")


def tracked() -> list[pathlib.Path]:
    names = subprocess.check_output(["git", "ls-files"], cwd=TOP, text=True).split("\n")
    return [TOP / name for name in names if name and (TOP / name).is_file()]


def version() -> str:
    return tomllib.loads((TOP / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def check_versions() -> list[str]:
    """Every manifest says the version of the root."""
    expected = version()
    said = {"bindings/node/package.json": json.loads((TOP / "bindings/node/package.json").read_text()).get("version")}
    project = tomllib.loads((TOP / "bindings/python/pyproject.toml").read_text())["project"]
    if "version" not in project.get("dynamic", []):
        said["bindings/python/pyproject.toml"] = project.get("version")
    for path in TOP.glob("*/**/Cargo.toml"):
        if "target" in path.parts or "node_modules" in path.parts:
            continue
        given = tomllib.loads(path.read_text()).get("package", {}).get("version")
        if given is not None and given != {"workspace": True}:
            said[str(path.relative_to(TOP))] = given
    return [f"{name}: version {given}, the root says {expected}" for name, given in said.items() if given != expected]


def check_files() -> list[str]:
    """No source file over the limit, no loose end."""
    problems = []
    for path in tracked():
        if path.suffix not in SOURCES or path.name in GENERATED:
            continue
        text = path.read_text()
        count = text.count("\n")
        if count > LONGEST_FILE:
            problems.append(f"{path.relative_to(TOP)}: {count} lines, at most {LONGEST_FILE}")
        problems += [f"{path.relative_to(TOP)}: loose end {found.group(0)}" for found in LOOSE.finditer(text)]
    return problems


def check_unsafe() -> list[str]:
    """Unsafe only at the border, in kernels and in codec adapters."""
    allowed = ("ffi/", "core/src/kernel/", "core/src/decode/", "core/src/encode/")
    problems = []
    for path in tracked():
        name = str(path.relative_to(TOP))
        if path.suffix == ".rs" and not name.startswith(allowed) and re.search(r"\bunsafe\s*(\{|fn|impl|extern)", path.read_text()):
            problems.append(f"{name}: unsafe outside {', '.join(allowed)}")
    return problems


def check_licences() -> list[str]:
    """cargo deny, where it is installed; `make lint` installs it."""
    if not shutil.which("cargo-deny"):
        print("cargo-deny is not installed: licences are checked by `make lint`")
        return []
    done = subprocess.run(["cargo", "deny", "--offline", "check", "licenses", "bans", "sources"], cwd=TOP, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [done.stdout + done.stderr]


def main() -> int:
    checks = [check_versions, check_files, check_unsafe, check_licences]
    failed = 0
    for check in checks:
        problems = check()
        failed += bool(problems)
        print("\n".join(problems) or f"{check.__doc__.splitlines()[0]} ok")
    print(f"house: {len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
