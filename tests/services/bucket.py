"""Makes a bucket: bucket.py ENDPOINT NAME, with the key and region of AWS_*. Signs as Signature Version 4 asks."""

import hashlib
import hmac
import os
import sys
import urllib.parse
import urllib.request
from datetime import datetime, timezone


def chain(secret: str, *steps: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for step in steps:
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key


def signed(method: str, url: str) -> urllib.request.Request:
    """A request without a body."""
    where, region = urllib.parse.urlsplit(url), os.environ["AWS_REGION"]
    time = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    empty = hashlib.sha256(b"").hexdigest()
    headers = {"host": where.netloc, "x-amz-content-sha256": empty, "x-amz-date": time}
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join([method, where.path, "", lines, ";".join(headers), empty])
    scope = f"{time[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", time, scope, digest])
    key = chain(os.environ["AWS_SECRET_ACCESS_KEY"], time[:8], region, "s3", "aws4_request", text)
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, "
        f"SignedHeaders={';'.join(list(headers))}, Signature={key.hex()}"
    )
    return urllib.request.Request(url, method=method, headers=headers)


if __name__ == "__main__":
    endpoint, name = sys.argv[1:]
    urllib.request.urlopen(signed("PUT", f"{endpoint}/{name}"), timeout=30).close()
