#!/usr/bin/env bash
# How long a catalog's answers take at 10^3, 10^5 and 10^6 images, on SQLite and on PostgreSQL.
# Usage: catalog.sh [ROWS...]
source "$(dirname "${BASH_SOURCE[0]}")/../services/lib.sh"
source "$services/postgres.sh"
release=${CARGO_TARGET_DIR:-$top/target}/release
rows=("$@")
[ ${#rows[@]} -gt 0 ] || rows=(1000 100000 1000000)

(cd "$top" && cargo build --locked --quiet --release --workspace --examples)
echo "SQLite"
"$release/examples/catalog_scale" "sqlite:$work/catalog.db" "${rows[@]}"
start_postgres
echo "PostgreSQL"
AFTER_FILLING="psql -q '$SAFELIGHT_POSTGRES' -c 'VACUUM ANALYZE'" \
  "$release/examples/catalog_scale" "$SAFELIGHT_POSTGRES" "${rows[@]}"
