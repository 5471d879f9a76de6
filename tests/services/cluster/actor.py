"""Actors: each works on images, a variant and sources of its own, on any node, and knows exactly
what every node must answer after each acknowledged change."""

import hashlib
import hmac
import json
import random
import time
from collections import Counter

from nodes import ACCOUNT, HASH, TOKEN, Unanswered, form, look_at, picture, until_answered

IMAGES = f"/accounts/{ACCOUNT}/images"
PURGE = f"/zones/{ACCOUNT}/purge_cache"
SLOTS, SOURCES = 6, 3
# How long after a killed request the database may still make its change, in seconds.
GRACE = 2.5
WIDTH = 16


class Source:
    """A picture on the origin. Its colour tells its version."""

    def __init__(self, origin, actor, number):
        self.path = f"/a{actor}/{number}.png"
        self.tag = f"source-{actor}-{number}"
        self.address = f"{origin.host}{self.path}"
        self.first = actor * 16 + number
        self.version = 0
        # No answer may be older than this.
        self.floor = 0
        origin.sources[self.path] = self

    def colour(self):
        return (self.first, self.version >> 8, self.version & 255)

    def target(self):
        return f"/cdn-cgi/image/width={WIDTH},format=png/http://{self.address}"


class Image:
    """An image as it was acknowledged."""

    def __init__(self, identifier, colour, private, note):
        self.id, self.colour, self.private, self.note = identifier, colour, private, note

    def changed(self, **what):
        image = Image(self.id, self.colour, self.private, self.note)
        image.__dict__.update(what)
        return image


