#!/usr/bin/env bash
# Installs the servers and browsers that the service tests run against, where they are missing.
# Usage: setup.sh [postgres] [ceph] [varnish] [nginx] [firefox] [chromium]
set -euo pipefail

missing=()
need_command() { command -v "$1" >/dev/null 2>&1 || missing+=("${@:2}"); }

for group in "$@"; do
  case $group in
    postgres)
      compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need_command initdb postgresql
      ;;
    ceph)
      need_command ceph-mon ceph-mon
      need_command ceph-osd ceph-osd
      need_command radosgw radosgw
      need_command ceph ceph-common
      ;;
    varnish)
      need_command varnishd varnish
      compgen -G '/usr/lib/*/varnish/vmods/libvmod_xkey.so' >/dev/null || missing+=(varnish-modules)
      ;;
    nginx) need_command nginx nginx-light ;;
    azurite) command -v npm >/dev/null 2>&1 || missing+=(npm) ;;
    firefox) need_command firefox-esr firefox-esr ;;
    chromium) need_command chromium chromium ;;
    *) echo "setup.sh: unknown group $group" >&2; exit 2 ;;
  esac
done

[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if sudo -n true 2>/dev/null; then as_root=(sudo); fi
  [ ${#as_root[@]} -gt 0 ] || { echo "please install: ${missing[*]}" >&2; exit 1; }
fi
command -v apt-get >/dev/null 2>&1 || { echo "please install: ${missing[*]}" >&2; exit 1; }
echo "installing ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
