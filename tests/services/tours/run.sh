#!/usr/bin/env bash
# The official SDKs, unchanged but for their base URL, call every method they have for images, and
# a Django package does what it does: on SQLite and files, and again on PostgreSQL and Ceph.
# Usage: run.sh [FOLDER OF THE BINARIES] [embedded] [cluster]
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$services/postgres.sh"
source "$services/ceph.sh"
source "$services/server.sh"
release=$(cd "${1:-$top/target/release}" && pwd)
stores=("${@:2}")
[ ${#stores[@]} -gt 0 ] || stores=(embedded cluster)

here=$services/tours
node_modules "$here/node"
python_packages
(cd "$here/go" && go vet ./...)

failed=()
# tour NAME COMMAND...: goes on after a failure, so that one run tells about every SDK.
tour() {
  echo "--- $stores_are: $1"
  (cd "$here/$1" && "${@:2}") || failed+=("$stores_are/$1")
}

tours() {
  tour node node --test
  tour python "$python" -m pytest -q -p no:cacheprovider
  tour go go test -count=1 ./...
  tour django "$python" -m pytest -q -p no:cacheprovider
}

start_origin
for stores_are in "${stores[@]}"; do
  case $stores_are in
    embedded) start_server embedded ;;
    cluster)
      start_postgres
      start_ceph
      start_server cluster --postgres "$SAFELIGHT_POSTGRES" --bucket "$SAFELIGHT_BUCKET"
      ;;
    *) echo "run.sh: unknown stores $stores_are" >&2; exit 2 ;;
  esac
  tours
  end "$server_process"
done
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}" >&2; exit 1; }
