#!/usr/bin/env bash
# Starts the example server and, in front of it, Cloudflare's own Worker runtime; calls the Images
# binding and cf.image through it. Usage: run.sh [FOLDER OF THE BINARIES]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=$(cd "${1:-$here/../../target/release}" && pwd)

cd "$here"
if [ ! -x node_modules/.bin/workerd ]; then npm install --silent --no-audit --no-fund --no-package-lock; fi

work=$(mktemp -d)
server='' worker=''
stop() {
  for job in $worker $server; do kill "$job" 2>/dev/null || true; wait "$job" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop EXIT

# wait_for PID FILE PATTERN: prints what PATTERN finds in FILE once it is there.
wait_for() {
  for _ in $(seq 600); do
    found=$(sed -n "$3" "$2")
    if [ -n "$found" ]; then echo "$found"; return; fi
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work"/*.log >&2
  return 1
}

mkdir "$work/root"
: >"$work/server.log"
: >"$work/ports"
cp ../images/*.* "$work/root"
"$release/safelight" serve --root "$work/root" --listen 127.0.0.1:0 >"$work/server.log" 2>&1 &
server=$!
address=$(wait_for $server "$work/server.log" 's|^open http://\([^/]*\)/$|\1|p')

# The package's own launcher starts the program as a child; the program itself can be stopped.
program=$(node -p 'require("./node_modules/workerd").default')
"$program" serve --experimental --control-fd=3 \
  --external-addr "images=$address" --external-addr "pictures=$address" \
  config.capnp 3>"$work/ports" >"$work/worker.log" 2>&1 &
worker=$!
port=$(wait_for $worker "$work/ports" 's|.*"socket":"http".*"port":\([0-9]*\).*|\1|p')

WORKER_URL=http://127.0.0.1:$port SERVER_URL=http://$address node --test --test-concurrency=1 calls.test.mjs
