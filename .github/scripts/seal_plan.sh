#!/usr/bin/env bash
# Encrypts stage.tfplan into stage.tfplan.gpg with $PLAN_PASSPHRASE: a plan holds the state's values,
# sensitive ones included, and an artifact can be read by all who can read the repository.
set -euo pipefail
: "${PLAN_PASSPHRASE:?Set the secret PLAN_PASSPHRASE of the repository, as docs/deploy.md shows.}"
gpg --batch --yes --quiet --pinentry-mode loopback --passphrase-fd 3 \
  --symmetric --cipher-algo AES256 --output stage.tfplan.gpg stage.tfplan 3<<< "$PLAN_PASSPHRASE"
rm stage.tfplan
