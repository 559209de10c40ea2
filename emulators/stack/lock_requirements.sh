#!/usr/bin/env bash
# Resolves each requirements*.in to exact versions with hashes, for every platform.
# usage: lock_requirements.sh UV, as seen from the repository
set -euo pipefail
cd "$(dirname "$0")/../.."
uv=$1
export UV_CUSTOM_COMPILE_COMMAND="make lock"
lock() {
  "$uv" pip compile --quiet --universal --python-version "$(cat .python-version)" --generate-hashes \
    --no-emit-index-url --output-file "$1.txt" "$1.in" "${@:2}"
}
lock requirements
# What both have is what runs in Azure.
lock requirements-dev --constraint requirements.txt
lock requirements-mutate --constraint requirements-dev.txt
lock requirements-portal --constraint requirements-dev.txt
