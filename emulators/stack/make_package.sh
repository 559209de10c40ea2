#!/usr/bin/env bash
# Builds build/package.zip: what .funcignore leaves, with the packages of requirements.txt for Azure's platform.
# usage: make_package.sh PYTHON, as seen from the repository
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$PWD/$1
folder=build/package
packages=$folder/.python_packages/lib/site-packages
rm -rf "$folder" build/package.zip
mkdir -p "$folder"
git ls-files | grep -vxFf <(git ls-files --cached --ignored --exclude-from=.funcignore) |
  tar --create --files-from=- | tar --extract --directory "$folder"
# Built on any machine, run on Linux: pip would otherwise take the packages of this one.
"$python" -m pip install --quiet --disable-pip-version-check --no-compile --only-binary :all: \
  --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 \
  --implementation cp --python-version "$(cat .python-version)" \
  --require-hashes --target "$packages" --requirement requirements.txt
# Azure mounts the package read-only with other times of its files: only hashes keep bytecode valid.
"$python" -m compileall -q --invalidation-mode unchecked-hash "$folder"
(cd "$folder" && "$python" -m zipfile --create ../package.zip ./* .python_packages)
ls -l build/package.zip
