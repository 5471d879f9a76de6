#!/usr/bin/env bash
# The contract of the stores on PostgreSQL and on Ceph: the same tests that run on SQLite and files.
# Usage: run.sh [FOLDER OF THE BINARIES]
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$services/postgres.sh"
source "$services/ceph.sh"
release=$(cd "${1:-$top/target/release}" && pwd)

start_postgres
start_ceph
export SAFELIGHT_TEST_POSTGRES=$SAFELIGHT_POSTGRES SAFELIGHT_TEST_S3=$SAFELIGHT_BUCKET
cd "$top"
CARGO_TARGET_DIR=$(dirname "$release") cargo --locked test --release --workspace -- storage:: --show-output |
  tee "$work/stores.out"
# A test that finds no server says so and passes: here it has to find them.
if grep 'not run: SAFELIGHT_TEST_\(POSTGRES\|S3\)' "$work/stores.out"; then exit 1; fi
grep -q 'test storage::catalog::postgres::.* ok' "$work/stores.out"
