#!/usr/bin/env bash
# Requests a second, and microseconds of each, for a cached picture through `handle` in every
# language: one caller, then as many as there are cores. Run it on a quiet machine.
# Usage: service.sh [SECONDS OF EACH]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
release=${CARGO_TARGET_DIR:-$top/target}/release
picture=$top/tests/images/photo.jpg
seconds=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --locked --quiet --release --workspace --examples
(cd "$here/service" && go build -o "$work/go" .)
for callers in 1 "$(nproc)"; do
  run() { "$@" "$work/$(basename "$1")-$callers-$RANDOM" "$picture" "$seconds" "$callers"; }
  run "$release/examples/cached_delivery"
  run "$top/.venv/bin/python" "$here/service.py"
  run node "$here/service.mjs"
  run "$work/go"
done | python3 -c '
import json, sys
print("{:20}{:>8}{:>12}{:>10}{:>8}".format("", "callers", "requests/s", "µs each", "bytes"))
for line in map(json.loads, sys.stdin):
    print("{language:20}{threads:8}{per_second:12,.0f}{micros:10.1f}{bytes:8}".format(**line))
'
