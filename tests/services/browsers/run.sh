#!/usr/bin/env bash
# Hosted pictures in Chromium, with fewer and fewer formats, and in Firefox.
# Usage: run.sh [FOLDER OF THE BINARIES]
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$services/server.sh"
release=$(cd "${1:-$top/target/release}" && pwd)

"$services/setup.sh" chromium firefox
node_modules "$services/browsers"
start_server browsers
cd "$services/browsers"
TMPDIR=$work node --test --test-concurrency=1 hosted.test.mjs
