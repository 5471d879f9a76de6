#!/usr/bin/env bash
# Tests the C border: the header alone, exported symbols, and the test program plain, statically
# linked, under valgrind and with the address sanitizer.
# Usage: run.sh RELEASE_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
release=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings=(-Wall -Wextra -Werror -pedantic)
sources=("$here"/main.c "$here"/json.c "$here"/handles.c "$here"/hooks.c "$here"/links.c
  "$here"/render.c "$here"/threads.c "$here"/vectors.c)
system_libs=(-lgcc_s -lpthread -ldl -lm)

say() { echo "ok: $1"; }

header_compiles_alone_and_twice() {
  printf '#include <safelight.h>\n#include <safelight.h>\n' > "$work/alone.c"
  cp "$work/alone.c" "$work/alone.cc"
  cc -std=c11 "${warnings[@]}" -I"$top/include" -fsyntax-only "$work/alone.c"
  c++ -std=c++17 "${warnings[@]}" -I"$top/include" -fsyntax-only "$work/alone.cc"
  say "the header compiles alone and twice as C11 and C++17"
}

# What a linker sees is what the manual describes: no symbol more, no symbol less.
exported_symbols_are_those_of_the_header() {
  nm -D --defined-only "$release/libsafelight.so" | awk '{ print $3 }' | sort -u > "$work/exported"
  grep -oE '^[a-z][a-z0-9_ ]*[ *](safelight_[a-z0-9_]+)\(' "$top/include/safelight.h" |
    grep -oE 'safelight_[a-z0-9_]+\($' | tr -d '(' | sort -u > "$work/declared"
  diff "$work/declared" "$work/exported"
  say "$(wc -l < "$work/declared") functions exported, all of them in the header and nothing else"
}

build() { # name, compiler and linker flags
  local name=$1
  shift
  cc -std=c11 -D_DEFAULT_SOURCE -g -O1 "${warnings[@]}" -I"$top/include" \
    "${sources[@]}" -o "$work/$name" "$@" 2> "$work/messages" || { cat "$work/messages"; exit 1; }
}

example_in_the_header_works() {
  sed -n '/^ \* A complete program/,/^ \* Build it with/p' "$top/include/safelight.h" |
    sed -n 's/^ \*     //p; s/^ \*$//p' > "$work/example.c"
  cc -std=c11 "${warnings[@]}" -I"$top/include" "$work/example.c" -o "$work/example" \
    -L"$release" -lsafelight -Wl,-rpath,"$release"
  "$work/example" "$top/tests/images/photo.jpg" "$work/example.webp" > "$work/said"
  grep -q '^webp, 300 x 300$' "$work/said"
  say "the example in the header compiles and makes a thumbnail"
}

run() { # title, command
  local title=$1
  shift
  echo "-- $title"
  "$@" "$top/tests/images" "$top/tests/vectors"
}

header_compiles_alone_and_twice
exported_symbols_are_those_of_the_header
example_in_the_header_works

build shared -L"$release" -lsafelight -lpthread -Wl,-rpath,"$release"
build static "$release/libsafelight.a" "${system_libs[@]}"
build sanitized -fsanitize=address,undefined -fno-sanitize-recover=all -L"$release" -lsafelight -lpthread -Wl,-rpath,"$release"

run "shared library" "$work/shared"
run "static library" "$work/static"
SAFELIGHT_ROUNDS=200 ASAN_OPTIONS=detect_leaks=1 run "address and undefined behaviour sanitizers" "$work/sanitized"
SAFELIGHT_ROUNDS=20 run "valgrind" valgrind --quiet --error-exitcode=3 --leak-check=full \
  --errors-for-leak-kinds=definite --show-leak-kinds=definite "$work/shared"