class Actor:
    def __init__(self, number, cluster, origin, key, seed):
        self.number, self.cluster, self.key = number, cluster, key
        self.dice = random.Random(seed)
        # Another run on the same database is another's.
        self.name = f"v{seed}"
        self.width = None
        self.images = [None] * SLOTS
        self.sources = [Source(origin, number, at) for at in range(SOURCES)]
        self.serial = 0
        # Odd while something changes; grows with each change.
        self.epoch = 0
        self.counts = Counter()
        self.waits = []
        self.faults = []

    def fault(self, kind, what):
        self.faults.append((kind, f"actor {self.number}: {what}"))

    # ------------------------------------------------------------ work

    def work(self, most):
        """Does operations as long as `most` gives one."""
        work = {
            self.upload: 14, self.delete: 6, self.replace: 8, self.change_access: 12,
            self.change_note: 8, self.change_variant: 12, self.purge: 20, self.deliver: 20,
        }
        while most.take() and not self.faults:
            operation = self.dice.choices(list(work), list(work.values()))[0]
            operation()
            self.counts[operation.__name__] += 1

    def change(self, old, new, do):
        """Makes a change of one thing. Gives the state after it: the new one once acknowledged,
        the one that is found where that is not known."""
        self.epoch += 1
        start = time.monotonic()
        try:
            status, result = do()
            self.waits.append(time.monotonic() - start)
            if status >= 400:
                self.fault("refused", f"{status} {result}")
                return old
            return new(result)
        except Unanswered:
            self.counts["not known"] += 1
            time.sleep(GRACE)
            return None
        finally:
            self.epoch += 1

    # ------------------------------------------------------------ images

    def colour(self, slot):
        self.serial += 1
        return (self.number * 16 + slot, self.serial >> 8, self.serial & 255)

    def free(self):
        return [at for at, image in enumerate(self.images) if image is None]

    def used(self, custom=False):
        fits = lambda image: image and (not custom or image.id.startswith("own"))
        return [at for at, image in enumerate(self.images) if fits(image)]

    def upload(self):
        if not self.free():
            return self.delete()
        slot = self.dice.choice(self.free())
        custom = f"own/{self.name}/{slot}" if slot < SLOTS // 2 else None
        self.put(slot, custom, self.dice.random() < 0.3)
        self.look(slot)

    def put(self, slot, custom, private):
        colour, note = self.colour(slot), self.serial
        fields = {
            "creator": self.name,
            "metadata": json.dumps({"slot": slot, "note": note}),
            "requireSignedURLs": str(private).lower(),
        }
        if custom:
            fields["id"] = custom
        body, headers = form(fields, picture(colour))
        image = Image(custom, colour, private, note)
        done = self.change(
            None,
            lambda result: image.changed(id=result["id"]),
            lambda: self.cluster.write("POST", f"{IMAGES}/v1", body, headers),
        )
        self.images[slot] = done or self.found(slot, [None, image])

    def delete(self):
        if not self.used():
            return
        slot = self.dice.choice(self.used())
        self.remove(slot)

    def remove(self, slot):
        old = self.images[slot]
        done = self.change(
            old,
            lambda _: "gone",
            lambda: self.cluster.write("DELETE", f"{IMAGES}/v1/{quoted(old.id)}"),
        )
        self.images[slot] = None if done == "gone" else self.found(slot, [None, old])
        if self.images[slot] is None:
            self.gone(old.id)

    def replace(self):
        """Another picture under the same id: what was made from the old one must not be shown."""
        if not self.used(custom=True):
            return
        slot = self.dice.choice(self.used(custom=True))
        old = self.images[slot]
        self.look(slot)
        self.remove(slot)
        if self.images[slot] is None:
            self.put(slot, old.id, old.private)
            self.look(slot)

    def change_access(self):
        if not self.used():
            return
        slot = self.dice.choice(self.used())
        old = self.images[slot]
        new = old.changed(private=not old.private)
        self.look(slot)
        self.patch(slot, old, new, {"requireSignedURLs": new.private})
        if self.images[slot] and self.images[slot].id != old.id:
            self.gone(old.id)
        self.look(slot)

    def change_note(self):
        if not self.used():
            return
        slot = self.dice.choice(self.used())
        self.serial += 1
        old = self.images[slot]
        new = old.changed(note=self.serial)
        self.patch(slot, old, new, {"metadata": {"slot": slot, "note": new.note}})
        self.look(slot)

    def patch(self, slot, old, new, body):
        done = self.change(
            old,
            lambda result: new.changed(id=result["id"]),
            lambda: self.cluster.write("PATCH", f"{IMAGES}/v1/{quoted(old.id)}", body),
        )
        self.images[slot] = done or self.found(slot, [old, new])

    def found(self, slot, expected):
        """The image of a slot as the catalog has it; it must be one of these."""
        path = f"{IMAGES}/v2?creator={self.name}&per_page=100"
        (_, listed), _ = until_answered(lambda: self.cluster.rest(self.any_port(), "GET", path))
        there = [image for image in listed["images"] if image["meta"]["slot"] == slot]
        if len(there) > 1:
            self.fault("lost", f"two images in slot {slot}: {there}")
        for image in expected:
            if image is None and not there:
                return None
            if image and there:
                seen = (there[0]["meta"]["note"], there[0]["requireSignedURLs"])
                if seen == (image.note, image.private):
                    return image.changed(id=there[0]["id"])
        self.fault("lost", f"slot {slot} has {there}, expected one of {[vars(one) for one in expected if one]}")
        return None

    # ------------------------------------------------------------ what nodes answer

    def any_port(self):
        while not self.cluster.ports():
            time.sleep(0.01)
        return random.choice(self.cluster.ports())

    def somewhere(self):
        """One node, or all of them."""
        ports = self.cluster.ports()
        return ports if self.dice.random() < 0.3 else [random.choice(ports)]

    def get(self, port, target):
        """A reading of one node, or of another one when that is gone."""

        def ask():
            chosen = port if port in self.cluster.ports() else self.any_port()
            return self.cluster.ask(chosen, "GET", target)

        got, again = until_answered(ask)
        self.counts["readings"] += 1
        self.counts["readings again"] += again
        return got

    def row(self, port, identifier):
        def ask():
            chosen = port if port in self.cluster.ports() else self.any_port()
            return self.cluster.rest(chosen, "GET", f"{IMAGES}/v1/{quoted(identifier)}")

        return until_answered(ask)[0]

    def look(self, slot):
        """Every node must show an image as it was acknowledged."""
        image = self.images[slot]
        if image is None or self.faults:
            return
        for port in self.somewhere():
            status, row = self.row(port, image.id)
            if status != 200:
                self.fault("lost", f"{image.id} answers {status} {row}")
            elif (row["meta"]["note"], row["requireSignedURLs"]) != (image.note, image.private):
                self.fault("stale", f"{row} is not {vars(image)}")
            self.look_at_delivery(port, image)

    def look_at_delivery(self, port, image):
        wrong = self.wrong_delivery(self.get(port, self.address(image)), image, self.width)
        if wrong:
            self.fault("stale", wrong)
        if image.private and self.width:
            status, _, body = self.get(port, self.address(image, signed=False))
            if status != 403:
                self.fault("stale", f"private {image.id} answers {status} without a signature")

    def address(self, image, signed=True):
        path = f"/{HASH}/{image.id}/{self.name}"
        if not (image.private and signed):
            return path
        sent = f"{path}?exp={int(time.time()) + 3600}"
        return f"{sent}&sig={hmac.new(self.key.encode(), sent.encode(), hashlib.sha256).hexdigest()}"

    def wrong_delivery(self, answer, image, width):
        status, _, body = answer
        if width is None:
            return None if status in (403, 404) else f"{image.id} in no variant answers {status}"
        if status != 200:
            return f"{image.id}/{self.name} answers {status} {body[:200]!r}"
        seen = look_at(body)
        return None if seen == (width, image.colour) else f"{image.id} is shown as {seen}, not {width, image.colour}"

    def gone(self, identifier):
        """No node may know it any more."""
        if self.faults:
            return
        for port in self.somewhere():
            status, row = self.row(port, identifier)
            shown = self.get(port, f"/{HASH}/{identifier}/{self.name}")[0]
            if status != 404 or shown not in (403, 404):
                self.fault("stale", f"{identifier} is gone, but answers {status} {row} and {shown}")

    # ------------------------------------------------------------ variants

    def change_variant(self):
        old = self.width
        new = None if old and self.dice.random() < 0.3 else self.dice.randrange(8, 40)
        path = f"{IMAGES}/v1/variants"
        body = {"id": self.name, "options": {"fit": "scale-down", "metadata": "none", "width": new}}
        if old is None:
            request = ("POST", path, body)
        elif new is None:
            request = ("DELETE", f"{path}/{self.name}")
        else:
            request = ("PATCH", f"{path}/{self.name}", body)
        done = self.change(old, lambda _: ("is", new), lambda: self.cluster.write(*request))
        self.width = new if done == ("is", new) else self.found_variant([old, new])
        if self.used():
            self.look(self.dice.choice(self.used()))

    def found_variant(self, expected):
        path = f"{IMAGES}/v1/variants"
        (_, found), _ = until_answered(lambda: self.cluster.rest(self.any_port(), "GET", path))
        variant = found["variants"].get(self.name)
        width = variant["options"]["width"] if variant else None
        if width not in expected:
            self.fault("lost", f"variant {self.name} is {variant}, expected one of {expected}")
        return width

    # ------------------------------------------------------------ sources and purges

    def purge(self):
        source = self.dice.choice(self.sources)
        self.show(source)
        source.version += 1
        version = source.version
        body = self.dice.choices(
            [
                {"tags": [source.tag]},
                {"files": [f"http://{source.address}"]},
                {"files": [f"http://cluster.example{source.target()}"]},
                {"prefixes": [source.address.rsplit("/", 1)[0] + "/"]},
                {"hosts": [source.address.split("/")[0]]},
                {"purge_everything": True},
            ],
            [6, 4, 4, 4, 1, 1],
        )[0]
        start = time.monotonic()
        try:
            status, result = self.cluster.write("POST", PURGE, body)
        except Unanswered:
            # Both versions may be shown until the next purge.
            self.counts["not known"] += 1
            return
        self.waits.append(time.monotonic() - start)
        if status != 200:
            self.fault("refused", f"{body}: {status} {result}")
        source.floor = version
        self.show(source, self.somewhere(), body)

    def deliver(self):
        if self.used() and self.dice.random() < 0.5:
            return self.look_at_delivery(self.any_port(), self.images[self.dice.choice(self.used())])
        self.show(self.dice.choice(self.sources))

    def show(self, source, ports=None, why=None):
        for port in ports or [self.any_port()]:
            floor = source.floor
            status, _, body = self.get(port, source.target())
            seen = look_at(body) if status == 200 else (status, body[:200])
            wrong = wrong_source(source, floor, seen)
            if wrong:
                self.fault("stale", f"{wrong} after {why}")

    # ------------------------------------------------------------ at the end

    def look_at_all(self):
        """Each node has every image with its bytes, and nothing else of this actor."""
        for port in self.cluster.ports():
            path = f"{IMAGES}/v2?creator={self.name}&per_page=100"
            _, listed = self.cluster.rest(port, "GET", path)
            there = {image["id"] for image in listed["images"]}
            known = {image.id for image in self.images if image}
            if there != known:
                self.fault("lost", f"listed are {there}, acknowledged are {known}")
            for image in filter(None, self.images):
                target = f"/client/v4{IMAGES}/v1/{quoted(image.id)}/blob"
                headers = {"Authorization": f"Bearer {TOKEN}"}
                status, _, body = self.cluster.ask(port, "GET", target, None, headers)
                if status != 200 or body != picture(image.colour):
                    self.fault("lost", f"the bytes of {image.id}: {status}, {len(body)} bytes")
            for slot in self.used():
                self.look(slot)
            for source in self.sources:
                self.show(source, [port])


def wrong_source(source, floor, seen):
    """Why an answer is not one that may be given after `floor` was acknowledged."""
    if seen[0] != WIDTH or len(seen[1]) != 3 or seen[1][0] != source.first:
        return f"{source.path} answers {seen}"
    version = seen[1][1] * 256 + seen[1][2]
    if floor <= version <= source.version:
        return None
    return f"{source.path} is shown in version {version}, purged up to {floor}"


def quoted(identifier):
    return identifier.replace("/", "%2F")
