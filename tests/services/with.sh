#!/usr/bin/env bash
# Runs a command while real servers are up, then ends them.
# Usage: with.sh [postgres] [ceph] -- COMMAND...
#   postgres: SAFELIGHT_POSTGRES is the URL of an empty database
#   ceph:     SAFELIGHT_BUCKET is the URL of an empty bucket; AWS_* hold its key
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$services/postgres.sh"
source "$services/ceph.sh"

while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    postgres) start_postgres ;;
    ceph) start_ceph ;;
    *) echo "with.sh: unknown server $1" >&2; exit 2 ;;
  esac
  shift
done
[ "${1:-}" = -- ] || { echo "usage: with.sh [postgres] [ceph] -- COMMAND..." >&2; exit 2; }
shift
"$@"
