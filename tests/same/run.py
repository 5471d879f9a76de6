"""The same input and options give the same bytes in every language, and for 1 and 4 threads.

Usage: run.py --release DIR
"""

import argparse
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import safelight

HERE = pathlib.Path(__file__).parent
TOP = HERE.parent.parent
IMAGES = TOP / "tests/images"
SOURCES = ["photo.jpg", "progressive.jpg", "orientation-6.jpg", "cmyk.jpg", "rgb16.png", "alpha.png", "still.gif", "lossy.webp", "420.avif", "alpha.avif"]
OPTIONS = [
    "width=64,format=jpeg",
    "width=50,height=70,fit=cover,gravity=0.2x0.8,format=webp",
    "height=40,format=png,blur=3",
    "width=90,format=avif,quality=50,sharpen=1",
    "width=80,height=80,fit=pad,background=%23336699,rotate=90,format=gif",
    "width=120,fit=contain,flip=hv,saturation=0,brightness=1.2,format=baseline-jpeg",
    "width=33,trim=3;5;7;9,gamma=0.8,contrast=1.3,quality=100,format=webp",
    "format=json,width=10",
]
POLISHED = ["photo.jpg", "orientation-6.jpg", "rgb.png", "palette.png", "alpha.png", "still.gif", "anim.gif", "lossless.webp", "bad/truncated.jpg"]
POLISH = [{}, {"mode": "lossless", "webp": True}, {"mode": "lossy"}, {"mode": "lossy", "webp": True, "avif": True, "floor": 75}]
# One that every language must refuse in the same way.
REFUSED = {"source": "photo.jpg", "options": "width=0"}


def jobs() -> list[dict]:
    """At least sixty combinations of picture and options."""
    listed = [{"source": source, "options": options} for source in SOURCES for options in OPTIONS]
    listed += [{"source": source, "options": f"polish {json.dumps(options)}"} for source in POLISHED for options in POLISH]
    return [{**job, "source": str(IMAGES / job["source"])} for job in [*listed, REFUSED]]


def polishing(options: str) -> dict | None:
    """The options of a polish, or nothing for a render."""
    verb, _, asked = options.partition(" ")
    return json.loads(asked) if verb == "polish" else None


def cli_arguments(options: str) -> list[str]:
    """The verb and the flags of the command line."""
    asked = polishing(options)
    if asked is None:
        return ["render", options]
    flags = ["--lossy"] if asked.get("mode") == "lossy" else []
    flags += [f"--{name}" for name in ("webp", "avif") if asked.get(name)]
    return ["polish", *flags, *(["--floor", str(asked["floor"])] if "floor" in asked else [])]


def python_line(job: dict) -> str:
    source, asked = pathlib.Path(job["source"]).read_bytes(), polishing(job["options"])
    try:
        made = safelight.render(source, job["options"]) if asked is None else safelight.polish(source, **asked)
        return hashlib.sha256(bytes(made)).hexdigest()
    except safelight.SafelightError as error:
        return error.kind


def program_line(command: list[str], job: dict, folder: pathlib.Path) -> str:
    """A program that takes IN OUT behind its arguments and says the kind of an error with its exit status."""
    out = folder / "out"
    out.unlink(missing_ok=True)
    done = subprocess.run([*command, job["source"], str(out)], capture_output=True, text=True, check=False)
    return hashlib.sha256(out.read_bytes()).hexdigest() if done.returncode == 0 else "INVALID" if "expected 1 to 20000" in done.stderr else done.stderr


def lines(command: list[str], **keywords) -> list[str]:
    return subprocess.check_output(command, text=True, **keywords).split()


def build_c(release: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The C renderer, linked with the shared library."""
    program = folder / "render_c"
    source = TOP / "tests/c/render_cli.c"
    subprocess.check_call(["cc", "-std=c11", f"-I{TOP}/include", str(source), "-o", str(program), f"-L{release}", "-lsafelight", f"-Wl,-rpath,{release}"])
    return program


def build_go(folder: pathlib.Path) -> pathlib.Path:
    """The Go program; built anew, as `go run` does not see a changed static library."""
    program = folder / "same_go"
    subprocess.check_call(["go", "build", "-o", str(program), "."], cwd=HERE / "go", env={**os.environ, "GOFLAGS": "-mod=mod"})
    return program


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", required=True, type=pathlib.Path)
    release = parser.parse_args().release.resolve()
    listed = jobs()
    subprocess.check_call(["cargo", "build", "--quiet", "--locked", "--release", "--workspace", "--examples"], cwd=TOP)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        text = folder / "jobs.json"
        text.write_text(json.dumps(listed))
        c = build_c(release, folder)
        hashes = str(release / "examples/hashes")
        answers = {
            "rust, 1 thread": lines([hashes, str(text), "1"]),
            "rust, 4 threads": lines([hashes, str(text), "4"]),
            "python": [python_line(job) for job in listed],
            "node": lines(["node", str(HERE / "node.mjs"), str(text)]),
            "go": lines([str(build_go(folder)), str(text)]),
            "c": [program_line([str(c), job["options"]], job, folder) for job in listed],
            "cli": [program_line([str(release / "safelight"), *cli_arguments(job["options"])], job, folder) for job in listed],
        }
    return report(listed, answers)


def report(listed: list[dict], answers: dict[str, list[str]]) -> int:
    """Every language against Rust; a job that failed everywhere counts as a failure, but for the refused one."""
    truth = answers["rust, 1 thread"]
    failed = [f"{job} gave {answer}" for job, answer in zip(listed[:-1], truth) if len(answer) != 64]
    if truth[-1] != "INVALID":
        failed.append(f"{listed[-1]} gave {truth[-1]}")
    for language, answer in answers.items():
        if len(answer) != len(truth):
            failed.append(f"{language}: {len(answer)} answers for {len(truth)} jobs")
        failed += [f"{language}: {job}: {theirs} instead of {ours}" for job, ours, theirs in zip(listed, truth, answer) if ours != theirs]
    print("\n".join(failed))
    print(f"{len(listed)} jobs in {', '.join(answers)}")
    print(f"same: {len(listed) * len(answers) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


sys.exit(main())
