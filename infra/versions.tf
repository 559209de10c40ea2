terraform {
  # 1.9: validations may look at other variables. 1.11 is what this is checked with.
  required_version = ">= 1.9, < 2.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.2"
    }
  }

  # bootstrap/ makes the account and its containers; the rest comes from -backend-config.
  backend "azurerm" {
    key              = "gridplane.tfstate"
    use_azuread_auth = true
  }
}
