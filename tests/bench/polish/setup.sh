#!/usr/bin/env bash
# Installs the tools that polish is measured beside, as far as the user may, and says which are
# there. Usage: setup.sh VENV
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$1

missing=()
command -v jpegtran >/dev/null 2>&1 || missing+=(libjpeg-turbo-progs)
command -v cwebp >/dev/null 2>&1 || missing+=(webp)
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    echo "not installed: ${missing[*]}; their columns stay empty" >&2
fi

[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
(cd "$here" && npm install --silent --no-audit --no-fund --no-package-lock)
