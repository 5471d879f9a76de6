"""The GIL, threads, cancelling, forks, memory."""

import concurrent.futures
import multiprocessing
import os
import pathlib
import subprocess
import sys
import threading

import pytest
import safelight

# Seconds of work on a small source.
HEAVY = {"width": 3000, "height": 3000, "fit": "cover", "blur": 250, "format": "avif", "quality": 90}
PATIENT = {"memory": 4 << 30, "time_ms": 120_000, "avif_side": 4000}

WRITER_AND_READER = """
import os, pathlib, sys, threading, safelight
pipe, photo = map(pathlib.Path, sys.argv[1:])
os.mkfifo(pipe)
results = []
thread = threading.Thread(target=lambda: results.append(safelight.render(pipe, width=16)))
thread.start()
pipe.write_bytes(photo.read_bytes())
thread.join()
assert results[0].width == 16
"""


def test_the_gil_is_released_while_core_works(tmp_path: pathlib.Path, photo_path: pathlib.Path) -> None:
    # The render waits inside the library for a pipe that only another Python thread can fill.
    command = [sys.executable, "-c", WRITER_AND_READER, tmp_path / "pipe", photo_path]
    subprocess.run(command, check=True, timeout=60)


def test_a_render_is_cancelled_from_another_thread(photo: bytes) -> None:
    engine = safelight.Engine(PATIENT)
    token = safelight.CancelToken()
    timer = threading.Timer(0.05, token.cancel)
    timer.start()
    with pytest.raises(safelight.CancelledError):
        engine.render(photo, HEAVY, cancel=token)
    assert token.cancelled


def test_a_cancelled_token_stays_cancelled(photo: bytes) -> None:
    token = safelight.CancelToken()
    token.cancel()
    assert repr(token) == "CancelToken(cancelled=True)"
    for _ in range(2):
        with pytest.raises(safelight.CancelledError):
            safelight.render(photo, width=16, cancel=token)


def test_a_deadline_ends_work_that_runs(photo: bytes) -> None:
    with pytest.raises(safelight.TimeoutError):
        safelight.Engine(PATIENT).render(photo, HEAVY, timeout=0.05)


def test_many_threads_share_one_engine(photo: bytes, alpha: bytes) -> None:
    engine = safelight.Engine()
    expected = [engine.render(data, "width=48,format=webp").data for data in (photo, alpha)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(engine.render, (photo, alpha)[i % 2], "width=48,format=webp") for i in range(64)]
        assert all(job.result().data == expected[i % 2] for i, job in enumerate(jobs))


def _render(data: bytes) -> bytes:
    return safelight.render(data, "width=48,format=webp").data


def test_a_forked_child_renders_after_its_parent_has(photo: bytes) -> None:
    expected = _render(photo)
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert set(pool.map_async(_render, [photo] * 32).get(timeout=60)) == {expected}


def _resident() -> int:
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads /proc")
def test_a_thousand_renders_leave_memory_flat(photo: bytes) -> None:
    def run(count: int) -> None:
        for _ in range(count):
            assert len(safelight.render(bytearray(photo), "width=160,format=png")) > 10_000
            with pytest.raises(safelight.MalformedError):
                safelight.render(photo[:400], "width=160")

    run(100)
    before = _resident()
    run(1000)
    # A leak of the input alone would be 10 MB, of the results 15 MB or more.
    assert _resident() - before < 4 << 20
