"""Polish measured: bytes beside other tools, pixels compared, scores equal. Called by run.sh.

Sections, all of them unless --only names some:
  lossless  files of the folder beside jpegtran, oxipng, cwebp and sharp, where the pixels stay
  lossy     pictures beside sharp and cwebp at the score that polish has reached
  larger    every file of the folder in every mode: none may be larger, lossless ones are decoded
  headline  WebP and AVIF beside JPEG of the same score, on photographs
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile

import tools
from sections import headline, larger, lossless, lossy

SECTIONS = {"lossless": lossless, "lossy": lossy, "larger": larger, "headline": headline}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", required=True, type=pathlib.Path)
    parser.add_argument("--pictures", required=True, type=pathlib.Path)
    parser.add_argument("--only", default=",".join(SECTIONS))
    parser.add_argument("--qualities", default="60,80,90", help="of the JPEG in the headline")
    parser.add_argument("--most", type=int, default=tools.LARGEST, help="pixels of a picture in `lossy`")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="files at once in `lossy` and `larger`")
    arguments = parser.parse_args()
    found = {name: shutil.which(name) for name in ("jpegtran", "cwebp")}
    print("tools:", ", ".join(f"{name} {tools.version(name) if path else 'NOT FOUND'}" for name, path in found.items()))
    print("      ", tools.libraries())
    failures = 0
    with tempfile.TemporaryDirectory() as work:
        bench = tools.Bench(arguments.release, arguments.pictures, pathlib.Path(work))
        bench.qualities = [int(quality) for quality in arguments.qualities.split(",")]
        bench.most = arguments.most
        bench.jobs = arguments.jobs
        for name in arguments.only.split(","):
            failures += SECTIONS[name](bench)
    print(f"polish: {failures} failures")
    return 1 if failures else 0


sys.exit(main())
