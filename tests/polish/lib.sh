# Sourced by the scripts beside it: nginx as an origin, and the polishing proxy in front of it.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../services/lib.sh"

# start_origin: sets ORIGIN_URL and ORIGIN_LOG, which has a line for each request.
start_origin() {
  local port images=$top/tests/images
  "$services/setup.sh" nginx
  port=$(free_ports 1)
  mkdir -p "$work/www/plain" "$work/www/vary"
  cp "$images/photo.jpg" "$images/alpha.png" "$images/lossy.webp" "$work/www/plain/"
  cp "$top/tests/faces/astronaut.jpg" "$work/www/plain/large.jpg"
  cp "$images/photo.jpg" "$work/www/vary/cat.jpg"
  cp "$images/lossy.webp" "$work/www/vary/cat.jpg.webp"
  cp "$images/420.avif" "$work/www/vary/cat.jpg.avif"
  cp "$here/page.html" "$work/www/page.html"
  # Its workers may be another user.
  chmod -R a+rX "$work/www"
  sed -e "s|WORK|$work|g" -e "s|PORT|$port|g" "$here/nginx.conf" >"$work/nginx.conf"
  start "$work/nginx.log" nginx -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf"
  wait_until 30 nginx listens "$port"
  export ORIGIN_URL=http://127.0.0.1:$port ORIGIN_LOG=$work/origin.log
}

# start_proxy ARGUMENTS...: sets PROXY_URL and PROXY_PID.
start_proxy() {
  local port
  [ -x "$work/polish-go" ] || (cd "$top/examples/polish-go" && go build -o "$work/polish-go" .)
  port=$(free_ports 1)
  start "$work/proxy.log" "$work/polish-go" -origin "$ORIGIN_URL" -listen "127.0.0.1:$port" -cache "$work/cache" \
    -vary "$here/rules.json" "$@"
  wait_until 30 "the proxy" listens "$port"
  export PROXY_URL=http://127.0.0.1:$port PROXY_PID=$started
}
