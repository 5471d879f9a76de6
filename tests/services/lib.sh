# Sourced by the scripts beside it: a scratch folder, programs in the background that are ended
# with the script, free ports, and waiting with a limit.
set -euo pipefail

services=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$services/../.." && pwd)

# Whatever a script starts writes below this folder.
if [ -z "${work:-}" ]; then work=$(mktemp -d "${TMPDIR:-/tmp}/safelight-services.XXXXXX"); fi
# Users that servers run as must be able to reach their own folders in it.
chmod 711 "$work"

jobs_started=()
# Signals that end a program, where it is not TERM.
declare -A end_signals=()

# start LOG COMMAND...: runs a program in the background; `started` is its process.
start() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null &
  started=$!
  jobs_started+=("$started")
}

# end PROCESS: asks it to stop, and kills it after ten seconds.
end() {
  kill -s "${end_signals[$1]:-TERM}" "$1" 2>/dev/null || return 0
  for _ in $(seq 100); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# What was started last is ended first, since it may use what was there before.
end_all() {
  local at
  for ((at = ${#jobs_started[@]} - 1; at >= 0; at--)); do end "${jobs_started[at]}"; done
  if [ -n "${KEEP:-}" ]; then echo "kept $work" >&2; else rm -rf "$work"; fi
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# free_ports COUNT: so many ports of 127.0.0.1 that nothing listens on.
free_ports() {
  python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))
PYTHON
}

# wait_until SECONDS WHAT COMMAND...: tries until the command succeeds; shows the logs if it does not.
wait_until() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $limit ]; then
      echo "$what did not come up" >&2
      tail -n 20 "$work"/*.log "$work"/*/*.log >&2 2>/dev/null || true
      return 1
    fi
    sleep 0.1
  done
}

# listens PORT: whether something accepts connections on 127.0.0.1.
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }

# node_modules FOLDER: installs what its lock file names, once.
node_modules() {
  [ -f "$1/node_modules/.ready" ] && [ "$1/node_modules/.ready" -nt "$1/package-lock.json" ] && return
  (cd "$1" && npm ci --silent --no-audit --no-fund)
  touch "$1/node_modules/.ready"
}

# python_packages: the clients and tools of the tests, in an environment of their own; `python` runs it.
python_packages() {
  local venv=$services/.venv
  python=$venv/bin/python
  [ -f "$venv/.ready" ] && [ "$venv/.ready" -nt "$services/requirements.txt" ] && return
  "$top/tests/tools/setup.sh" python
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$services/requirements.txt"
  touch "$venv/.ready"
}
