#!/usr/bin/env bash
# The proxy of examples/polish-go between nginx and Chromium, then stopped while it works and started
# again. The library has to be built.
# Usage: run.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$services/setup.sh" chromium
node_modules "$services/browsers"
start_origin
start_proxy -size 64
TMPDIR=$work node --test --test-concurrency=1 "$here/proxy.test.mjs"

# A download that is on its way when the stop comes is finished; what is stored is found again.
head -c 8000000 /dev/urandom >"$work/www/plain/slow.jpg"
curl -s -o "$work/slow" --limit-rate 4M "$PROXY_URL/plain/slow.jpg" &
download=$!
sleep 0.5
stopped=$PROXY_PID
kill -TERM "$stopped"
wait "$download"
wait "$stopped" || { echo "the proxy ended with $?" >&2; exit 1; }
cmp "$work/slow" "$work/www/plain/slow.jpg"
start_proxy -size 64
status=$(curl -s -o /dev/null -D - "$PROXY_URL/plain/slow.jpg" | tr -d '\r' | sed -n 's/^Cf-Cache-Status: //p')
[ "$status" = HIT ] || { echo "after a restart: $status" >&2; exit 1; }
echo "ok: stopped in the middle of a download, which was finished; found its cache again"
