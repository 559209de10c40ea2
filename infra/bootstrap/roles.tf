locals {
  # Built-in roles that would let their holder give out anything.
  privileged_roles = join(", ", [
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", # Owner
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", # User Access Administrator
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168", # Role Based Access Control Administrator
  ])
  requests_no_privileged_role = <<-EOT
    (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))
      OR
      (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals {${local.privileged_roles}})
    )
    AND
    (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'}))
      OR
      (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals {${local.privileged_roles}})
    )
  EOT

  # What Terraform needs to build a stage. Contributor makes the control plane and registers
  # providers; roles, policies and locks are written with the administrator's right, which a
  # condition bounds; the budget has a role of its own.
  control_plane_roles = ["Contributor", "User Access Administrator"]
  environments_roles  = ["User Access Administrator", "Cost Management Contributor"]

  deploy_grants = merge([
    for name, stage in var.stages : merge(
      { for role in local.control_plane_roles : "${name}/control-plane/${role}" => {
        stage = name, role = role, scope = "/subscriptions/${stage.subscription_id}"
      } },
      # The same subscription twice would be the same assignment twice.
      { for role in local.environments_roles : "${name}/environments/${role}" => {
        stage = name, role = role, scope = "/subscriptions/${coalesce(stage.environments_subscription_id, stage.subscription_id)}"
      } if !(role == "User Access Administrator" && coalesce(stage.environments_subscription_id, stage.subscription_id) == stage.subscription_id) },
    )
  ]...)

  subscriptions = toset(flatten([
    for stage in values(var.stages) : [stage.subscription_id, coalesce(stage.environments_subscription_id, stage.subscription_id)]
  ]))
}

resource "azurerm_role_assignment" "deploy" {
  for_each = local.deploy_grants

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.deploy[each.value.stage].principal_id
  principal_type       = "ServicePrincipal"
  condition            = each.value.role == "User Access Administrator" ? local.requests_no_privileged_role : null
  condition_version    = each.value.role == "User Access Administrator" ? "2.0" : null
}

# A stage writes its own state and no other.
resource "azurerm_role_assignment" "state" {
  for_each = var.stages

  scope                = azurerm_storage_container.state[each.key].id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.deploy[each.key].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "plan_state" {
  for_each = var.stages

  scope                = azurerm_storage_container.state[each.key].id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_user_assigned_identity.plan.principal_id
  principal_type       = "ServicePrincipal"
}

# To plan means to read an app's settings, which Reader may not: they are where others keep secrets.
# Ours hold none.
resource "azurerm_role_definition" "plan" {
  for_each = toset([for stage in values(var.stages) : stage.subscription_id])

  name              = "Gridplane plan (${each.value})"
  description       = "What a plan of Gridplane needs beyond Reader."
  scope             = "/subscriptions/${each.value}"
  assignable_scopes = ["/subscriptions/${each.value}"]

  permissions {
    actions = ["Microsoft.Web/sites/config/list/action"]
  }
}

resource "azurerm_role_assignment" "plan_settings" {
  for_each = azurerm_role_definition.plan

  scope              = each.value.scope
  role_definition_id = each.value.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.plan.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "plan" {
  for_each = local.subscriptions

  scope                = "/subscriptions/${each.value}"
  role_definition_name = "Reader"
  principal_id         = azurerm_user_assigned_identity.plan.principal_id
  principal_type       = "ServicePrincipal"
}
