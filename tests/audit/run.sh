#!/usr/bin/env bash
# Audits the three pages of this folder in Chromium, and checks what was predicted against what came
# over the line. Usage: run.sh [FOLDER OF THE BINARIES] [FOLDER FOR REPORTS]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=$(cd "${1:-$here/../../target/release}" && pwd)
safelight=$release/safelight
work=$(mktemp -d)
reports=${2:-$work/reports}
mkdir -p "$reports"
started=()
stop() {
  for process in "${started[@]}"; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap stop EXIT

# Waits until PATTERN stands in FILE and prints what its group holds.
said() { # file, sed pattern
  for _ in $(seq 900); do
    found=$(sed -nE "s|$2|\1|p" "$1" | head -1)
    if [ -n "$found" ]; then echo "$found"; return; fi
    sleep 0.1
  done
  cat "$1" >&2
  return 1
}

cp -r "$here/pages" "$work/site"
pictures=$work/site/pictures
: > "$work/samples.log"
: > "$work/site.log"
"$safelight" serve --samples --root "$pictures" --state "$work/state" --listen 127.0.0.1:0 > "$work/samples.log" 2>&1 &
samples=$!
started+=("$samples")
said "$work/samples.log" '^open (http://[^/]*)/$' > /dev/null
kill "$samples"
wait "$samples" 2>/dev/null || true

render() { "$safelight" render "$1" "$pictures/$2" "$pictures/$3"; }
render width=1600,format=jpeg,quality=90 desert-dusk.avif desert-dusk.jpg
render width=1200,format=webp,quality=85 mountain-lake.jpg lake-1200.webp
render width=2400,format=webp,quality=85 mountain-lake.jpg lake-2400.webp
render width=1600,format=webp,quality=85 poppies.jpg poppies-1600.webp
render width=48,format=webp,quality=auto logo.png logo-48.webp
for width in 640 960; do
  render "width=$width,format=avif,quality=auto" mountain-lake.jpg "lake-$width.avif"
done
render width=468,format=avif,quality=auto poppies.jpg poppies-468.avif
render width=468,format=avif,quality=auto tower-upright.jpg tower-468.avif

python3 -u -m http.server --bind 127.0.0.1 --directory "$work/site" 0 > "$work/site.log" 2>&1 &
started+=("$!")
url=$(said "$work/site.log" '.*\((http://[^)]*)/\).*')

for page in bad half good; do
  "$safelight" audit "$url/$page.html" --runs "${RUNS:-5}" --html "$reports/$page.html" --json "$reports/$page.json"
done
python3 "$here/check.py" "$reports"
