#!/usr/bin/env bash
# Two nodes, then four, on one PostgreSQL and one bucket, changed at random while nodes are killed
# and connections cut; half of the runs keep results in the bucket as well.
# Usage: run.sh [FOLDER OF THE BINARIES] [OPERATIONS OF EACH RUN]
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$services/postgres.sh"
source "$services/ceph.sh"
release=$(cd "${1:-$top/target/release}" && pwd)
operations=${2:-1500}

(cd "$top" && CARGO_TARGET_DIR=$(dirname "$release") cargo --locked build --release --quiet --workspace --examples)
start_postgres
start_ceph
cluster() { python3 "$services/cluster/run.py" "$release/examples/node" --operations "$operations" "$@"; }
cluster --nodes 2
cluster --nodes 4 --shared-results
