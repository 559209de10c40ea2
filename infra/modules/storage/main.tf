# The Functions host's own storage. The task hub `gridplane` of host.json lives in it, and with it
# every environment's record; its containers, queues and tables are made by the Durable extension.
resource "azurerm_storage_account" "host" {
  #checkov:skip=CKV_AZURE_33:classic logging of queues; the task hub's queues see thousands of reads an hour and carry nothing that an audit asks for
  #checkov:skip=CKV2_AZURE_21:logging of blob reads likewise
  #checkov:skip=CKV_AZURE_206:zones, not regions: a copy in another region lags, and a task hub that jumps back repeats what it did
  #checkov:skip=CKV_AZURE_59:closed by the switch private_endpoints_enabled; without it the identity decides, keys are off
  #checkov:skip=CKV_AZURE_35:likewise
  #checkov:skip=CKV2_AZURE_33:made by modules/network when private_endpoints_enabled is on
  #checkov:skip=CKV2_AZURE_1:Microsoft's key; a key of one's own would stop the task hub with the vault
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
  public_network_access_enabled     = var.public_network_access_enabled

  network_rules {
    default_action = var.public_network_access_enabled ? "Allow" : "Deny"
    bypass         = ["AzureServices"]
  }

  blob_properties {
    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }

  sas_policy {
    expiration_period = "00.01:00:00"
    expiration_action = "Block"
  }
}

# Its loss is the loss of every environment's record.
resource "azurerm_management_lock" "host" {
  count = var.delete_lock_enabled ? 1 : 0

  name       = "task-hub"
  scope      = azurerm_storage_account.host.id
  lock_level = "CanNotDelete"
  notes      = "Holds the task hub, Gridplane's only database."

  depends_on = [azurerm_storage_container.package]
}

# Flex Consumption keeps the published package here.
resource "azurerm_storage_container" "package" {
  #checkov:skip=CKV2_AZURE_21:see the account
  name                  = "app-package"
  storage_account_id    = azurerm_storage_account.host.id
  container_access_type = "private"
}
