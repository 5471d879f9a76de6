"""Imports with the command line and looks at what came: run.py SAFELIGHT WORK {s3,azure,gcs,nodes,move} [options].

Each picture must be there exactly once with its bytes, whatever was killed on the way; what cannot be
imported must stand in the log with its reason; memory and speed are told.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing

import stores

MOST_MEMORY = 64 << 20


def say(text):
    print(text, flush=True)


def check(fine, what):
    if not fine:
        raise AssertionError(what)


# ---------------------------------------------------------------- the importing process


class Watch(threading.Thread):
    """The most memory that a process has, beside what it has when it does nothing yet."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.first, self.peak = process, None, 0

    def run(self):
        while self.process.poll() is None:
            held = resident(self.process.pid)
            if held:
                self.first = self.first or held
                self.peak = max(self.peak, held)
            time.sleep(0.02)


def resident(pid):
    """Bytes of a process that lie in memory and belong to it alone, 0 where it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(fields.get("RssAnon", "0 kB").split()[0]) * 1024


def done(folder):
    """Objects that are dealt with, by the journal."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/catalog.db?mode=ro", uri=True, timeout=10)) as catalog:
            row = catalog.execute("SELECT sum(imported + skipped + failed) FROM imports").fetchone()
            return row[0] or 0
    except sqlite3.Error:
        return 0


def import_with_kills(command, folder, total, kills):
    """Runs the command again and again; kills it at so many places. Gives the last progress and memory."""
    places = sorted(random.sample(range(1, max(total, kills + 1)), kills))
    peak, start, killed = 0, time.monotonic(), 0
    while True:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watch = Watch(process)
        watch.start()
        if places:
            place = places.pop(0)
            while process.poll() is None and done(folder) < place:
                time.sleep(0.005)
            if process.poll() is None:
                process.kill()
                process.communicate()
                killed += 1
                peak = max(peak, watch.peak)
                continue
        out, errors = process.communicate()
        check(process.returncode == 0, f"the import ended with {process.returncode}: {errors}{out}")
        peak = max(peak, watch.peak)
        seconds = time.monotonic() - start
        say(f"  killed {killed} times, {seconds:.1f} s in all, memory at most {peak / 2**20:.1f} MiB")
        return json.loads(out), peak


