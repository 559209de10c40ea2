provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = true # the account keys are off

  resource_provider_registrations = "none" # bootstrap/register_providers.sh has done it

  features {
    storage {
      # Nothing here needs the data plane, which private endpoints close to the outside.
      data_plane_available = false
    }
  }
}

# Where environments are built. Policies are defined in the provider's own subscription; roles and
# their assignments name their scope and need no second provider.
provider "azurerm" {
  alias           = "environments"
  subscription_id = local.environments_subscription_id

  resource_provider_registrations = "none" # bootstrap/register_providers.sh has done it

  features {}
}
