resource "azurerm_user_assigned_identity" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

# bootstrap/ makes the roles from role_actions.json: a pipeline assigns them and cannot change them.
module "role_ids" {
  source = "../role_ids"

  stage = var.stage
  scope = var.environments_scope
}

resource "azurerm_role_assignment" "environments" {
  for_each = module.role_ids.ids

  scope              = var.environments_scope
  role_definition_id = each.value
  principal_id       = azurerm_user_assigned_identity.this.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "data" {
  for_each = var.data_roles

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}
