#!/usr/bin/env bash
# Registers the resource providers of a subscription, and for environments the feature
# Microsoft.Compute/EncryptionAtHost. Waits for all of it; can be repeated.
# usage: register_providers.sh control-plane|environments SUBSCRIPTION_ID
#
# A script and not Terraform: azurerm_resource_provider_registration refuses a provider that is
# registered already, acts in one subscription only, and unregisters when it is destroyed.
set -euo pipefail

control_plane=(
  Microsoft.App # Flex Consumption's VNet integration runs on it
  Microsoft.Compute
  Microsoft.DevTestLab # the shutdown schedule of single machines
  Microsoft.Insights
  Microsoft.KeyVault
  Microsoft.ManagedIdentity
  Microsoft.Network
  Microsoft.OperationalInsights
  Microsoft.ServiceBus
  Microsoft.Storage
  Microsoft.Web
)
environments=(
  Microsoft.Cdn
  Microsoft.Compute
  Microsoft.ContainerService
  Microsoft.Insights
  Microsoft.ManagedIdentity
  Microsoft.Network
  Microsoft.OperationalInsights # with the next one, for the agent of Container Insights in clusters
  Microsoft.OperationsManagement
  Microsoft.PolicyInsights
)
tries=${TRIES:-120} # of 15 seconds: half an hour
pause=${PAUSE_SECONDS:-15}

register() {
  local state
  state=$(az provider show --subscription "$subscription" --namespace "$1" --query registrationState --output tsv)
  if [ "$state" != Registered ]; then
    az provider register --subscription "$subscription" --namespace "$1" --wait --output none
  fi
  echo "$1 is registered."
}

feature_state() {
  az feature show --subscription "$subscription" --namespace Microsoft.Compute --name EncryptionAtHost \
    --query properties.state --output tsv
}

register_encryption_at_host() {
  local state try=1
  state=$(feature_state)
  if [ "$state" != Registered ]; then
    az feature register --subscription "$subscription" --namespace Microsoft.Compute \
      --name EncryptionAtHost --output none
    state=$(feature_state)
  fi
  while [ "$state" != Registered ]; do
    if [ "$try" -ge "$tries" ]; then
      echo "Microsoft.Compute/EncryptionAtHost is still $state. Run this again later." >&2
      return 1
    fi
    try=$((try + 1))
    sleep "$pause"
    state=$(feature_state)
  done
  # A feature works once its provider is registered anew. Also where it was registered before: an
  # earlier run may have ended in between.
  az provider register --subscription "$subscription" --namespace Microsoft.Compute --wait --output none
  echo "Microsoft.Compute/EncryptionAtHost is registered."
}

if [ $# -ne 2 ]; then
  sed -n '4s/^# //p' "$0" >&2
  exit 2
fi
subscription=$2
case $1 in
  control-plane)
    for provider in "${control_plane[@]}"; do register "$provider"; done
    ;;
  environments)
    for provider in "${environments[@]}"; do register "$provider"; done
    register_encryption_at_host
    ;;
  *)
    sed -n '4s/^# //p' "$0" >&2
    exit 2
    ;;
esac
