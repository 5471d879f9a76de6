#!/usr/bin/env bash
# Installs what a stage needs when it is missing and the user may install it; else says what to install.
# Usage: setup.sh [build] [test] [python] [deny]
set -euo pipefail

missing=()
need_command() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }

for group in "$@"; do
  case $group in
    build)
      # nasm: assembly of the JPEG and AV1 codecs; cmake and perl: libaom.
      if [ "$(uname -m)" = x86_64 ]; then need_command nasm nasm; fi
      need_command cmake cmake
      need_command perl perl
      need_command cc gcc
      need_command c++ g++
      need_command make make
      ;;
    test)
      need_command valgrind valgrind
      need_command pkg-config pkg-config
      need_command chromium chromium
      # Second decoders for the pixel tests.
      need_command convert imagemagick
      need_command dwebp webp
      need_command avifdec libavif-bin
      ;;
    python)
      python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
      ;;
    deny)
      command -v cargo-deny >/dev/null 2>&1 || cargo install --quiet --locked cargo-deny
      ;;
    *) echo "setup.sh: unknown group $group" >&2; exit 2 ;;
  esac
done

[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if sudo -n true 2>/dev/null; then as_root=(sudo); else
    echo "please install: ${missing[*]} (on Debian: sudo apt-get install ${missing[*]})" >&2
    exit 1
  fi
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "please install: ${missing[*]}" >&2
  exit 1
fi
echo "installing ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
