"""Safelight beside sharp and pyvips: the same jobs, one thread each, in turns.

CPU (user and system time of all threads), wall and bytes are medians; peak memory is that of
the whole process, the language's own included. The score is SSIMULACRA2 against one float64
Lanczos3 resize of a full decode, made here and the same for all.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from PIL import Image

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tools"))
import lanczos  # noqa: E402  (needs the path above)

LIBRARIES = {
    "safelight": ["node", str(HERE / "safelight.mjs")],
    "sharp": ["node", str(HERE / "sharp.mjs")],
    "pyvips": [sys.executable, str(HERE / "vips.py")],
}


def reference(source: pathlib.Path, width: int, out: pathlib.Path) -> None:
    """The yardstick of a row, as PNG."""
    image = lanczos.load(source)
    width = width or image.width
    lanczos.resize(image, width, lanczos.height_for(image, width)).save(out)


def run(library: str, source: pathlib.Path, job: dict, out: pathlib.Path, count: int) -> dict:
    """One process of one library."""
    environment = {**os.environ, "UV_THREADPOOL_SIZE": "1", "VIPS_CONCURRENCY": "1"}
    command = [*LIBRARIES[library], str(source), json.dumps(job), str(out), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{library}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def score(scorer: str, against: pathlib.Path, candidate: pathlib.Path) -> float:
    """SSIMULACRA2 of an encoded result."""
    png = candidate.with_suffix(".score.png")
    image = Image.open(candidate)
    image.convert("RGBA" if "A" in image.mode else "RGB").save(png)
    return float(subprocess.check_output([scorer, str(against), str(png)], text=True))


def rows(job: dict) -> list[tuple[str, dict]]:
    """The libraries of a row; an AVIF row has one entry an effort of the peers."""
    if "efforts" not in job:
        return [(library, job) for library in LIBRARIES]
    own = {**job, **job["safelight"]}
    peers = [(library, {**job, "effort": effort}) for effort in job["efforts"] for library in ("sharp", "pyvips")]
    return [("safelight", own), *peers]


def bench(job: dict, arguments: argparse.Namespace) -> None:
    """Measures one row in interleaved rounds and prints it."""
    work = pathlib.Path(arguments.work)
    source = work / json.loads((work / "sources.json").read_text())[job["source"]]
    against = work / "reference.png"
    reference(source, job["width"], against)
    entries = rows(job)
    figures: list[list[dict]] = [[] for _ in entries]
    outs = [work / f"out-{index}.{job['format']}" for index in range(len(entries))]
    for _ in range(arguments.rounds):
        for index, (library, settings) in enumerate(entries):
            figures[index].append(run(library, source, settings, outs[index], arguments.count))
    print(f"\n{job['name']}")
    first = statistics.median(round_["cpu"] for round_ in figures[0])
    for (library, settings), rounds, out in zip(entries, figures, outs):
        middle = {key: statistics.median(round_[key] for round_ in rounds) for key in rounds[0]}
        effort = f" effort {settings['effort']}" if "effort" in settings else ""
        label = f"{library} q{settings['quality']}{effort}"
        print(
            f"  {label:<20} {middle['cpu']:8.1f} ms CPU  ×{middle['cpu'] / first:5.2f}  {middle['wall']:8.1f} ms wall"
            f"  {middle['peak']:6.0f} MB  {middle['bytes']:8.0f} B  ssimulacra2 {score(arguments.scorer, against, out):6.2f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scorer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=7)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    for job in json.loads((HERE / "jobs.json").read_text())["jobs"]:
        if arguments.only in job["name"]:
            bench(job, arguments)


main()
