"""A thousand equal requests at once for what nobody has made yet: it must be made exactly once.

Usage: run.py SERVER_URL [CLIENTS]; API_TOKEN, ACCOUNT_ID and ACCOUNT_HASH as `start_server` sets them.

Every client has a connection before the first one asks. Whoever rendered says so in
`cf-resized: internal=ok/m`; all others were given its result.
"""

import asyncio
import hashlib
import os
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

PICTURE = Path(__file__).parents[2] / "images" / "photo.jpg"


def upload(server):
    """An image of the account, under an id that no run had before."""
    edge, name = "edge", f"cold-{time.time_ns()}"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{name}\r\n--{edge}\r\n'
    file = 'Content-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    body = (head + file).encode() + PICTURE.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    request = urllib.request.Request(
        f"{server}/client/v4/accounts/{os.environ['ACCOUNT_ID']}/images/v1",
        body,
        {
            "Authorization": f"Bearer {os.environ['API_TOKEN']}",
            "Content-Type": f"multipart/form-data; boundary={edge}",
        },
    )
    urllib.request.urlopen(request).read()
    return name


async def ask(reader, writer, target, host):
    writer.write(
        f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: image/avif,image/webp\r\nConnection: close\r\n\r\n".encode()
    )
    await writer.drain()
    data = await reader.read()
    writer.close()
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers.get("cf-resized", ""), hashlib.sha256(body).hexdigest()


async def crowd(server, target, clients):
    place = urlsplit(server)
    pairs = [await asyncio.open_connection(place.hostname, place.port) for _ in range(clients)]
    start = time.monotonic()
    asked = [ask(reader, writer, target, place.netloc) for reader, writer in pairs]
    return await asyncio.gather(*asked), time.monotonic() - start


def main():
    server, clients = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    own = time.time_ns() % 1000
    targets = [
        ("transform", f"/cdn-cgi/image/width={500 + own % 400},height=700,fit=cover,format=avif/photo.jpg"),
        ("hosted image", f"/{os.environ['ACCOUNT_HASH']}/{upload(server)}/public"),
    ]
    failed = False
    for name, target in targets:
        answers, took = asyncio.run(crowd(server, target, clients))
        made = sum("internal=ok/m" in resized for _, resized, _ in answers)
        statuses, bodies = {answer[0] for answer in answers}, {answer[2] for answer in answers}
        print(f"{name}: {len(answers)} requests in {took:.2f} s, rendered {made} times, {len(bodies)} different bodies, status {statuses}")
        failed |= made != 1 or statuses != {200} or len(bodies) != 1
    sys.exit(failed)


if __name__ == "__main__":
    main()
