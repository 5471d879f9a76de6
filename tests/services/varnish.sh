# Sourced after lib.sh. Varnish on a free port in front of a server, by varnish/images.vcl.

# start_varnish URL: sets CACHE_URL.
start_varnish() {
  local address=${1#http://} port vcl=$work/images.vcl
  "$services/setup.sh" varnish
  port=$(free_ports 1)
  sed -e "s/SAFELIGHT_HOST/${address%:*}/" -e "s/SAFELIGHT_PORT/${address#*:}/" "$services/varnish/images.vcl" >"$vcl"
  chmod 644 "$vcl"
  start "$work/varnish.log" varnishd -F -n "$work/varnish" -a "127.0.0.1:$port" -f "$vcl" -s malloc,64m
  wait_until 60 Varnish listens "$port"
  export CACHE_URL=http://127.0.0.1:$port
}
