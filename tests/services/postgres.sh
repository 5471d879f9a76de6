# Sourced after lib.sh. PostgreSQL on a free port, its data in the scratch folder.

# start_postgres: sets SAFELIGHT_POSTGRES to an empty database.
start_postgres() {
  local home=$work/postgres as=() bin port
  "$services/setup.sh" postgres
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
  bin=${bin:-$(dirname "$(command -v initdb)")}
  mkdir -p "$home"
  # The server refuses to run as root.
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$home"
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
  fi
  (cd "$home" && "${as[@]}" "$bin/initdb" -D "$home/data" -A trust -U safelight -E UTF8 --no-locale --no-instructions) >"$work/initdb.log"
  port=$(free_ports 1)
  # fsync stays on: commits that are acknowledged are durable, here too.
  start "$work/postgres.log" "${as[@]}" "$bin/postgres" -D "$home/data" -p "$port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200
  # Without waiting for clients to leave.
  end_signals[$started]=INT
  wait_until 30 PostgreSQL "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" -U safelight
  "$bin/createdb" -h 127.0.0.1 -p "$port" -U safelight safelight
  export SAFELIGHT_POSTGRES=postgres://safelight@127.0.0.1:$port/safelight
}
