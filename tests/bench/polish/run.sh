#!/usr/bin/env bash
# Polish beside jpegtran, oxipng, cwebp and sharp: bytes at equal pixels, and bytes at equal
# SSIMULACRA2. Nothing is timed, so a busy machine does not matter. Arguments go to run.py:
#   tests/bench/polish/run.sh --only lossless,larger
# PICTURES names a folder with the folders `perf` and `conformance`, or any folder of pictures.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../.." && pwd)

release=${CARGO_TARGET_DIR:-$top/target}/release
pictures=${PICTURES:-$top/../shared/images}
venv=$here/.venv

"$here/setup.sh" "$venv"
[ -x "$release/safelight" ] && [ -x "$release/examples/score" ] ||
  (cd "$top" && cargo build --quiet --locked --release --workspace --examples)
exec "$venv/bin/python" "$here/run.py" --release "$release" --pictures "$pictures" "$@"
