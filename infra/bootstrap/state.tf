resource "azurerm_resource_group" "this" {
  name     = "rg-gridplane-bootstrap"
  location = var.location
  tags     = var.tags
}

resource "azurerm_storage_account" "state" {
  #checkov:skip=CKV_AZURE_33:no queues in it
  #checkov:skip=CKV2_AZURE_21:there is no workspace yet that logs could go to; versions of blobs tell who wrote when
  #checkov:skip=CKV_AZURE_59:hosted runners have no fixed address; no key opens it, only an identity with a role
  #checkov:skip=CKV2_AZURE_33:likewise
  #checkov:skip=CKV_AZURE_35:likewise
  #checkov:skip=CKV2_AZURE_1:Microsoft's key; a vault would have to exist before the state does
  name                = "sttfgp${var.name_suffix}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = var.tags

  account_kind             = "StorageV2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"

  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  min_tls_version                   = "TLS1_2"
  infrastructure_encryption_enabled = true

  blob_properties {
    versioning_enabled  = true
    change_feed_enabled = true

    delete_retention_policy {
      days = var.soft_delete_days
    }

    container_delete_retention_policy {
      days = var.soft_delete_days
    }
  }

  sas_policy {
    expiration_period = "00.01:00:00"
    expiration_action = "Block"
  }
}

# Old versions of a state are worth nothing after a while, and hold what was once secret.
resource "azurerm_storage_management_policy" "state" {
  storage_account_id = azurerm_storage_account.state.id

  rule {
    name    = "forget-old-versions"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      version {
        delete_after_days_since_creation = 90
      }
    }
  }
}

resource "azurerm_storage_container" "state" {
  #checkov:skip=CKV2_AZURE_21:see the account
  for_each = var.stages

  name                  = "tfstate-${each.key}"
  storage_account_id    = azurerm_storage_account.state.id
  container_access_type = "private"
}

resource "azurerm_management_lock" "state" {
  name       = "terraform-state"
  scope      = azurerm_storage_account.state.id
  lock_level = "CanNotDelete"
  notes      = "Holds the Terraform state of every stage."

  depends_on = [azurerm_storage_container.state, azurerm_storage_management_policy.state]
}
