#!/usr/bin/env bash
# Decrypts stage.tfplan.gpg; fails on one that was changed, or encrypted with another passphrase.
set -euo pipefail
: "${PLAN_PASSPHRASE:?Set the secret PLAN_PASSPHRASE of the repository, as docs/deploy.md shows.}"
gpg --batch --yes --quiet --pinentry-mode loopback --passphrase-fd 3 \
  --output stage.tfplan --decrypt stage.tfplan.gpg 3<<< "$PLAN_PASSPHRASE"
