"""Every file of a corpus probes and renders to 64 px, or is refused with a typed error.

Each file runs in a process of its own, so that a crash, a hang or a memory peak is seen and
belongs to one file. `expected.tsv` says which files are refused, with which kind and why; the
others must render. Folders that are not there are skipped and named.

Usage: run.py --release DIR [--update] [FOLDER…]
"""

import argparse
import json
import os
import pathlib
import resource
import signal
import sys
import time

HERE = pathlib.Path(__file__).parent
TOP = HERE.parent.parent
FOLDERS = [TOP / "tests/images", TOP / "tests/images/bad", *(TOP.parent / "shared/images" / name for name in ("conformance", "bad"))]
SECONDS = 2.0
MEGABYTES = 256
SIDE = 64


def verdict(path: pathlib.Path) -> dict:
    """What the library says of one file; runs in the child."""
    import safelight

    data = path.read_bytes()
    options = f"width={SIDE},height={SIDE},fit=contain,format=png"
    try:
        probe = safelight.probe(data)
        image = safelight.render(data, options)
    except safelight.SafelightError as error:
        return {"kind": error.kind, "message": str(error)}
    if max(image.width, image.height) != SIDE or bytes(image)[:4] != b"\x89PNG":
        return {"kind": "WRONG", "message": f"{image.width}x{image.height}"}
    return {"kind": "OK", "message": f"{probe['format']} {probe['width']}x{probe['height']}"}


def child(path: pathlib.Path, pipe: int) -> None:
    """Reports the verdict and ends without the parent's clean-up."""
    try:
        text = json.dumps(verdict(path))
    except BaseException as error:  # noqa: BLE001  (whatever it is, the parent must hear of it)
        text = json.dumps({"kind": "UNTYPED", "message": repr(error)})
    os.write(pipe, text.encode()[:4000])
    os._exit(0)


def examine(path: pathlib.Path, idle: float) -> dict:
    """Runs one file in a child and measures it; `idle` is the child's own memory, in MB."""
    reader, writer = os.pipe()
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        signal.alarm(int(SECONDS * 5))
        child(path, writer)
    os.close(writer)
    with os.fdopen(reader) as stream:
        text = stream.read()
    _, status, usage = os.wait4(pid, 0)
    result = json.loads(text) if text else {"kind": "CRASH", "message": f"wait status {status}"}
    seconds = time.monotonic() - start
    return {**result, "seconds": seconds, "megabytes": max(0.0, usage.ru_maxrss / 1024 - idle)}


def idle_megabytes() -> float:
    """Memory of a child that only imports the library."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return os.wait4(pid, 0)[2].ru_maxrss / 1024


def load_expected() -> dict[str, str]:
    """File name to kind, for the files that are refused."""
    lines = (HERE / "expected.tsv").read_text().splitlines() if (HERE / "expected.tsv").exists() else []
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", help="not needed: the library comes from the environment")
    parser.add_argument("--update", action="store_true", help="print the table of refusals")
    parser.add_argument("folders", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    import safelight  # noqa: F401  (children inherit the import)

    expected, passed, failed, refused = load_expected(), 0, 0, []
    idle = idle_megabytes()
    for folder in arguments.folders or FOLDERS:
        if not folder.is_dir():
            print(f"not here, skipped: {folder.name}")
            continue
        files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix not in (".md", ".py", ".icc", ".json"))
        for path in files:
            result = examine(path, idle)
            name = f"{folder.parent.name}/{folder.name}/{path.name}"
            problems = []
            if result["kind"] != expected.get(name, "OK"):
                problems.append(f"expected {expected.get(name, 'OK')}")
            if result["seconds"] > SECONDS:
                problems.append(f"{result['seconds']:.1f} s")
            if result["megabytes"] > MEGABYTES:
                problems.append(f"{result['megabytes']:.0f} MB")
            if result["kind"] != "OK":
                refused.append(f"{name}\t{result['kind']}\t{result['message']}")
            if problems:
                failed += 1
                print(f"{name}: {result['kind']} {result['message']} ({', '.join(problems)})")
            else:
                passed += 1
    if arguments.update:
        print("\n".join(refused))
    print(f"corpus: {passed} passed, {failed} failed")
    return 1 if failed else 0


resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.exit(main())
