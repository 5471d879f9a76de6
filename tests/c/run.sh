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
  "$here"/render.c "$here"/service.c "$here"/threads.c "$here"/vectors.c)
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

example() { # name, first and last line around it in the header
  sed -n "/^ \* $2/,/^ \* $3/p" "$top/include/safelight.h" |
    sed -n 's/^ \*     //p; s/^ \*$//p' > "$work/$1.c"
  cc -std=c11 "${warnings[@]}" -I"$top/include" "$work/$1.c" -o "$work/$1" \
    -L"$release" -lsafelight -Wl,-rpath,"$release"
}

examples_in_the_header_work() {
  example thumbnail "A complete program" "Build it with"
  "$work/thumbnail" "$top/tests/images/photo.jpg" "$work/thumbnail.webp" > "$work/said"
  grep -q '^webp, 300 x 300$' "$work/said"
  say "the first example in the header compiles and makes a thumbnail"
  example private "A service$" "A service opens files"
  "$work/private" "$work/album" "$top/tests/images/photo.jpg" > "$work/said"
  grep -qE '^without a signature: 40[13]$' "$work/said"
  grep -q '^with one: 200$' "$work/said"
  say "the second example in the header compiles and shows a private picture to a signed link only"
}

run() { # title, command
  local title=$1
  shift
  echo "-- $title"
  rm -rf "$work/state"
  "$@" "$top/tests/images" "$top/tests/vectors" "$work/state"
}

header_compiles_alone_and_twice
exported_symbols_are_those_of_the_header
examples_in_the_header_work

build shared -L"$release" -lsafelight -lpthread -Wl,-rpath,"$release"
build static "$release/libsafelight.a" "${system_libs[@]}"
build sanitized -fsanitize=address,undefined -fno-sanitize-recover=all -L"$release" -lsafelight -lpthread -Wl,-rpath,"$release"

run "shared library" "$work/shared"
run "static library" "$work/static"
SAFELIGHT_ROUNDS=200 ASAN_OPTIONS=detect_leaks=1 run "address and undefined behaviour sanitizers" "$work/sanitized"
SAFELIGHT_ROUNDS=20 run "valgrind" valgrind --quiet --error-exitcode=3 --leak-check=full \
  --errors-for-leak-kinds=definite --show-leak-kinds=definite "$work/shared"
