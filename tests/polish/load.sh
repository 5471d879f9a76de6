#!/usr/bin/env bash
# 200 clients for a minute at the polishing proxy, whose cache is too small for all they ask for; says
# requests, failures, and how the proxy's memory went. Run it on a quiet machine.
# Usage: load.sh [SECONDS] [CLIENTS]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_origin
start_proxy -size "${SIZE:-8}"
(cd "$here/load" && go build -o "$work/load" .)
"$work/load" -url "$PROXY_URL" -pid "$PROXY_PID" -seconds "${1:-60}" -clients "${2:-200}"
echo "cache on disk: $(find "$work/cache" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }') bytes; $(wc -l <"$ORIGIN_LOG") requests at the origin"
! grep -E 'level=(WARN|ERROR)|panic' "$work/proxy.log" | head -5 | grep .
