locals {
  custom_role_scopes = {
    resource_manager = var.environments_scope
    kubernetes       = var.environments_scope
    log_workspace    = var.log_analytics_workspace_id
  }

  assigned_by_the_app = {
    "AcrPull"                  = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    "Key Vault Secrets User"   = "4633458b-17de-408a-b874-0445c86b69e6"
    "Storage Blob Data Reader" = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
  }
  assigned_guids           = join(", ", values(local.assigned_by_the_app))
  assigns_only_these_roles = <<-EOT
    (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))
      OR
      (
        @Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.assigned_guids}}
        AND
        @Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}
      )
    )
    AND
    (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'}))
      OR
      (
        @Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.assigned_guids}}
        AND
        @Resource[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}
      )
    )
  EOT
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

# At each registry, key vault and storage account by itself, and three roles for identities of
# applications only: what the app cannot give, nobody gets through it.
resource "azurerm_role_assignment" "role_assignments" {
  for_each = var.role_assignment_scopes

  scope              = each.value
  role_definition_id = module.role_ids.ids.role_assignments
  principal_id       = azurerm_user_assigned_identity.this.principal_id
  principal_type     = "ServicePrincipal"
  condition          = local.assigns_only_these_roles
  condition_version  = "2.0"
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
