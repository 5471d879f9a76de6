#!/usr/bin/env bash
# Varnish in front of the example server: images.vcl normalises Accept and purges by Cache-Tag.
# Usage: run.sh [FOLDER OF THE BINARIES]
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$services/server.sh"
source "$services/varnish.sh"
release=$(cd "${1:-$top/target/release}" && pwd)

start_server varnish
start_varnish "$SERVER_URL"
node --test --test-concurrency=1 "$services/varnish/cache.test.mjs"
