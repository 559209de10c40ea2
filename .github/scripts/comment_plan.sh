#!/usr/bin/env bash
# Puts a plan on the pull request, in place of the one of an earlier push.
# usage: comment_plan.sh NAME FILE SUMMARY, with GH_TOKEN and PULL_REQUEST
#
# The name and the text may be those of whoever has opened the pull request: neither leaves its
# place in the comment, and a comment that a person has written, and could change, is not taken.
set -euo pipefail
name=${1//[^[:alnum:]._\/ -]/_} file=$2 summary=$3
name=${name//--/__}
longest=60000  # a comment takes 65,536 characters; the log has the rest
export MARKER="<!-- plan of $name -->"
escape() { sed 's/&/\&amp;/g; s/</\&lt;/g'; }
text=$(head -c "$longest" <(escape < "$file") | iconv -c -f utf-8 -t utf-8)
body=$(printf '%s\n**Plan of %s** at %s\n\n<details><summary>%s</summary>\n\n<pre>\n%s\n</pre>\n</details>\n' \
  "$MARKER" "$name" "$GITHUB_SHA" "$(escape <<< "$summary")" "$text")
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
ours='.[] | select(.user.type == "Bot" and (.body | startswith(env.MARKER))) | .id'
id=$(gh api "$comments" --paginate --jq "$ours" | sed -n 1p)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --raw-field "body=$body" --silent
else
  gh api --method POST "$comments" --raw-field "body=$body" --silent
fi
