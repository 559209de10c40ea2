provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = true # the account keys are off

  resource_providers_to_register = [
    "Microsoft.ManagedIdentity",
    "Microsoft.Storage",
  ]

  features {
    storage {
      data_plane_available = false
    }
  }
}
