#!/usr/bin/env bash
# Starts the server with the sample pictures on a free port, clicks through its page, stops it.
# Usage: run.sh [FOLDER OF THE BINARIES] [FOLDER FOR SCREENSHOTS]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=$(cd "${1:-$here/../../target/release}" && pwd)
if [ -n "${2:-}" ]; then mkdir -p "$2"; export SCREENSHOTS=$(cd "$2" && pwd); fi

cd "$here"
if [ ! -d node_modules/puppeteer-core ]; then npm ci --silent --no-audit --no-fund; fi

work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT

: >"$work/log"
"$release/safelight" serve --samples --root "$work/samples" --listen 127.0.0.1:0 >"$work/log" 2>&1 &
server=$!
for _ in $(seq 600); do
  url=$(sed -n 's|^open \(http://[^/]*\)/$|\1|p' "$work/log")
  [ -n "$url" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done
[ -n "$url" ] || { echo "the server did not start" >&2; cat "$work/log" >&2; exit 1; }

SAFELIGHT_URL=$url node --test --test-concurrency=1 page.test.mjs
