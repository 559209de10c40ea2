# For secrets of the people who run Gridplane. The app has none: it is its identity.
resource "azurerm_key_vault" "this" {
  #checkov:skip=CKV_AZURE_109:closed by the switch private_endpoints_enabled; without it roles decide
  #checkov:skip=CKV_AZURE_189:likewise
  #checkov:skip=CKV2_AZURE_32:made by modules/network when private_endpoints_enabled is on
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  tenant_id                     = var.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = var.public_network_access_enabled

  network_acls {
    default_action = var.public_network_access_enabled ? "Allow" : "Deny"
    bypass         = "AzureServices"
  }
}

resource "azurerm_role_assignment" "administrator" {
  for_each = var.administrators

  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = each.value
}
