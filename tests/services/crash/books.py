"""What must be there after a crash: what was acknowledged, and what may have happened."""

import json
from collections import Counter

ACCOUNT = "0" * 32
# Parts of a row that an upload names itself.
ASKED = ("filename", "creator", "private", "bytes")


def is_about(selector, kept):
    if "tag" in selector:
        return selector["tag"] in kept["tags"]
    if "address" in selector:
        return selector["address"] == kept["address"]
    return kept["address"].startswith(selector["prefix"])


def is_generated(image):
    return len(image) == 36 and image.count("-") == 4


class Books:
    """Follows the lines of a worker, in their order: what is done before another thing begins
    comes before it."""

    def __init__(self):
        self.images = {}
        self.variants = {}
        # Results that may be answered, by key.
        self.kept = {}
        # What each actor has begun and not done.
        self.begun = {}
        self.number = 0
        self.counts = Counter()
        self.kinds = Counter()
        self.wrong = []

    def fault(self, kind, what):
        self.kinds[kind] += 1
        self.wrong.append(f"{kind}: {what}")

    def follow(self, lines):
        """Takes in what a life did."""
        for line in lines:
            self.number += 1
            if line["at"] == "begin":
                self.begun[line["actor"]] = (self.number, line["op"], line["what"])
                if line["op"] == "keep":
                    kept = dict(line["what"], done=None)
                    self.kept.setdefault(kept["key"], []).append(kept)
            elif line["at"] == "done":
                begun, op, asked = self.begun.pop(line["actor"])
                self.counts[op] += 1
                getattr(self, f"_{op}")(begun, asked, line["what"])
            elif line["at"] == "failed":
                self.fault("failed", line)
        self.counts["cut"] += len(self.begun)

    def _upload(self, _, asked, row):
        wrong = self._differs(asked, row)
        if wrong:
            self.fault("torn", f"the answer to {asked} is {row}: {wrong}")
        self.images[row["id"]] = dict(row, sha256=asked["sha256"])

    def _update(self, begun, asked, row):
        old = self.images.pop(asked["id"])
        new = updated(old, asked)
        if row["id"] != old["id"] or row["private"] != old["private"]:
            self._purge(begun, {"tag": f"image:{ACCOUNT}/{old['id']}"}, None)
        if new["private"] != old["private"] and is_generated(old["id"]):
            new["id"] = row["id"]
        if dict(row, sha256=old["sha256"]) != new:
            self.fault("torn", f"the answer to {asked} is {row}, expected {new}")
        self.images[row["id"]] = new

    def _delete(self, begun, asked, _):
        del self.images[asked["id"]]
        self._purge(begun, {"tag": f"image:{ACCOUNT}/{asked['id']}"}, None)

    def _read(self, _, asked, found):
        if found != self.images[asked["id"]]:
            self.fault("torn", f"{asked['id']} reads as {found}")

    def _keep(self, _, asked, __):
        self.kept[asked["key"]][-1]["done"] = self.number

    def _purge(self, begun, selector, _):
        """What was kept before the purge began must not be answered any more."""
        for key, many in self.kept.items():
            left = [
                kept
                for kept in many
                if kept["done"] is None or kept["done"] > begun or not is_about(selector, kept)
            ]
            self.counts["purged"] += len(many) - len(left)
            self.kept[key] = left

    def _variant(self, _, asked, __):
        self.variants[asked["id"]] = asked["options"]

    # ---------------------------------------------------------------- after an opening

    def check(self, lines):
        """Compares all that is there with the books, and takes it for the truth from now on."""
        found = {line["id"]: line for line in lines if line["at"] == "image"}
        count = next(line["images"] for line in lines if line["at"] == "count")
        if count != len(found) or count != sum(line["at"] == "image" for line in lines):
            self.fault("torn", f"{count} images are counted, {len(found)} are listed")
        for image in found.values():
            if not image.pop("same"):
                self.fault("torn", f"{image['id']} is listed with another row than it has")
        cut = [(op, asked) for _, op, asked in self.begun.values()]
        self.images = self._check_images(found, cut)
        self._check_variants(lines, cut)
        self._check_results(lines)
        self.begun = {}

    def _check_images(self, found, cut):
        there = {}
        rows = {name: {k: v for k, v in line.items() if k not in ("at", "key")} for name, line in found.items()}
        for name, row in rows.items():
            if row == self.images.get(name):
                there[name] = row
        gone = set(self.images) - set(there)
        # Whatever is left over must be explained by something that was under way.
        for name in set(rows) - set(there):
            reason = next((why for why in cut if self._explains(why, rows[name], gone)), None)
            if reason is None:
                self.fault("torn", f"{rows[name]} is not what was acknowledged: {self.images.get(name)}")
                continue
            there[name] = rows[name]
            if reason[0] == "update":
                gone.discard(reason[1]["id"])
        for name in gone:
            if not any(op == "delete" and asked["id"] == name for op, asked in cut):
                self.fault("lost", f"{self.images[name]}")
        return there

    def _explains(self, reason, row, gone):
        op, asked = reason
        if op == "upload":
            return not self._differs(asked, row) and row["sha256"] == asked["sha256"]
        if op != "update" or asked["id"] not in gone:
            return False
        new = updated(self.images[asked["id"]], asked)
        if new["private"] != self.images[asked["id"]]["private"] and is_generated(asked["id"]):
            new["id"] = row["id"]
        return row == new

    def _differs(self, asked, row):
        """In what a row is not the one that an upload asked for."""
        wrong = [name for name in ASKED if row[name] != asked[name]]
        if asked["id"] not in (None, row["id"]):
            wrong.append("id")
        if json.loads(row["meta"]) != asked["meta"] or row["draft"] or row["mime"] != "image/png":
            wrong.append("meta, draft or mime")
        return wrong

    def _check_variants(self, lines, cut):
        found = {line["id"]: line["options"] for line in lines if line["at"] == "variant"}
        maybe = {asked["id"]: asked["options"] for op, asked in cut if op == "variant"}
        for name in set(found) | set(self.variants) - {"public"}:
            if name == "public":
                continue
            known = self.variants.get(name)
            if found.get(name) != known and (name not in maybe or found.get(name) != maybe[name]):
                self.fault("lost", f"variant {name} is {found.get(name)}, was {known}")
            self.variants[name] = found.get(name)

    def _check_results(self, lines):
        found = {line["key"]: line["sha256"] for line in lines if line["at"] == "result"}
        for key, digest in found.items():
            fits = [kept for kept in self.kept.get(key, []) if kept["sha256"] == digest]
            if not fits:
                self.fault("stale", f"{key} is answered with {digest}, which was purged or never kept")
            self.counts["answered"] += 1
            self.kept[key] = [dict(kept, done=self.number) for kept in fits[-1:]]
        for key in set(self.kept) - set(found):
            self.kept[key] = []


