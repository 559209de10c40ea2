locals {
  custom_role_scopes = {
    resource_manager = var.environments_scope
    kubernetes       = var.environments_scope
    log_workspace    = var.log_analytics_workspace_id
  }
}

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

  control_plane_scope = var.control_plane_scope
}

resource "azurerm_role_assignment" "custom" {
  for_each = local.custom_role_scopes

  scope              = each.value
  role_definition_id = module.role_ids.ids[each.key]
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

moved {
  from = azurerm_role_assignment.environments
  to   = azurerm_role_assignment.custom
}
