#!/usr/bin/env bash
# Without a step for $COMMAND the job would succeed without having done anything.
set -euo pipefail
case "$COMMAND" in
  plan | apply) ;;
  *)
    echo "::error::command: '$COMMAND' is neither plan nor apply."
    exit 2
    ;;
esac
