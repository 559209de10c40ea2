#!/usr/bin/env bash
# Builds build/package.zip: what .funcignore leaves, with the packages of requirements.txt.
# usage: make_package.sh PYTHON, as seen from the repository
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$PWD/$1
folder=build/package
rm -rf "$folder" build/package.zip
mkdir -p "$folder"
git ls-files | grep -vxFf <(git ls-files --cached --ignored --exclude-from=.funcignore) |
  tar --create --files-from=- | tar --extract --directory "$folder"
"$python" -m pip install --quiet --disable-pip-version-check --no-compile \
  --target "$folder/.python_packages/lib/site-packages" --requirement requirements.txt
(cd "$folder" && "$python" -m zipfile --create ../package.zip ./* .python_packages)
ls -l build/package.zip