def idle_memory(safelight, folder):
    """What a service that does nothing holds."""
    process = subprocess.Popen(
        [safelight, "serve", "--root", str(folder), "--state", str(folder / "idle"), "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(2)
        return resident(process.pid)
    finally:
        process.terminate()
        process.wait()


def held(folder):
    """Every image of a folder of state: id to the bytes of its file."""
    with closing(sqlite3.connect(f"file:{folder}/catalog.db?mode=ro", uri=True)) as catalog:
        rows = catalog.execute("SELECT id, blob FROM images WHERE expires IS NULL").fetchall()
        notes = catalog.execute("SELECT blob FROM notes").fetchall()
    files = {path.name: path for path in (folder / "originals").glob("??/*")}
    check(len({blob for _, blob in rows}) == len(rows), "two images share a file")
    left = set(files) - {blob for _, blob in rows} - {blob for (blob,) in notes}
    check(not left, f"{len(left)} files belong to no image and have no note")
    return {name: files[blob].read_bytes() for name, blob in rows}


# ---------------------------------------------------------------- stores


def fill(store, objects):
    plain = stores.keys(objects)
    fine, refused = stores.odd_keys()
    unusable = {f"other/{at}.txt": b"no picture" for at in range(5)}
    store.make()
    start = time.monotonic()
    store.fill(plain)
    say(f"  filled with {objects} objects in {time.monotonic() - start:.1f} s")
    kept = {}
    for key, body in (fine | refused | unusable).items():
        status = "stored"
        try:
            store.put(key, body)
            kept[key] = body
        except AssertionError as error:
            status = str(error)[:80]
        if status != "stored":
            say(f"  the store itself does not take {key[:40]!r}: {status}")
    listed = set(store.list("odd/"))
    there = {key: body for key, body in fine.items() if key in listed}
    # What a store lists under another name is that other key.
    return plain | there, sorted(listed - set(there)), [key for key in unusable if key in kept]


def run_store(args, store, source, environment):
    expected, refused, unusable = fill(store, args.objects)
    start = time.monotonic()
    store.list_and_read()
    alone = args.objects / (time.monotonic() - start)
    idle = idle_memory(args.safelight, args.work)
    folder = args.work / f"state-{args.kind}"
    os.environ.update(environment)
    log = args.work / f"{args.kind}.jsonl"
    total = len(expected) + len(refused) + len(unusable)
    command = [args.safelight, "import", *source, "--state", str(folder), "--log", str(log), "--quota", str(total)]

    progress, peak = import_with_kills(command, folder, total, args.kills)
    check(progress["status"] == "completed" and progress["found"] == total, progress)
    images = held(folder)
    missing = set(expected) - set(images)
    check(not missing, f"{len(missing)} are missing: {sorted(missing)[:5]}")
    # A store may have made another key of one, which is an id then.
    extra = set(images) - set(expected)
    check(extra <= set(refused), f"too many: {sorted(extra)[:5]}")
    wrong = [key for key, body in expected.items() if images[key] != body]
    check(not wrong, f"other bytes: {wrong[:5]}")
    lines = {line["key"]: line for line in map(json.loads, log.read_text().strip().split("\n"))}
    check(len(lines) == total, f"the log has {len(lines)} of {total}")
    for key in sorted(set(refused + unusable) - extra):
        check(lines[key]["status"] == "failed" and lines[key]["reason"], lines[key])
        say(f"  {key[:40]!r}: {lines[key]['reason']}")

    again, _ = import_with_kills(command, folder, total, 0)
    check((again["imported"], again["skipped"]) == (0, len(images)), again)
    fresh = args.work / f"speed-{args.kind}"
    command[command.index("--state") + 1] = str(fresh)
    start = time.monotonic()
    import_with_kills(command, fresh, total, 0)
    speed = total / (time.monotonic() - start)
    say(
        f"{args.kind}: {total} objects, each once; import {speed:.0f}/s, the store alone {alone:.0f}/s "
        f"listed and read; memory {peak / 2**20:.1f} MiB, idle {idle / 2**20:.1f} MiB"
    )
    check(peak - idle <= MOST_MEMORY, "too much memory")


# ---------------------------------------------------------------- several nodes


def run_nodes(args):
    """Three processes on one PostgreSQL and one bucket share a job; they are killed in turn."""
    store, plain = stores.S3(os.environ["SAFELIGHT_S3"], "shared"), stores.keys(args.objects)
    store.make()
    store.fill(plain)
    os.environ |= {"SAFELIGHT_SECRETS_KEY": "5a" * 32, "SAFELIGHT_ADMIN_TOKEN": "token-of-the-nodes"}
    place = ["--postgres", os.environ["SAFELIGHT_POSTGRES"], "--bucket", os.environ["SAFELIGHT_BUCKET"]]
    source = ["s3://shared", "--endpoint", os.environ["SAFELIGHT_S3"], "--region", os.environ["AWS_REGION"]]
    command = [args.safelight, "import", *source, *place]
    slow = [*command, "--objects-per-second", str(max(10, args.objects // 30))]

    def begin():
        return subprocess.Popen(slow, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    nodes = [begin()]
    time.sleep(2)
    nodes += [begin(), begin()]
    killed = 0
    for at in range(args.kills):
        time.sleep(1)
        victim = nodes[at % len(nodes)]
        if victim.poll() is None:
            victim.kill()
            victim.communicate()
            killed += 1
            nodes[at % len(nodes)] = begin()
    for node in nodes:
        out, errors = node.communicate()
        check(node.returncode == 0, errors + out)
        progress = json.loads(out)
        told = {name: progress[name] for name in ("status", "found", "imported", "skipped", "failed")}
        expected = {"status": "completed", "found": len(plain), "imported": len(plain), "skipped": 0, "failed": 0}
        # A node that began after the end makes a job of its own, which finds all of it there.
        again = expected | {"imported": 0, "skipped": len(plain)}
        check(told in (expected, again), told)
    served = again_on(args, place)
    try:
        images = served.everything()[1]
    finally:
        served.close()
    check(set(images) == set(plain), f"{len(images)} images of {len(plain)}")
    wrong = [key for key, body in plain.items() if images[key][1] != hashlib.sha256(body).hexdigest()]
    check(not wrong, f"other bytes: {wrong[:5]}")
    say(f"nodes: {len(plain)} objects by three processes, {killed} killed, each once")


def again_on(args, place):
    """A service on the stores of the nodes."""
    served = object.__new__(Served)
    command = [args.safelight, "serve", "--root", str(args.work), *place, "--listen", "127.0.0.1:0"]
    served.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    account = ""
    for line in served.process.stdout:
        if line.startswith("account "):
            account = line.split()[1]
        if line.startswith("open "):
            served.api = f"{line.split()[1].rstrip('/')}/client/v4/accounts/{account}"
            break
    served.token = os.environ["SAFELIGHT_ADMIN_TOKEN"]
    return served


# ---------------------------------------------------------------- a whole account


class Served:
    """A running service with its account and token."""

    def __init__(self, safelight, folder):
        command = [safelight, "serve", "--root", str(folder), "--state", str(folder / "state"), "--listen", "127.0.0.1:0"]
        folder.mkdir()
        self.process = subprocess.Popen(
            [*command, "--allow-http", "--allow-network", "127.0.0.0/8", *self.ports()], stdout=subprocess.PIPE, text=True
        )
        words = {}
        for line in self.process.stdout:
            if line.startswith("account "):
                words["account"] = line.split()[1]
            if line.startswith("admin token "):
                words["token"] = line.split()[2]
            if line.startswith("open "):
                words["url"] = line.split()[1].rstrip("/")
                break
        self.token = words["token"]
        self.api = f"{words['url']}/client/v4/accounts/{words['account']}"

    def ports(self):
        return []

    def ask(self, method, path, body=None, kind="application/json"):
        request = urllib.request.Request(self.api + path, method=method, data=body)
        request.add_header("authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("content-type", kind)
        with urllib.request.urlopen(request, timeout=60) as answer:
            data = answer.read()
            return json.loads(data)["result"] if answer.headers["content-type"].startswith("application/json") else data

    def upload(self, body, **fields):
        parts = [f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
        parts.append(b'--x\r\ncontent-disposition: form-data; name="file"; filename="p.gif"\r\n\r\n' + body + b"\r\n--x--\r\n")
        return self.ask("POST", "/images/v1", b"".join(parts), "multipart/form-data; boundary=x")

    def everything(self):
        """Images with all that is told of them and their bytes, and variants."""
        images, token = {}, ""
        while token is not None:
            page = self.ask("GET", "/images/v2?per_page=1000&sort_order=asc" + (f"&continuation_token={token}" if token else ""))
            for image in page["images"]:
                body = self.ask("GET", f"/images/v1/{stores.quoted(image['id'])}/blob")
                del image["variants"]
                images[image["id"]] = (image, hashlib.sha256(body).hexdigest())
            token = page["continuation_token"]
        return list(images), images, self.ask("GET", "/images/v1/variants")

    def close(self):
        self.process.terminate()
        self.process.wait()


def run_move(args):
    old, new = Served(args.safelight, args.work / "old"), Served(args.safelight, args.work / "new")
    try:
        for at in range(args.objects):
            fields = {"metadata": json.dumps({"number": at}), "creator": f"c{at % 7}"}
            # Two thirds have ids that the service made, a half of those is private.
            if at % 3 == 0:
                fields["id"] = f"own/{at} ü+%.gif"
            elif at % 3 == 1:
                fields["requireSignedURLs"] = "true"
            old.upload(stores.picture(at), **fields)
        for name, options in [("hero", {"width": 300, "fit": "cover", "height": 200}), ("plain", {"width": 50})]:
            body = {"id": name, "options": options, "neverRequireSignedURLs": name == "plain"}
            old.ask("POST", "/images/v1/variants", json.dumps(body).encode())
        os.environ["SAFELIGHT_SOURCE_TOKEN"] = old.token
        new.close()
        state = args.work / "new" / "state"
        start = time.monotonic()
        command = [args.safelight, "import", old.api, "--state", str(state)]
        progress, _ = import_with_kills(command, state, args.objects, 2)
        say(f"  moved in {time.monotonic() - start:.1f} s")
        check(progress["imported"] == args.objects + 2, progress)
        before = old.everything()
        new = Served.again(args.safelight, args.work / "new", new)
        after = new.everything()
        check(before[0] == after[0], "the order of images is another one")
        for name, image in before[1].items():
            check(after[1][name] == image, f"{image} came as {after[1][name]}")
        check(before[2] == after[2], f"variants: {before[2]} came as {after[2]}")
        say(f"move: an account of {args.objects} images and its variants, equal")
    finally:
        old.close()
        new.close()


def again(safelight, folder, before):
    """The same service after its process has ended."""
    served = object.__new__(Served)
    command = [safelight, "serve", "--root", str(folder), "--state", str(folder / "state"), "--listen", "127.0.0.1:0"]
    served.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    url = next(line.split()[1].rstrip("/") for line in served.process.stdout if line.startswith("open "))
    served.token, served.api = before.token, url + before.api[before.api.index("/client") :]
    return served


Served.again = staticmethod(again)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("safelight")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("kind", choices=["s3", "azure", "gcs", "nodes", "move"])
    parser.add_argument("--objects", type=int, default=500)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--port", type=int)
    args = parser.parse_args()
    say(f"--- {args.kind}")
    if args.kind == "s3":
        endpoint = os.environ["SAFELIGHT_S3"]
        source = ["s3://imports", "--endpoint", endpoint, "--region", os.environ["AWS_REGION"]]
        return run_store(args, stores.S3(endpoint, "imports"), source, {})
    if args.kind == "azure":
        endpoint = f"http://127.0.0.1:{args.port}/{stores.AZURE}"
        source = ["az://pics", "--endpoint", endpoint, "--account", stores.AZURE]
        return run_store(args, stores.Azure(args.port), source, {"AZURE_STORAGE_KEY": stores.AZURE_KEY})
    if args.kind == "gcs":
        source = ["gs://pics", "--endpoint", f"http://127.0.0.1:{args.port}"]
        return run_store(args, stores.Gcs(args.port), source, {})
    return run_nodes(args) if args.kind == "nodes" else run_move(args)


if __name__ == "__main__":
    sys.exit(main())
