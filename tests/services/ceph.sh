# Sourced after lib.sh. Ceph's S3 gateway over one monitor and one store in memory, on free ports.
# It verifies every signature and honours conditional writes.

# start_ceph: sets SAFELIGHT_BUCKET to an empty bucket, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
start_ceph() {
  local home=$work/ceph monitor gateway store
  "$services/setup.sh" ceph
  mkdir -p "$home"/{run,mon,osd,rgw}
  touch "$home/keyring"
  read -r monitor gateway <<<"$(free_ports 2)"
  export CEPH_CONF=$home/ceph.conf
  ceph_config "$home" "$monitor" "$gateway" >"$CEPH_CONF"

  monmaptool --create --clobber --fsid "$(sed -n 's/^fsid = //p' "$CEPH_CONF")" \
    --addv a "[v1:127.0.0.1:$monitor]" "$home/monmap" >"$work/ceph-setup.log"
  ceph-mon --mkfs -i a --monmap "$home/monmap" --keyring "$home/keyring" >>"$work/ceph-setup.log" 2>&1
  start "$work/ceph-mon.log" ceph-mon -f -i a
  wait_until 30 "Ceph's monitor" timeout 10 ceph --connect-timeout 5 osd stat

  # The store would place itself, but asks at times before it knows its cluster, and gives up.
  store=$(cat /proc/sys/kernel/random/uuid)
  ceph osd new "$store" >>"$work/ceph-setup.log" 2>&1
  ceph osd crush add osd.0 1.0 root=default host=here >>"$work/ceph-setup.log" 2>&1
  ceph-osd -i 0 --mkfs --osd-uuid "$store" >>"$work/ceph-setup.log" 2>&1
  start "$work/ceph-osd.log" ceph-osd -f -i 0

  export AWS_ACCESS_KEY_ID=SAFELIGHTTESTS AWS_SECRET_ACCESS_KEY=secret-of-tests AWS_REGION=default
  timeout 60 radosgw-admin -n client.rgw.r user create --uid=tests --display-name=tests \
    --access-key="$AWS_ACCESS_KEY_ID" --secret="$AWS_SECRET_ACCESS_KEY" >>"$work/ceph-setup.log" 2>&1
  start "$work/ceph-gateway.log" radosgw -f -n client.rgw.r
  wait_until 60 "Ceph's gateway" listens "$gateway"

  export SAFELIGHT_S3=http://127.0.0.1:$gateway
  python3 "$services/bucket.py" "$SAFELIGHT_S3" safelight
  export SAFELIGHT_BUCKET="s3://safelight/tests?endpoint=$SAFELIGHT_S3&region=$AWS_REGION"
}

# ceph_config FOLDER MONITOR'S-PORT GATEWAY'S-PORT: no authentication between the parts, no replica.
ceph_config() {
  cat <<CONFIG
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = v1:127.0.0.1:$2
mon initial members = a
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd crush update on start = false
osd class update on start = false
osd objectstore = memstore
memstore device bytes = 2147483648
mon allow pool size one = true
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = $1/run
log file = $1/\$name.log
pid file = $1/\$name.pid
admin socket = $1/run/\$name.asok
keyring = $1/keyring
mon data = $1/mon
osd data = $1/osd
rgw data = $1/rgw

[client.rgw.r]
rgw frontends = beast endpoint=127.0.0.1:$3
CONFIG
}
