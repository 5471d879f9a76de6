#!/usr/bin/env bash
# A thousand equal cold requests over HTTP give one transform.
# Usage: run.sh [FOLDER OF THE BINARIES] [CLIENTS]
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$services/server.sh"
release=$(cd "${1:-$top/target/release}" && pwd)

# Both sides hold every connection at once.
ulimit -n 4096 2>/dev/null || true
start_server cold
python3 "$services/cold/run.py" "$SERVER_URL" "${2:-1000}"
