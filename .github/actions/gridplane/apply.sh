#!/usr/bin/env bash
# Carries out the plan in $PLAN_FILE and waits until the model answers. A plan is refused once the
# environment has changed, or after 24 hours. A specification is not applied: none has approved it.
set -euo pipefail
if ! jq -e 'has("id") and has("digest") and has("basedOn")' "$PLAN_FILE" > /dev/null; then
  echo "::error::$PLAN_FILE is no plan that was saved by 'command: plan'."
  exit 2
fi
endpoint=$(gridplane apply -f "$PLAN_FILE" --yes --no-input --query endpoint)
echo "endpoint=$endpoint" >> "$GITHUB_OUTPUT"
