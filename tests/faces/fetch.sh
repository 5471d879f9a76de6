#!/usr/bin/env bash
# Fetches the photographs that labels.json names: `fetch.sh FOLDER`. They are part of npm packages
# under the MIT licence and are not shipped here.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
for package in admin-lte@4.10.0 gentelella@4.2.0 material-dashboard@3.1.0 material-kit@2.0.4 \
    sneat-bootstrap-html-admin-template-free@1.0.0 soft-ui-design-system@1.0.4; do
    name=${package%@*}
    if [ -d "$folder/$name" ]; then continue; fi
    archive=$(cd "$folder" && npm pack --silent "$package")
    mkdir "$folder/$name"
    tar -xzf "$folder/$archive" -C "$folder/$name" --strip-components=1
    rm "$folder/$archive"
done
