#!/usr/bin/env bash
# Connects infra/ to the state of $STAGE.
set -euo pipefail
terraform init \
  -backend-config="resource_group_name=$TFSTATE_RESOURCE_GROUP" \
  -backend-config="storage_account_name=$TFSTATE_STORAGE_ACCOUNT" \
  -backend-config="container_name=tfstate-$STAGE"
