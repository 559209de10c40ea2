#!/usr/bin/env bash
# Plans $STAGE into stage.tfplan and plan.txt; says whether there is anything to change.
set -euo pipefail
"$(dirname "$0")/init.sh"
code=0
# The identity of plans may only read, so it cannot take the lock.
terraform plan -lock=false -detailed-exitcode -var-file="environments/$STAGE.tfvars" \
  -out=stage.tfplan || code=$?
if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then
  exit "$code"
fi
terraform show -no-color stage.tfplan > plan.txt
if [ "$code" -eq 2 ]; then
  echo "changes=true" >> "$GITHUB_OUTPUT"
fi
