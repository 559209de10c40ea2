#!/usr/bin/env bash
# Registers the API of a stage in Entra ID: its URI, its scope for users, its app roles, and the Azure
# CLI as a client that needs no consent. What is as it should be stays; it can be repeated.
# Prints variables for the commands that follow: eval "$(infra/register_api.sh gridplane-dev)"
# usage: register_api.sh NAME [OBJECT_ID, a user, group or identity that gets Environments.Write]
set -euo pipefail

name=${1:?"usage: register_api.sh NAME [OBJECT_ID]"}
writer=${2:-}
roles_file=$(dirname "$0")/app_roles.json
azure_cli=04b07795-8ddb-461a-bbee-02f9e1bf7b46
scope_value=user_impersonation
# Of a scope that is made here, the same in every registration.
scope_id=6f1a2d0e-3f0c-5b0e-9a3c-0d8a3c1f7a10
tries=${TRIES:-12}
pause=${PAUSE_SECONDS:-5}

say() {
  echo "$*" >&2
}

graph() {
  az rest --method "$1" --url "$graph_url/$2" --headers Content-Type=application/json \
    ${3:+--body "$3"} --output json
}

find_or_create_app() {
  local found
  # Not --display-name, which also finds names that only begin like this one.
  found=$(az ad app list --filter "displayName eq '$name'" --query '[].appId' --output tsv)
  if [ "$(wc -w <<< "$found")" -gt 1 ]; then
    say "More than one registration is called $name: $(tr '\n' ' ' <<< "$found"). Rename or delete all but one."
    return 1
  fi
  if [ -z "$found" ]; then
    found=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
    say "Registered $name as $found."
  fi
  echo "$found"
}

# A registration that has just been made is not found everywhere at once.
read_app() {
  local try
  for ((try = 1; try < tries; try++)); do
    if graph GET "applications(appId='$app_id')" 2> /dev/null; then
      return
    fi
    sleep "$pause"
  done
  graph GET "applications(appId='$app_id')"
}

# Cost centers go by groups. Tokens name those that are assigned to the application: of all groups of
# a user they would leave out every one beyond 200. What is set otherwise stays.
# Roles and scopes are told apart by value; one that is there keeps its id, since assignments name it.
with_roles_and_scope() {
  jq --arg uri "api://$app_id" --arg scope "$scope_value" --arg scope_id "$scope_id" --slurpfile roles "$roles_file" '
    def merged($ours): . as $theirs
      | [$theirs[] | . as $each | $each + (first($ours[] | select(.value == $each.value) | del(.id)) // {})]
        + [$ours[] | select(.value as $value | all($theirs[]; .value != $value))];
    {
      identifierUris: (.identifierUris | if any(. == $uri) then . else . + [$uri] end),
      appRoles: (.appRoles | merged($roles[0])),
      groupMembershipClaims: (if (.groupMembershipClaims // "None") == "None" then "ApplicationGroup" else .groupMembershipClaims end),
      api: {
        requestedAccessTokenVersion: 2,
        oauth2PermissionScopes: (.api.oauth2PermissionScopes | merged([{
          id: $scope_id,
          value: $scope,
          type: "User",
          isEnabled: true,
          adminConsentDisplayName: "Use Gridplane as the signed-in user",
          adminConsentDescription: "Call the API of Gridplane with the app roles of the signed-in user.",
          userConsentDisplayName: "Use Gridplane as you",
          userConsentDescription: "Call the API of Gridplane with your app roles."
        }]))
      }
    }'
}

# In a request of its own: Graph refuses it together with a scope that does not exist yet.
with_azure_cli() {
  jq --arg client "$azure_cli" --arg scope "$scope_value" '
    (first(.api.oauth2PermissionScopes[] | select(.value == $scope)).id) as $id
    | .api.preAuthorizedApplications as $clients
    | { api: { preAuthorizedApplications:
        ([$clients[] | select(.appId != $client)]
         + [{
             appId: $client,
             delegatedPermissionIds: ([$clients[] | select(.appId == $client).delegatedPermissionIds[]] + [$id] | unique)
           }]) } }'
}

# usage: change_app FUNCTION; does nothing if the registration is as FUNCTION wants it.
change_app() {
  local app wanted
  app=$(read_app)
  wanted=$("$1" <<< "$app")
  if jq --exit-status --argjson wanted "$wanted" '. * $wanted == .' <<< "$app" > /dev/null; then
    return
  fi
  # Graph says where a role or scope comes from, but does not take it.
  graph PATCH "applications(appId='$app_id')" \
    "$(jq --compact-output 'del(.appRoles[]?.origin, .api.oauth2PermissionScopes[]?.origin)' <<< "$wanted")" > /dev/null
  say "Changed the registration: $1."
}

find_or_create_service_principal() {
  local found
  found=$(az ad sp list --filter "appId eq '$app_id'" --query '[].id' --output tsv)
  if [ -z "$found" ]; then
    found=$(az ad sp create --id "$app_id" --query id --output tsv)
    say "Made the service principal $found."
  fi
  echo "$found"
}

# Without a role no token, and so no caller.
require_a_role() {
  if [ "$(graph GET "servicePrincipals/$principal" | jq .appRoleAssignmentRequired)" != true ]; then
    graph PATCH "servicePrincipals/$principal" '{"appRoleAssignmentRequired":true}' > /dev/null
    say "Callers need an app role now."
  fi
}

assign_writer() {
  local role
  role=$(read_app | jq --raw-output '.appRoles[] | select(.value == "Environments.Write").id')
  if graph GET "servicePrincipals/$principal/appRoleAssignedTo" |
    jq --exit-status --arg principal "$writer" --arg role "$role" \
      'any(.value[]; .principalId == $principal and .appRoleId == $role)' > /dev/null; then
    return
  fi
  graph POST "servicePrincipals/$principal/appRoleAssignedTo" \
    "{\"principalId\":\"$writer\",\"resourceId\":\"$principal\",\"appRoleId\":\"$role\"}" > /dev/null
  say "Assigned Environments.Write to $writer."
}

graph_url=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
graph_url=${graph_url%/}/v1.0
tenant_id=$(az account show --query tenantId --output tsv)
app_id=$(find_or_create_app)
change_app with_roles_and_scope
change_app with_azure_cli
principal=$(find_or_create_service_principal)
require_a_role
if [ -n "$writer" ]; then
  assign_writer
fi
echo "export APP_ID=$app_id"
echo "export TENANT_ID=$tenant_id"
echo "export API_SCOPE=api://$app_id/.default"
