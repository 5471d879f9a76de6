"""The stores that pictures are imported from: filled fast, and listed and read as fast as they go."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import sys
import threading
import urllib.parse
import xml.etree.ElementTree
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from email.utils import formatdate

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from bucket import chain  # noqa: E402

THREADS = 8
# The account of every azurite, as its documentation gives it.
AZURE = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def picture(number):
    """A GIF of one pixel whose colour, and so whose bytes, are the number's."""
    return b"GIF89a\1\0\1\0\x80\0\0" + number.to_bytes(6, "big") + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def keys(count):
    """So many plain keys, in folders of a thousand."""
    return {f"pictures/{number // 1000:03}/{number:06}.gif": picture(number) for number in range(count)}


def odd_keys():
    """Keys that are hard to carry: those that are ids, and those that no id can be."""
    fine = ["odd/a b.gif", "odd/a+b.gif", "odd/100%.gif", "odd/a%2Fb.gif", "odd/ü/é漢字🎈.gif", "odd/?x=1&y#z.gif", "odd/'\"<>.gif"]
    fine.append("odd/" + "x" * (1024 - len("odd/.gif")) + ".gif")
    refused = ["odd//double.gif", "odd/./dot.gif", "odd/../up.gif", "odd/folder/"]
    return {key: picture(1_000_000 + at) for at, key in enumerate(fine)}, {
        key: picture(2_000_000 + at) for at, key in enumerate(refused)
    }


class Store:
    """One connection a thread to a store."""

    def __init__(self, port):
        self.port = port
        self.local = threading.local()

    def ask(self, method, path, query=(), body=b"", headers=None):
        """Status and body of a request; the path is encoded."""
        query = sorted(query)
        text = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in query)
        signed = self.signed(method, path, query, body, dict(headers or {}))
        target = f"{path}?{text}" if text else path
        for last in (False, True):
            if not hasattr(self.local, "connection"):
                self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.local.connection.request(method, target, body=body, headers=signed)
                answer = self.local.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError):
                del self.local.connection
                if last:
                    raise

    def signed(self, method, path, query, body, headers):
        return headers

    def expect(self, *asked, **more):
        status, body = self.ask(*asked, **more)
        if status not in (200, 201):
            raise AssertionError(f"{asked[:2]}: {status} {body[:300]!r}")
        return body

    def fill(self, objects):
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda item: self.put(*item), objects.items()))

    def list_and_read(self):
        """All objects below `pictures/`, listed and read by as many threads as the importer has."""
        with ThreadPoolExecutor(THREADS * 2) as pool:
            return sum(len(body) for body in pool.map(self.get, self.list("pictures/")))


def quoted(text):
    return urllib.parse.quote(text, safe="")


class S3(Store):
    def __init__(self, endpoint, bucket):
        super().__init__(urllib.parse.urlsplit(endpoint).port)
        self.bucket = bucket

    def signed(self, method, path, query, body, headers):
        time = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        headers |= {"host": f"127.0.0.1:{self.port}", "x-amz-content-sha256": digest, "x-amz-date": time}
        text = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in query)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        canonical = "\n".join([method, path, text, lines, ";".join(headers), digest])
        scope = f"{time[:8]}/{os.environ['AWS_REGION']}/s3/aws4_request"
        whole = "\n".join(["AWS4-HMAC-SHA256", time, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = chain(os.environ["AWS_SECRET_ACCESS_KEY"], *scope.split("/"), whole)
        value = f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, "
        value += f"SignedHeaders={';'.join(headers)}, Signature={key.hex()}"
        return headers | {"authorization": value}

    def path(self, key):
        return f"/{self.bucket}/{urllib.parse.quote(key, safe='/~')}"

    def make(self):
        self.expect("PUT", f"/{self.bucket}")

    def put(self, key, body):
        self.expect("PUT", self.path(key), body=body)

    def get(self, key):
        return self.expect("GET", self.path(key))

    def list(self, prefix):
        after = ""
        while True:
            query = [("list-type", "2"), ("prefix", prefix), ("start-after", after), ("encoding-type", "url")]
            root = xml.etree.ElementTree.fromstring(self.expect("GET", f"/{self.bucket}", query))
            space = root.tag.partition("}")[0] + "}"
            for found in root.iter(f"{space}Key"):
                after = urllib.parse.unquote_plus(found.text)
                yield after
            if root.findtext(f"{space}IsTruncated") != "true":
                return


class Azure(Store):
    container = "pics"

    def signed(self, method, path, query, body, headers):
        headers |= {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02"}
        ours = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        place = f"/{AZURE}{path}" + "".join(f"\n{name}:{value}" for name, value in query)
        length = str(len(body)) if body else ""
        text = f"{method}\n\n\n{length}\n\n\n\n\n\n\n\n\n{ours}{place}"
        code = hmac.new(base64.b64decode(AZURE_KEY), text.encode(), hashlib.sha256).digest()
        return headers | {"authorization": f"SharedKey {AZURE}:{base64.b64encode(code).decode()}"}

    def path(self, key):
        return f"/{AZURE}/{self.container}/{urllib.parse.quote(key, safe='/~')}"

    def make(self):
        self.expect("PUT", f"/{AZURE}/{self.container}", [("restype", "container")])

    def put(self, key, body):
        self.expect("PUT", self.path(key), body=body, headers={"x-ms-blob-type": "BlockBlob"})

    def get(self, key):
        return self.expect("GET", self.path(key))

    def list(self, prefix):
        marker = ""
        while True:
            query = [("comp", "list"), ("restype", "container"), ("prefix", prefix)]
            query += [("marker", marker)] if marker else []
            root = xml.etree.ElementTree.fromstring(self.expect("GET", f"/{AZURE}/{self.container}", query))
            yield from (found.text for found in root.iter("Name"))
            marker = root.findtext("NextMarker") or ""
            if not marker:
                return


class Gcs(Store):
    bucket = "pics"

    def make(self):
        body = json.dumps({"name": self.bucket}).encode()
        self.expect("POST", "/storage/v1/b", body=body, headers={"content-type": "application/json"})

    def put(self, key, body):
        query = [("uploadType", "media"), ("name", key)]
        self.expect("POST", f"/upload/storage/v1/b/{self.bucket}/o", query, body=body)

    def get(self, key):
        return self.expect("GET", f"/storage/v1/b/{self.bucket}/o/{quoted(key)}", [("alt", "media")])

    def list(self, prefix):
        token = ""
        while True:
            query = [("prefix", prefix)] + ([("pageToken", token)] if token else [])
            page = json.loads(self.expect("GET", f"/storage/v1/b/{self.bucket}/o", query))
            yield from (item["name"] for item in page.get("items", []))
            token = page.get("nextPageToken", "")
            if not token:
                return
