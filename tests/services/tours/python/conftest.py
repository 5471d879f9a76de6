"""Where the tour goes, and small helpers. The environment is set by ../run.sh."""

import hashlib
import hmac
import os
import pathlib
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import NamedTuple

import pytest
from cloudflare import Cloudflare

IMAGES = pathlib.Path(__file__).parents[3] / "images"


class Shown(NamedTuple):
    """What a visitor is shown."""

    status: int
    headers: dict
    body: bytes

    @property
    def size(self):
        """Width and height of a PNG."""
        return struct.unpack(">II", self.body[16:24])

    @property
    def kept(self):
        """Whether the answer was kept from before."""
        return self.headers["cf-resized"].startswith("internal=ram")


class Place:
    """The server and the account, and the SDK, unchanged but for its base URL."""

    server = os.environ["SERVER_URL"]
    origin = os.environ["ORIGIN_URL"]
    hash = os.environ["ACCOUNT_HASH"]
    account = os.environ["ACCOUNT_ID"]
    zone = os.environ["ZONE_ID"]
    # Ids of one run are its own, so that tours may share a server.
    run = f"python-{time.time_ns() // 1_000_000:x}"

    def __init__(self):
        self.client = Cloudflare(api_token=os.environ["API_TOKEN"], base_url=f"{self.server}/client/v4")

    @staticmethod
    def bytes_of(name):
        return (IMAGES / name).read_bytes()

    def create(self, name="photo.jpg", **more):
        file = (name, self.bytes_of(name), "image/*")
        return self.client.images.v1.create(account_id=self.account, file=file, **more)

    @staticmethod
    def show(url, accept="image/png,*/*", data=None, headers=None):
        request = urllib.request.Request(url, data=data, headers={"accept": accept, **(headers or {})})
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Shown(answer.status, headers, answer.read())

    @staticmethod
    def sign(url, key, seconds=600):
        """Signs a link as the documentation of private images shows it."""
        path = urllib.parse.urlsplit(url).path
        text = f"{path}?exp={int(time.time()) + seconds}"
        sig = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
        return f"{url}?{text.split('?')[1]}&sig={sig}"


def link_of(image, variant="public"):
    """The link to an image's variant."""
    return next(url for url in image.variants if url.endswith(f"/{variant}"))


@pytest.fixture(scope="session")
def place():
    return Place()


@pytest.fixture(scope="session")
def v1(place):
    return place.client.images.v1


@pytest.fixture(scope="session")
def v2(place):
    return place.client.images.v2
