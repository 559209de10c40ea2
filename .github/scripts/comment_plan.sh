#!/usr/bin/env bash
# Puts a plan on the pull request, in place of the one of an earlier push.
# usage: comment_plan.sh NAME FILE SUMMARY, with GH_TOKEN and PULL_REQUEST
set -euo pipefail
name=$1 file=$2 summary=$3
longest=60000  # a comment takes 65,536 characters; the log has the rest
marker="<!-- plan of $name -->"
body=$(printf '%s\n**Plan of `%s`** at %s\n\n<details><summary>%s</summary>\n\n```\n%s\n```\n</details>\n' \
  "$marker" "$name" "$GITHUB_SHA" "$summary" "$(head -c "$longest" "$file")")
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
id=$(gh api "$comments" --paginate --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=$body" --silent
else
  gh api --method POST "$comments" --field "body=$body" --silent
fi
