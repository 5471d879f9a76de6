# Sourced after lib.sh. The example server, and an origin that it may fetch from.

# start_origin: sets ORIGIN_URL, where the test images lie.
start_origin() {
  local port
  port=$(free_ports 1)
  start "$work/origin.log" python3 -m http.server --bind 127.0.0.1 --directory "$top/tests/images" "$port"
  wait_until 20 "the origin" listens "$port"
  export ORIGIN_URL=http://127.0.0.1:$port
}

# start_server NAME [OPTION...]: starts `safelight serve` with its state below the scratch folder.
# Sets SERVER_URL, ACCOUNT_ID, ACCOUNT_HASH, ZONE_ID, API_TOKEN and server_process.
start_server() {
  local name=$1 log=$work/server-$1.log
  shift
  mkdir -p "$work/$name"
  : "${ORIGIN_URL:=http://127.0.0.1:80}"
  start "$log" "$release/safelight" serve --listen 127.0.0.1:0 --state "$work/$name/state" \
    --root "$top/tests/images" --allow-http --allow-network 127.0.0.1 --allow-port "${ORIGIN_URL##*:}" "$@"
  server_process=$started
  wait_until 60 "the server" grep -q '^open http' "$log"
  SERVER_URL=$(sed -n 's|^open \(http://[^/]*\)/$|\1|p' "$log")
  ACCOUNT_ID=$(sed -n 's|^account \([^ ]*\) .*|\1|p' "$log")
  ACCOUNT_HASH=$(sed -n 's|^account [^ ]* hash \(.*\)$|\1|p' "$log")
  API_TOKEN=$(sed -n 's|^admin token \(.*\)$|\1|p' "$log")
  # A zone is a part of an account; here every account has one, under any id.
  ZONE_ID=$ACCOUNT_ID
  export SERVER_URL ACCOUNT_ID ACCOUNT_HASH ZONE_ID API_TOKEN
}
