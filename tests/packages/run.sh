#!/usr/bin/env bash
# Installs each package into an empty place and checks one known answer from there:
# the Python wheel, the Node tarball, header + library through pkg-config, and Go on top of these.
# Usage: run.sh RELEASE_DIR
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
release=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
photo=$top/tests/images/photo.jpg
passed=0

say() { passed=$((passed + 1)); echo "ok: $1"; }

# The answer that every package must give.
(cd "$work" && "$release/safelight" render width=64,format=webp "$photo" expected.webp)
expected=$(sha256sum < "$work/expected.webp" | cut -d' ' -f1)

check() { # name, file
  local got
  got=$(sha256sum < "$2" | cut -d' ' -f1)
  [ "$got" = "$expected" ] || { echo "FAILED: $1 gave other bytes"; exit 1; }
  say "$1"
}

python_wheel() {
  (cd "$top" && .venv/bin/maturin build --release --quiet --out "$work/wheels" -m bindings/python/Cargo.toml)
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --no-index --disable-pip-version-check "$work"/wheels/*.whl
  (cd "$work" && venv/bin/python - "$photo" <<'PY'
import pathlib, sys, safelight
pathlib.Path("python.webp").write_bytes(bytes(safelight.render(pathlib.Path(sys.argv[1]), width=64, format="webp")))
PY
  )
  check "python wheel $(basename "$work"/wheels/*.whl)" "$work/python.webp"
}

node_tarball() {
  mkdir "$work/node"
  (cd "$top/bindings/node" && npm pack --silent --pack-destination "$work" >/dev/null)
  (cd "$work/node" && npm init --yes >/dev/null && npm install --silent --no-audit --no-fund "$work"/safelight-*.tgz)
  cat > "$work/node/run.mjs" <<'JS'
import { readFileSync, writeFileSync } from 'node:fs'
import { render } from 'safelight'
const { data } = await render(readFileSync(process.argv[2]), { width: 64, format: 'webp' })
writeFileSync('node.webp', data)
JS
  (cd "$work/node" && node run.mjs "$photo")
  check "node tarball" "$work/node/node.webp"
}

c_prefix() { # shared or static
  local flags=(--cflags --libs)
  [ "$1" = static ] && flags=(--static "${flags[@]}")
  local libs
  libs=$(PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig pkg-config "${flags[@]}" safelight)
  if [ "$1" = static ]; then libs=${libs/-lsafelight/-l:libsafelight.a}; fi
  # shellcheck disable=SC2086  # flags are words
  cc -std=c11 "$top/tests/c/render_cli.c" -o "$work/render-$1" $libs -Wl,-rpath,"$work/prefix/lib"
  "$work/render-$1" width=64,format=webp "$photo" "$work/$1.webp"
  check "pkg-config, $1" "$work/$1.webp"
}

go_package() {
  (cd "$top/bindings/go" && PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig LD_LIBRARY_PATH=$work/prefix/lib \
    go test -count=1 -tags safelight_pkgconfig -run 'Example|Render' ./... >"$work/go.log") || {
    cat "$work/go.log"
    exit 1
  }
  say "Go with the installed library, -tags safelight_pkgconfig"
}

python_wheel
node_tarball
make --no-print-directory -C "$top" install PREFIX="$work/prefix" >/dev/null
c_prefix shared
c_prefix static
go_package
echo "packages: $passed passed, 0 failed"
