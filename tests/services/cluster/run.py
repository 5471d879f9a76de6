"""Nodes on one database and one store of originals, worked on at random while nodes are killed
and connections of the database are cut.

Usage: run.py NODE [--nodes N] [--operations N] [--actors N] [--seed N] [--keep]

NODE is the example `node`. SAFELIGHT_POSTGRES is the URL of a database; SAFELIGHT_BUCKET that of a
bucket, without which nodes share a folder. Actors change images, a variant and sources of their
own on any node, and know what was acknowledged; after each change they ask one node, or all,
whether it is seen. Readers ask all the time. Somebody kills nodes, starts them again, and ends
connections of the database. In the end every node must have every image with its bytes.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from actor import IMAGES, Actor, wrong_source
from nodes import ACCOUNT, HASH, TOKEN, Cluster, Node, Origin, Unanswered, look_at

LISTENERS = "query ILIKE 'listen%'"
EVERYBODY = "pid <> pg_backend_pid()"


class Left:
    """Operations that are left to do."""

    def __init__(self, most):
        self.most, self.lock = most, threading.Lock()

    def take(self):
        with self.lock:
            self.most -= 1
            return self.most >= 0


class Trouble(threading.Thread):
    """Kills nodes, starts them again, and ends connections of the database."""

    def __init__(self, cluster, database, seed):
        super().__init__(daemon=True)
        self.cluster, self.database = cluster, database
        self.dice = random.Random(seed)
        self.over = threading.Event()
        self.counts = Counter()

    def run(self):
        # A short run, too, shows both of these.
        first = [self.cut_listeners, self.kill_node]
        while not self.over.wait(self.dice.uniform(0.5, 2.5)):
            any_of_them = self.dice.choices([self.kill_node, self.cut_listeners, self.cut_all], [5, 3, 2])[0]
            (first.pop() if first else any_of_them)()

    def kill_node(self):
        node = self.dice.choice(self.cluster.nodes)
        node.kill()
        self.counts["nodes killed"] += 1
        # Shorter or longer than a lease.
        self.over.wait(self.dice.uniform(0, 2.5))
        node.start()

    def cut_listeners(self):
        self.counts["listening connections cut"] += self.cut(LISTENERS)

    def cut_all(self):
        self.counts["other connections cut"] += self.cut(EVERYBODY)

    def cut(self, which):
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            f"WHERE datname = current_database() AND {which} AND pid <> pg_backend_pid()"
        )
        told = subprocess.run(
            ["psql", self.database, "-Atc", query], capture_output=True, text=True, check=True
        )
        return int(told.stdout)


class Reader(threading.Thread):
    """Asks for pictures all the time, also in the middle of changes."""

    def __init__(self, actors, seed):
        super().__init__(daemon=True)
        self.actors = actors
        self.dice = random.Random(seed)
        self.over = threading.Event()
        self.faults, self.counts = [], Counter()

    def run(self):
        while not self.over.wait(0.01):
            actor = self.dice.choice(self.actors)
            try:
                wrong = self.read_source(actor) if self.dice.random() < 0.5 else self.read_image(actor)
            except Unanswered:
                self.counts["reader not answered"] += 1
                continue
            except Exception as error:  # a fault of the test must not pass for silence
                wrong = repr(error)
            if wrong:
                self.faults.append(("stale", f"a reader: {wrong}"))

    def ask(self, actor, target):
        ports = actor.cluster.ports()
        answer = actor.cluster.ask(self.dice.choice(ports), "GET", target) if ports else (503, {}, b"")
        if answer[0] >= 500:
            raise Unanswered(answer[0])
        self.counts["reader's readings"] += 1
        return answer

    def read_source(self, actor):
        source = self.dice.choice(actor.sources)
        floor = source.floor
        status, _, body = self.ask(actor, source.target())
        seen = look_at(body) if status == 200 else (status, body[:200])
        return wrong_source(source, floor, seen)

    def read_image(self, actor):
        epoch, width = actor.epoch, actor.width
        image = self.dice.choice(actor.images)
        if image is None or epoch % 2:
            return None
        answer = self.ask(actor, actor.address(image))
        # Only what did not change meanwhile is known.
        if actor.epoch != epoch or image not in actor.images or actor.width != width:
            return None
        return actor.wrong_delivery(answer, image, width)


def configuration(work, number, origin, chosen):
    bucket = os.environ.get("SAFELIGHT_BUCKET")
    results = {"memory": 1 << 20, "disk": 16 << 20}
    if bucket and chosen.shared_results:
        results = {"memory": 1 << 20, "disk": 0, "bucket": f"{bucket.replace('?', '-results?', 1)}"}
    return {
        "folder": str(work / f"state-{number}"),
        "catalog": os.environ["SAFELIGHT_POSTGRES"],
        "originals": bucket or f"file:{work / 'originals'}",
        "results": results,
        "account": {"id": ACCOUNT, "hash": HASH},
        "admin_token": TOKEN,
        "sources": {"http": True, "allowed_origins": [origin.host], "networks": ["127.0.0.0/8"]},
        "workers": 2,
        "lease_ms": 1000,
    }


def key_of(cluster):
    """The signing key of the account, whose custom ids may be private."""
    port = cluster.ports()[0]
    status, told = cluster.rest(port, "PATCH", f"{IMAGES}/v1/config", {"private_custom_ids": True})
    assert status == 200, told
    status, told = cluster.rest(port, "GET", f"{IMAGES}/v1/keys")
    assert status == 200, told
    return told["keys"][0]["value"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("node")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--operations", type=int, default=1500)
    parser.add_argument("--actors", type=int, default=6)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--calm", action="store_true", help="without kills and cuts")
    parser.add_argument("--shared-results", action="store_true", help="results in the bucket")
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="safelight-cluster-"))
    origin = Origin()
    nodes = [
        Node(chosen.node, work / f"node-{number}", configuration(work, number, origin, chosen))
        for number in range(chosen.nodes)
    ]
    try:
        for node in nodes:
            node.start()
        failed = run(Cluster(nodes), origin, chosen)
    finally:
        for node in nodes:
            if node.port:
                node.kill()
    if chosen.keep or failed:
        print(f"kept {work}")
    else:
        shutil.rmtree(work)
    sys.exit(failed)


def run(cluster, origin, chosen):
    key = key_of(cluster)
    actors = [
        Actor(number, cluster, origin, key, chosen.seed * 100 + number)
        for number in range(chosen.actors)
    ]
    left = Left(chosen.operations)
    threads = [threading.Thread(target=worked, args=(actor, left)) for actor in actors]
    trouble = Trouble(cluster, os.environ["SAFELIGHT_POSTGRES"], chosen.seed)
    readers = [Reader(actors, chosen.seed * 7 + number) for number in range(2)]
    start = time.monotonic()
    for thread in [*threads, *readers, *([] if chosen.calm else [trouble])]:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - start
    for thread in [*readers, *([] if chosen.calm else [trouble])]:
        thread.over.set()
        thread.join()
    for actor in actors:
        actor.look_at_all()
    return report(actors, readers, trouble, chosen, took)


def worked(actor, left):
    try:
        actor.work(left)
    except BaseException as error:  # an actor that is gone must not pass for one that is done
        actor.fault("failed", repr(error))
        raise


def report(actors, readers, trouble, chosen, took):
    counts = sum((one.counts for one in [*actors, *readers, trouble]), Counter())
    faults = [fault for one in [*actors, *readers] for fault in one.faults]
    work = ("upload", "delete", "replace", "change_access", "change_note", "change_variant", "purge", "deliver")
    done = sum(counts[name] for name in work)
    waits = sorted(wait for actor in actors for wait in actor.waits)
    print(f"seed {chosen.seed}: {chosen.nodes} nodes, {done} operations in {took:.0f} s")
    print(", ".join(f"{number} {name}" for name, number in sorted(counts.items())))
    print(
        f"an acknowledgement took {statistics.median(waits) * 1000:.0f} ms, "
        f"99 of 100 less than {waits[len(waits) * 99 // 100] * 1000:.0f} ms, at most {waits[-1] * 1000:.0f} ms"
    )
    kinds = Counter(kind for kind, _ in faults)
    print("faults:", ", ".join(f"{kinds[kind]} {kind}" for kind in ("lost", "stale", "refused", "failed")))
    for kind, fault in faults[:20]:
        print("  ", kind, fault)
    quiet = not chosen.calm and not (counts["nodes killed"] and counts["listening connections cut"])
    if quiet:
        print("too little happened: no node was killed, or no listening connection was cut")
    return bool(faults) or quiet or done < chosen.operations


if __name__ == "__main__":
    main()
