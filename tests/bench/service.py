"""How fast a cached picture leaves `handle`, called from Python.

Usage: service.py FOLDER PICTURE SECONDS THREADS; see service.sh.
"""

import json
import sys
import threading
import time

import safelight

HEADERS = [
    ("Host", "img.example"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0"),
    ("Accept", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"),
]


def ask(service):
    response = service.handle("GET", "/bench/cat/public", HEADERS)
    if response.status != 200:
        raise SystemExit(f"status {response.status}")
    return len(response.body)


def many(service, end, counts):
    asked = 0
    while time.monotonic() < end:
        # The clock is not what is measured.
        for _ in range(100):
            ask(service)
        asked += 100
    counts.append(asked)


def main():
    folder, picture, seconds, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    with safelight.Service({"folder": folder, "account": {"id": "0" * 32, "hash": "bench"}}) as service:
        with open(picture, "rb") as file:
            service.upload(file.read(), id="cat")
        size = ask(service)
        start, counts = time.monotonic(), []
        each = [threading.Thread(target=many, args=(service, start + seconds, counts)) for _ in range(threads)]
        for thread in each:
            thread.start()
        for thread in each:
            thread.join()
        rate = sum(counts) / (time.monotonic() - start)
    line = {"language": "python", "threads": threads, "requests": sum(counts), "per_second": round(rate)}
    print(json.dumps({**line, "micros": round(1e6 / rate * threads, 1), "bytes": size}))


if __name__ == "__main__":
    main()