def updated(old, asked):
    """The row after an update, but for the new id that it may get."""
    new = dict(old)
    if asked["meta"] is not None:
        new["meta"] = json.dumps(asked["meta"], separators=(",", ":"))
    if asked["private"] is not None:
        new["private"] = asked["private"]
    if asked["creator"] is not None:
        new["creator"] = asked["creator"]
    return new


# ---------------------------------------------------------------- can it fail?


def self_check():
    """Books that see no fault would show nothing: each kind is made, and must be seen."""
    asked = {"id": "own", "filename": "f", "creator": "t0/1", "private": False, "bytes": 9}
    asked.update(meta={"n": 1}, sha256="aa")
    row = dict(asked, meta='{"n":1}', draft=False, mime="image/png")
    del row["sha256"]
    kept = {"key": "t0/1", "tags": ["g"], "address": "t0.example/even/1", "sha256": "bb"}
    begin = lambda op, what: {"at": "begin", "actor": "t0", "op": op, "what": what}
    done = lambda what: {"at": "done", "actor": "t0", "what": what}
    upload, keep = [begin("upload", asked), done(row)], [begin("keep", kept), done({})]
    purge = [begin("purge", {"tag": "g"}), done({})]
    image = dict(row, at="image", sha256="aa", same=True)
    result = {"at": "result", "key": "t0/1", "sha256": "bb"}
    count = lambda images: [{"at": "count", "images": images}]
    variant = {"at": "variant", "id": "t0", "options": "width=1"}
    # Two at once: either may be the first.
    other = lambda lines: [dict(line, actor="t1") for line in lines]
    cases = [
        (upload, [image], None),
        (upload, [], "lost"),
        (upload, [dict(image, sha256="cc")], "torn"),
        (upload, [dict(image, meta="{}")], "torn"),
        (upload[:1], [], None),
        (upload[:1], [image], None),
        (upload[:1], [dict(image, sha256="cc")], "torn"),
        (upload + [begin("delete", {"id": "own"})], [], None),
        (upload + [begin("delete", {"id": "own"}), done({})], [image], "torn"),
        ([begin("variant", {"id": "t0", "options": "width=1"})], [variant], None),
        ([begin("variant", {"id": "t0", "options": "width=1"}), done({})], [], "lost"),
        (keep, [result], None),
        (keep, [dict(result, sha256="cc")], "stale"),
        (keep + purge[:1], [result], None),
        (keep + purge, [result], "stale"),
        (keep[:1] + other(purge), [result], None),
        (purge + keep, [result], None),
    ]
    for lines, found, kind in cases:
        books = Books()
        books.follow(lines)
        books.check(count(sum(line["at"] == "image" for line in found)) + [dict(line) for line in found])
        seen = next(iter(books.kinds), None)
        assert seen == kind, f"{lines} and then {found}: {books.wrong}, expected {kind}"
