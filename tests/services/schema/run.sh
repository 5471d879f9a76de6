#!/usr/bin/env bash
# schemathesis on core/openapi.json against the example server.
# Usage: run.sh [FOLDER OF THE BINARIES]
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$services/server.sh"
release=$(cd "${1:-$top/target/release}" && pwd)

python_packages
start_server schema
mkdir "$work/report"
"$python" "$services/schema/run.py" "$top/core/openapi.json" "$work/report"
