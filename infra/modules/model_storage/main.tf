# Weights of models, which the cells of environments mount read-only by their identities.
resource "azurerm_storage_account" "models" {
  #checkov:skip=CKV_AZURE_33:it has no queues
  #checkov:skip=CKV_AZURE_36:no service of Azure reads weights; cells do, by private endpoints
  #checkov:skip=CKV_AZURE_206:zones, not regions: weights can be uploaded again, and a second region would double their price
  #checkov:skip=CKV2_AZURE_21:blob reads are logged by the diagnostic setting of modules/monitoring
  #checkov:skip=CKV2_AZURE_33:made by modules/network
  #checkov:skip=CKV2_AZURE_1:Microsoft's key unless customer_managed_key names another
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  account_kind             = "StorageV2"
  account_tier             = "Standard"
  account_replication_type = var.replication_type

  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  min_tls_version                   = "TLS1_2"
  infrastructure_encryption_enabled = true
  public_network_access_enabled     = false

  network_rules {
    default_action = "Deny"
    bypass         = ["None"]
  }

  # A version that is overwritten or deleted can be had back, also where a digest names it.
  blob_properties {
    versioning_enabled  = true
    change_feed_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
    }
  }

  sas_policy {
    expiration_period = "00.01:00:00"
    expiration_action = "Block"
  }

  dynamic "identity" {
    for_each = var.customer_managed_key == null ? [] : [var.customer_managed_key]

    content {
      type         = "UserAssigned"
      identity_ids = [identity.value.identity_id]
    }
  }

  dynamic "customer_managed_key" {
    for_each = var.customer_managed_key == null ? [] : [var.customer_managed_key]

    content {
      key_vault_key_id          = customer_managed_key.value.key_id
      user_assigned_identity_id = customer_managed_key.value.identity_id
    }
  }
}

resource "azurerm_storage_container" "weights" {
  #checkov:skip=CKV2_AZURE_21:see the account
  name                  = "weights"
  storage_account_id    = azurerm_storage_account.models.id
  container_access_type = "private"
}

resource "azurerm_management_lock" "models" {
  count = var.delete_lock_enabled ? 1 : 0

  name       = "models"
  scope      = azurerm_storage_account.models.id
  lock_level = "CanNotDelete"
  notes      = "Holds the weights that environments start with."

  depends_on = [azurerm_storage_container.weights]
}
