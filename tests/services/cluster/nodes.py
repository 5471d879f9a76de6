"""Nodes of a cluster as processes, the origin that they fetch from, and how both are asked."""

import http.client
import http.server
import json
import random
import struct
import subprocess
import threading
import time
import zlib

ACCOUNT = "c1" * 16
HASH = "cluster"
TOKEN = "token-of-the-cluster"
# A picture whose left part has one colour and whose right part is clear, so that it is sent as a
# PNG; variants and transforms make it smaller, and keep the colour of its first pixel.
SIZE, CLEAR = (40, 30), 10


class Unanswered(Exception):
    """It is not known what became of a request."""


# ---------------------------------------------------------------- pictures


def picture(colour):
    """A PNG of this colour."""
    width, height = SIZE
    row = b"\0" + bytes((*colour, 255)) * (width - CLEAR) + bytes(4 * CLEAR)
    rows = row * height
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def chunk(name, data):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def look_at(png):
    """Width and colour of a PNG. Its first pixel is stored as it is under every filter."""
    chunks, at = {}, 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        chunks[name] = chunks.get(name, b"") + png[at + 8 : at + 8 + length]
        at += 12 + length
    width, _, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    data = zlib.decompress(chunks[b"IDAT"])
    if kind == 3:
        entry = data[1] >> (8 - depth)
        return width, tuple(chunks[b"PLTE"][entry * 3 : entry * 3 + 3])
    if kind in (0, 4):
        # One, two and four bits are stretched to eight.
        grey = (data[1] >> (8 - depth)) * (255 // ((1 << min(depth, 8)) - 1))
        return width, (grey,) * 3
    return width, tuple(data[1:4])


# ---------------------------------------------------------------- origin


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A node that was killed in the middle is no news."""


class Origin:
    """Sources by path, each with a version that only a purge makes known."""

    def __init__(self):
        self.sources = {}
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                source = origin.sources.get(self.path)
                body = picture(source.colour()) if source else b""
                self.send_response(200 if source else 404)
                self.send_header("Content-Type", "image/png")
                self.send_header("Content-Length", str(len(body)))
                if source:
                    self.send_header("Cache-Control", "public, max-age=86400")
                    self.send_header("Cache-Tag", source.tag)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_address[1]}"


# ---------------------------------------------------------------- nodes


class Node:
    """One process, which may be killed and started again."""

    def __init__(self, program, folder, config):
        self.program, self.folder = program, folder
        folder.mkdir(parents=True)
        self.config = folder / "config.json"
        self.config.write_text(json.dumps(config))
        self.process = self.port = None
        self.starts = 0

    def start(self):
        log = (self.folder / f"log-{self.starts}").open("w")
        self.starts += 1
        self.process = subprocess.Popen(
            [self.program, str(self.config)], stdout=subprocess.PIPE, stderr=log, text=True
        )
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise SystemExit(f"a node did not start, see {log.name}")
        self.port = int(line.split()[-1])

    def kill(self):
        self.port = None
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Cluster:
    """The nodes that are up, and whom to ask."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.connections = threading.local()

    def ports(self):
        return [port for port in (node.port for node in self.nodes) if port]

    def ask(self, port, method, target, body=None, headers=None):
        """One request to one node: status, headers and body."""
        held = self.connections.__dict__.setdefault("held", {})
        connection = held.pop(port, None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            got = answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unanswered(repr(error)) from error
        held[port] = connection
        return got

    def rest(self, port, method, path, body=None, headers=None):
        """One request to the REST API: status and `result`."""
        headers = {"Authorization": f"Bearer {TOKEN}", **(headers or {})}
        if isinstance(body, (dict, list)):
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        status, _, data = self.ask(port, method, f"/client/v4{path}", body, headers)
        try:
            return status, json.loads(data)["result"] if status < 300 else json.loads(data)
        except (ValueError, KeyError):
            return status, data

    def write(self, method, path, body=None, headers=None):
        """A change on any node; `Unanswered` where it may have happened or not."""
        status, result = self.rest(random.choice(self.ports()), method, path, body, headers)
        if status >= 500 or status in (408, 429):
            raise Unanswered(f"{status} {result}")
        return status, result


def until_answered(ask, seconds=30):
    """A reading that is tried again, on another node, while it is not answered."""
    end = time.monotonic() + seconds
    tries = 0
    while True:
        tries += 1
        try:
            got = ask()
            if got[0] < 500:
                return got, tries - 1
            why = f"{got[0]} {str(got[-1])[:200]}"
        except Unanswered as error:
            why = error
        if time.monotonic() > end:
            raise SystemExit(f"not answered for {seconds} s: {why}")
        time.sleep(0.02)


def form(fields, file):
    """A multipart body and its header."""
    edge = "edge-of-the-form"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts.append(
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        f"Content-Type: image/png\r\n\r\n".encode()
        + file
        + b"\r\n"
    )
    body = b"".join(parts) + f"--{edge}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={edge}"}
