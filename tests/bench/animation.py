"""Memory of a long animation: a GIF of 1,000 frames to WebP and the other animated formats.

Makes the GIF (256×192, photo-like, moving: with 1,000 frames about the largest that the default
limits transform), renders it in a process of its own for each format,
and for a tenth of the frames as well. What counts is the peak of the resident memory above that
of the same process just before: at most 64 MiB for WebP, and hardly more than with few frames.

Usage: animation.py [--frames 1000] [--width 256] [--height 192] [--formats webp,gif,png,avif]
"""

import argparse
import json
import math
import os
import pathlib
import sys
import tempfile
import time

import numpy
from PIL import Image

MIB = 1 << 20
LIMIT = 64


def scene(width: int, height: int, index: int) -> Image.Image:
    """Soft moving colours with a hard-edged ball running over them."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    turn = index / 40
    planes = [
        128 + 100 * numpy.sin(x / 60 + turn) * numpy.cos(y / 50),
        128 + 100 * numpy.cos(x / 80 - y / 70 + turn / 2),
        128 + 100 * numpy.sin((x + y) / 90 - turn),
    ]
    picture = numpy.stack(planes, -1)
    ball = numpy.hypot(x - width * (0.5 + 0.4 * math.cos(turn)), y - height * (0.5 + 0.4 * math.sin(2 * turn))) < height / 9
    picture[ball] = (250, 240, 60)
    return Image.fromarray(picture.clip(0, 255).astype(numpy.uint8), "RGB")


def make_gif(path: pathlib.Path, width: int, height: int, frames: int) -> None:
    """Frames are made one by one, so that this script stays small too."""
    palette = scene(width, height, 0).quantize(128)
    later = (scene(width, height, index).quantize(palette=palette) for index in range(1, frames))
    palette.save(path, save_all=True, append_images=later, duration=40, loop=0, optimize=False)


def resident(field: str) -> int:
    """A field of this process's status, in bytes."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return 0


def measure(path: pathlib.Path, options: str, pixels: int) -> dict:
    """Renders in a child; the growth of its resident memory, its time and its result."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.write(writer, json.dumps(run(path, options, pixels)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        text = stream.read()
    os.waitpid(pid, 0)
    return json.loads(text)


def run(path: pathlib.Path, options: str, pixels: int) -> dict:
    """The child's work."""
    import safelight

    source = path.read_bytes()
    limits = {"animation_pixels": pixels, "animation_transform_pixels": pixels, "time_ms": 0}
    engine = safelight.Engine(limits=limits)
    engine.probe(source)
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    idle, start = resident("VmRSS"), time.monotonic()
    image = engine.render(source, options)
    peak = resident("VmHWM")
    return {
        "mib": (peak - idle) / MIB,
        "seconds": time.monotonic() - start,
        "bytes": len(bytes(image)),
        "frames": image.info["frames"],
        "plan_mib": image.info["memory"] / MIB,
        "source": len(source),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--height", type=int, default=192)
    parser.add_argument("--formats", default="webp,gif,png,avif")
    arguments = parser.parse_args()
    width, height, failed = arguments.width, arguments.height, False
    with tempfile.TemporaryDirectory() as folder:
        for format in arguments.formats.split(","):
            for frames in (arguments.frames // 10, arguments.frames):
                path = pathlib.Path(folder) / f"{frames}.gif"
                if not path.exists():
                    make_gif(path, width, height, frames)
                result = measure(path, f"format={format}", width * height * frames)
                bad = result["mib"] > LIMIT and format == "webp"
                failed |= bad or result["frames"] != frames
                print(
                    f"gif {width}x{height} {result['source']:,} bytes -> {format}: {result['frames']} frames, "
                    f"{result['mib']:.1f} MiB above idle (plan {result['plan_mib']:.1f}), "
                    f"{result['seconds']:.1f} s, {result['bytes']:,} bytes{' TOO MUCH' if bad else ''}",
                    flush=True,
                )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
