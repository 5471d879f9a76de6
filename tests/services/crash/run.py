"""Ends a folder's service by `kill -9` again and again, and checks what is there afterwards.

Usage: run.py WORKER [--kills N] [--lanes N] [--seed N] [--keep]

WORKER is the example `crash_worker`: it opens a folder, tells all that is there, and works on it
until it is killed. Here are the books: what was acknowledged, and what was under way when it was
killed and so may have happened or not. After each opening:

- every acknowledged image is there with its bytes and its row, every removed one is gone;
- every variant is as it was acknowledged;
- no result is answered that was purged, and none that is not exactly what was kept;
- no file is there without a row, and no file of an unfinished write.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from books import Books, self_check

ACTORS = 3
# Seconds for which it works before it is killed, at most.
LIFE = 0.08
# Share of lives that end while the folder is still being opened.
EARLY = 0.15
RESULT_BYTES = 1 << 20


class Life:
    """One run of the worker, from its opening to its end."""

    def __init__(self, worker, folder, seed):
        command = [worker, str(folder), str(seed), str(ACTORS)]
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.lines = []
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            # The kill may cut the last line.
            if not line.endswith("\n"):
                break
            told = json.loads(line)
            self.lines.append(told)
            if told["at"] == "ready":
                self.ready.set()
        self.ready.set()

    def is_ready(self):
        return any(line["at"] == "ready" for line in self.lines)

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def end(self):
        """Kills it, reads what it had said, and gives the lines."""
        self.process.kill()
        self.process.wait()
        self.reader.join()
        said = self.process.stderr.read()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        if said:
            raise SystemExit(f"the worker complained: {said}")
        return self.lines


class Lane:
    """One folder and its lives, one after the other."""

    def __init__(self, worker, folder, kills, seed):
        self.worker, self.folder, self.kills, self.seed = worker, folder, kills, seed
        self.dice = random.Random(seed)
        self.books = Books()
        self.early = self.openings = 0
        self.opening = 0.05
        self.slowest = 0.0

    def run(self):
        for number in range(self.kills):
            self.live(number)
            if self.books.wrong:
                return
        life = Life(self.worker, self.folder, 0)
        life.ready.wait()
        self.check(life)
        life.end()

    def live(self, number):
        life = Life(self.worker, self.folder, self.seed * 1_000_003 + number)
        if self.dice.random() < EARLY:
            time.sleep(self.dice.random() * self.opening)
            if not life.is_ready():
                self.early += 1
                life.end()
                return
        life.ready.wait()
        self.check(life)
        if self.books.wrong:
            life.end()
            return
        at = len(life.lines)
        life.go()
        time.sleep(self.dice.random() * LIFE)
        self.books.follow(life.end()[at:])

    def check(self, life):
        took = time.monotonic() - life.started
        self.opening, self.slowest = took, max(self.slowest, took)
        self.openings += 1
        if not life.is_ready():
            self.books.fault("lost", f"the folder does not open: {life.process.stderr.read()}")
            return
        lines = list(life.lines)
        self.books.check(lines)
        usage = next(line for line in lines if line["at"] == "usage")
        keys = {line["key"] for line in lines if line["at"] == "image"}
        for fault in left_over(self.folder, keys, usage):
            self.books.fault("leaked", fault)


def left_over(folder, keys, usage):
    """What lies in the folder although nothing needs it."""
    originals = folder / "originals"
    for path in (originals / "incoming").iterdir():
        yield f"an unfinished original: {path.name}"
    held = {path.name for path in originals.glob("??/*")}
    for name in held ^ keys:
        yield f"an original without a row, or a row without one: {name}"
    results = list((folder / "results").iterdir())
    size = sum(path.stat().st_size for path in results)
    if (len(results), size) != (usage["files"], usage["bytes"]) or size > RESULT_BYTES:
        yield f"{len(results)} results with {size} bytes, known are {usage}"
    known = {"originals", "results", "catalog.db", "catalog.db-wal", "catalog.db-shm"}
    for path in folder.iterdir():
        if path.name not in known:
            yield f"an unknown file: {path.name}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("worker")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    self_check()
    work = Path(tempfile.mkdtemp(prefix="safelight-crash-"))
    share = -(-chosen.kills // chosen.lanes)
    lanes = []
    for number in range(chosen.lanes):
        folder = work / str(number)
        folder.mkdir()
        kills = min(share, chosen.kills - number * share)
        lanes.append(Lane(chosen.worker, folder, kills, chosen.seed * 100 + number))
    start = time.monotonic()
    threads = [threading.Thread(target=lane.run) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = report(lanes, chosen, time.monotonic() - start)
    if chosen.keep or failed:
        print(f"kept {work}")
    else:
        shutil.rmtree(work)
    sys.exit(failed)


def report(lanes, chosen, took):
    books = [lane.books for lane in lanes]
    total = {}
    for one in books:
        for name, number in one.counts.items():
            total[name] = total.get(name, 0) + number
    kinds = ("lost", "torn", "stale", "leaked", "failed")
    faults = {kind: sum(one.kinds[kind] for one in books) for kind in kinds}
    early, openings = sum(lane.early for lane in lanes), sum(lane.openings for lane in lanes)
    ended = early + openings - len(lanes)
    print(f"seed {chosen.seed}: {ended} kills in {took:.0f} s, {early} of them while opening")
    print("acknowledged:", ", ".join(f"{number} {name}" for name, number in sorted(total.items())))
    slowest = max(lane.slowest for lane in lanes)
    print(f"slowest opening with its check {slowest * 1000:.0f} ms")
    print("faults:", ", ".join(f"{number} {kind}" for kind, number in faults.items()))
    for one in books:
        for fault in one.wrong[:10]:
            print("  ", fault)
    # A run that did nothing would show nothing.
    needed = ("upload", "update", "delete", "purge", "variant", "cut", "answered", "purged")
    idle = [name for name in needed if chosen.kills >= 100 and not total.get(name)]
    if idle or ended < chosen.kills:
        print(f"too little happened: {ended} kills, none of {idle}")
    return any(faults.values()) or bool(idle) or ended < chosen.kills


if __name__ == "__main__":
    main()
