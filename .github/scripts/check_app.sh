#!/usr/bin/env bash
# Checks a published app: the commit that answers, and that a forged identity is turned away.
# usage: check_app.sh URL COMMIT
set -euo pipefail
url=$1
commit=$2
tries=${TRIES:-30}
pause=${PAUSE_SECONDS:-10}

# The identity that built-in authentication would pass on for a writer. It removes the header from
# requests, and turns away those without a token before they reach the app.
forge_writer() {
  printf '%s' '{"auth_typ":"aad","role_typ":"roles","claims":[{"typ":"roles","val":"Environments.Write"}]}' |
    base64 | tr -d '\n'
}

wait_for_commit() {
  local answer=""
  for ((try = 1; try <= tries; try++)); do
    if answer=$(curl --fail --silent --show-error --max-time 60 "$url/healthz") &&
      [ "$(jq -r '.commit // empty' <<< "$answer")" = "$commit" ]; then
      echo "$url runs $commit."
      return
    fi
    [ "$try" -eq "$tries" ] || sleep "$pause"
  done
  echo "::error::$url/healthz does not answer with the commit $commit; its last answer: ${answer:-none}"
  return 1
}

refuse_forged_writer() {
  local status
  status=$(curl --silent --show-error --max-time 60 --output /dev/null --write-out '%{http_code}' \
    --header "X-MS-CLIENT-PRINCIPAL: $(forge_writer)" --header "X-MS-CLIENT-PRINCIPAL-IDP: aad" \
    "$url/environments")
  if [ "$status" != 401 ]; then
    echo "::error::$url answered $status to a forged X-MS-CLIENT-PRINCIPAL without a token, not 401: built-in authentication is off, or does not protect /environments."
    return 1
  fi
  echo "A forged identity gets 401."
}

wait_for_commit
refuse_forged_writer
