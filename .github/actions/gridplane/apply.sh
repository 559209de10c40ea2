#!/usr/bin/env bash
# Carries out the plan in $PLAN_FILE and waits until the model answers. A plan is refused once the
# environment has changed, or after 24 hours.
set -euo pipefail
endpoint=$(gridplane apply -f "$PLAN_FILE" --yes --query endpoint)
echo "endpoint=$endpoint" >> "$GITHUB_OUTPUT"
