#!/usr/bin/env bash
# Everything against real servers, clients and browsers; goes on after a failure.
# Usage: run.sh [FOLDER OF THE BINARIES] [CONCERN...]
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=${1:-$here/../../target/release}
concerns=("${@:2}")
[ ${#concerns[@]} -gt 0 ] || concerns=(stores tours schema browsers varnish cold cluster import)

"$here/setup.sh" postgres ceph varnish firefox chromium || exit 1
passed=0 failed=()
for concern in "${concerns[@]}"; do
  printf '\n--- services: %s\n' "$concern"
  start=$SECONDS
  if "$here/$concern/run.sh" "$release"; then passed=$((passed + 1)); else failed+=("$concern"); fi
  printf -- '--- services: %s, %d s\n' "$concern" $((SECONDS - start))
done
printf 'services: %d passed, %d failed %s\n' "$passed" "${#failed[@]}" "${failed[*]}"
[ ${#failed[@]} -eq 0 ]
