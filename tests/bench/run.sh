#!/usr/bin/env bash
# Safelight beside sharp and pyvips, single-threaded, in one run. Arguments go to run.py:
#   tests/bench/run.sh --rounds 5 --only webp
# PICTURES names a folder of real photographs; without it our own samples serve.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"

release=${CARGO_TARGET_DIR:-$top/target}/release
pictures=${PICTURES:-$top/../shared/images/perf}
venv=$here/.venv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
(cd "$here" && npm install --silent --no-audit --no-fund --no-package-lock)
cargo build --quiet --release --workspace --examples
[ -d samples ] || { mkdir samples; "$release/safelight-server" --make-samples samples; }

node "$here/sources.mjs" "$pictures" samples "$work"
echo "$(nproc) cores, $("$release/safelight" --version | head -1), sharp $(node -p "require('$here/node_modules/sharp/package.json').version"), pyvips $("$venv/bin/python" -c 'import pyvips; print(pyvips.__version__)')"
"$venv/bin/python" "$here/run.py" --scorer "$release/examples/score" --work "$work" "$@"
