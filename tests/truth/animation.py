"""Frames, times and plays of animations against a second decoder's.

Our side is a render to animated PNG, which loses nothing, read back by Pillow: so both our
decoder and our encoder are in it. Where equal neighbours were joined on the way, frames are
compared at the middle of each of the second decoder's.
"""

import io
import pathlib
import re
import subprocess

import numpy
from PIL import Image, ImageSequence

import safelight

# Mean and largest difference of a channel, in levels, weighted by opacity.
TOLERANCE = {"png": (0.02, 2), "gif": (0.01, 0), "webp": (0.6, 24), "avif": (1.0, 40)}


def frames_of(data: bytes) -> tuple[list[numpy.ndarray], list[float], int | None]:
    """Pixels and milliseconds of every frame, and the number of plays that the file says."""
    with Image.open(io.BytesIO(data)) as image:
        frames, times = [], []
        for frame in ImageSequence.Iterator(image):
            frame.load()
            frames.append(numpy.asarray(frame.convert("RGBA"), dtype=numpy.float64))
            times.append(float(frame.info.get("duration") or 0))
        if image.format == "PNG" and image.info.get("default_image"):
            frames, times = frames[1:], times[1:]
        return frames, times, plays(image, data)


def plays(image: Image.Image, data: bytes) -> int | None:
    """How often it plays in our terms; None when the second decoder does not say."""
    loop = image.info.get("loop")
    if image.format == "GIF":
        return 1 if loop is None else loop and loop + 1
    if image.format == "AVIF":
        done = subprocess.run(["avifdec", "--info", "/dev/stdin"], input=data, capture_output=True, check=False)
        found = re.search(rb"Repeat Count\s*:\s*(\w+)", done.stdout)
        return None if not found else int(found[1]) + 1 if found[1].isdigit() else 0
    return loop


def expected_times(kind: str, times: list[float]) -> list[float]:
    """Browsers show GIF frames of 0 and 1 hundredths for a tenth of a second, and so do we."""
    return [100.0 if time <= 10 else time for time in times] if kind == "gif" else times


def compare(ours: numpy.ndarray, theirs: numpy.ndarray) -> tuple[float, float]:
    """Mean and largest difference; colour is weighted by opacity."""
    visible = numpy.minimum(ours[..., 3:], theirs[..., 3:]) / 255
    apart = numpy.abs(ours - theirs)
    apart[..., :3] *= visible
    return float(apart.mean()), float(apart.max())


def at(frames: list[numpy.ndarray], times: list[float], moment: float) -> numpy.ndarray:
    """The frame that is shown at `moment`."""
    for frame, time in zip(frames, times, strict=True):
        if moment < time:
            return frame
        moment -= time
    return frames[-1]


def pairs(ours: list[numpy.ndarray], our_times: list[float], theirs: list[numpy.ndarray], their_times: list[float]):  # noqa: ANN201
    """Frames that must look alike."""
    if len(ours) == len(theirs):
        yield from zip(ours, theirs, strict=True)
        return
    start = 0.0
    for frame, time in zip(theirs, their_times, strict=True):
        if time > 0:
            yield at(ours, our_times, start + time / 2), frame
        start += time


def check(path: pathlib.Path) -> tuple[str, str]:
    """Verdict and detail of one file."""
    data = path.read_bytes()
    probe = safelight.probe(data)
    kind = probe["format"]
    if probe["profile"] != "srgb":
        return "skipped", "the second decoder does not convert colours of frames"
    try:
        theirs, their_times, their_plays = frames_of(data)
    except Exception as error:  # noqa: BLE001  (any refusal of the second decoder only means: no comparison)
        return "skipped", f"the second decoder refuses it: {error}"
    their_times = expected_times(kind, their_times)
    ours, our_times, _ = frames_of(bytes(safelight.render(data, "format=png")))
    if probe["frames"] != len(theirs):
        return "failed", f"{probe['frames']} frames, second decoder {len(theirs)}"
    if their_plays is not None and probe["loops"] != their_plays:
        return "failed", f"plays {probe['loops']} times, second decoder {their_plays}"
    if abs(sum(our_times) - sum(their_times)) > 1 or abs(probe["duration"] - sum(their_times)) > 1:
        return "failed", f"{sum(our_times)} and {probe['duration']} ms, second decoder {sum(their_times)}"
    if len(ours) == len(theirs) and any(abs(a - b) > 1 for a, b in zip(our_times, their_times, strict=True)):
        return "failed", f"times {our_times}, second decoder {their_times}"
    sizes = {frame.shape for frame in (*ours, *theirs)}
    if len(sizes) > 1:
        return "failed", f"sizes {sorted(sizes)}"
    found = [compare(*pair) for pair in pairs(ours, our_times, theirs, their_times)]
    mean, largest = max(mean for mean, _ in found), max(largest for _, largest in found)
    limit, peak = TOLERANCE[kind]
    detail = f"{kind} {len(theirs)} frames, worst mean {mean:.3f} (≤ {limit}) largest {largest:.0f} (≤ {peak})"
    return ("passed" if mean <= limit and largest <= peak else "failed"), detail
