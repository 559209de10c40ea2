#!/usr/bin/env bash
# Puts the plan of $STAGE on the pull request, in place of the one of an earlier push.
set -euo pipefail
longest=60000  # a comment takes 65,536 characters; the artifact has the rest
marker="<!-- plan of $STAGE -->"
body=$(printf '%s\n**Plan of `%s`** at %s\n\n<details><summary>%s</summary>\n\n```\n%s\n```\n</details>\n' \
  "$marker" "$STAGE" "$GITHUB_SHA" \
  "$(grep -E '^(Plan:|No changes)' infra/plan.txt | tail -n 1)" \
  "$(head -c "$longest" infra/plan.txt)")
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
id=$(gh api "$comments" --paginate --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=$body" --silent
else
  gh api --method POST "$comments" --field "body=$body" --silent
fi
