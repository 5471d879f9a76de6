"""pyvips, one thread: vips.py SOURCE JOB_JSON OUT COUNT prints one JSON line of figures."""

import json
import os
import pathlib
import re
import statistics
import sys
import time

os.environ["VIPS_CONCURRENCY"] = "1"
import pyvips  # noqa: E402  (the thread count is read at import)

pyvips.cache_set_max(0)


def render(data: bytes, job: dict) -> bytes:
    """One resize and encode, with the settings that match the row."""
    if job["width"]:
        image = pyvips.Image.thumbnail_buffer(data, job["width"], height=10_000_000)
    else:
        image = pyvips.Image.new_from_buffer(data, "").autorot()
    if job["format"] == "jpeg":
        progressive = bool(job.get("progressive"))
        return image.write_to_buffer(".jpg", Q=job["quality"], optimize_coding=True, interlace=progressive, strip=True)
    if job["format"] == "webp":
        return image.write_to_buffer(".webp", Q=job["quality"], strip=True)
    return image.write_to_buffer(".avif", Q=job["quality"], effort=job["effort"], strip=True)


def main() -> None:
    source, text, out, count = sys.argv[1:]
    data, job = pathlib.Path(source).read_bytes(), json.loads(text)
    pathlib.Path(out).write_bytes(render(data, job))
    cpu, wall, size = [], [], 0
    for _ in range(int(count)):
        used, start = time.process_time(), time.perf_counter()
        size = len(render(data, job))
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    # Not ru_maxrss: a process inherits that one from whoever started it.
    status = pathlib.Path("/proc/self/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    print(json.dumps({"cpu": statistics.median(cpu), "wall": statistics.median(wall), "peak": peak, "bytes": size}))


main()
