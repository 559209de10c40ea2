#!/usr/bin/env bash
# Plans $FILE, saves the plan as $PLAN_FILE, and comments it on $PULL_REQUEST if $GH_TOKEN may.
# Fails as `gridplane plan` does, after the comment.
set -euo pipefail
text="$RUNNER_TEMP/gridplane-plan.txt"
status=0
rm -f -- "$PLAN_FILE"  # what the checkout has under this name is no plan of this run
gridplane plan -f "$FILE" -o "$PLAN_FILE" > "$text" 2>&1 || status=$?
cat "$text"
if [ -s "$PLAN_FILE" ]; then
  jq -r '"action=\(.action | @json)", "verdict=\(.verdict | @json)"' "$PLAN_FILE" | tr -d '"' >> "$GITHUB_OUTPUT"
  summary=$(jq -r '"\(.action), $\(.estimate.atReplicas.usdPerMonth) a month, \(.verdict)"' "$PLAN_FILE")
else
  summary="no plan"
fi
if [ -n "$GH_TOKEN" ] && [ -n "$PULL_REQUEST" ]; then
  "$(dirname "$0")/../../scripts/comment_plan.sh" "$FILE" "$text" "$summary"
fi
exit "$status"
