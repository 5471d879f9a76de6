#!/usr/bin/env bash
# Runs `make test-STAGE` for every stage, goes on after a failure, and says at the end what ran.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

passed=() failed=() report=()
for stage in "$@"; do
  printf '\n=== %s\n' "$stage"
  start=$SECONDS
  if make --no-print-directory "test-$stage"; then passed+=("$stage") verdict=ok
  else failed+=("$stage") verdict=FAILED; fi
  report+=("$(printf '%-10s %-7s %4ds' "$stage" "$verdict" $((SECONDS - start)))")
done

printf '\n=== what ran\n'
printf '%s\n' "${report[@]}"
printf 'stages: %d passed, %d failed\n' "${#passed[@]}" "${#failed[@]}"
[ ${#failed[@]} -eq 0 ]
