locals {
  role_administrator = "Role Based Access Control Administrator"

  # Every built-in role that a stage assigns, and nothing that could give out roles or read secrets
  # of others. tests/architecture/test_infra.py compares the names with what infra/ assigns.
  assigned_roles = {
    "Azure Service Bus Data Receiver" = "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0"
    "Azure Service Bus Data Sender"   = "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39"
    "Key Vault Secrets Officer"       = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
    "Log Analytics Contributor"       = "92aaf0da-9dab-42b6-94a3-d43ce8d16293"
    "Log Analytics Data Reader"       = "3b03c2da-16b3-4a49-8834-0f8130efdd3b"
    "Monitoring Contributor"          = "749f88d5-cbae-40b8-bcfc-e573ddc772fa"
    "Monitoring Metrics Publisher"    = "3913510d-42f4-4e42-8a64-420c390055eb"
    "Storage Blob Data Owner"         = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
    "Storage Queue Data Contributor"  = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
    "Storage Table Data Contributor"  = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"
  }

  # A stage assigns these and its own custom roles, to whatever principal, and removes no others.
  # The role that assigns roles itself is left to people: custom_roles.tf says why.
  allowed_guids = {
    for name in keys(var.stages) :
    name => join(", ", sort(concat(values(local.assigned_roles), [
      for role, guid in module.role_ids[name].guids : guid if role != "role_assignments"
    ])))
  }
  requests_allowed_role = {
    for name, guids in local.allowed_guids : name => <<-EOT
      (
        (!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))
        OR
        (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${guids}})
      )
      AND
      (
        (!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'}))
        OR
        (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${guids}})
      )
    EOT
  }

  # What Terraform needs to build a stage. Contributor makes the control plane, but neither locks,
  # policies nor role assignments; the budget has a role of its own. Custom roles are written here,
  # and providers registered by register_providers.sh.
  control_plane_roles = ["Contributor", "Locks Contributor", local.role_administrator]
  environments_roles  = ["Cost Management Contributor", "Resource Policy Contributor", local.role_administrator]

  deploy_grants = merge([
    for name, stage in var.stages : merge(
      { for role in local.control_plane_roles : "${name}/control-plane/${role}" => {
        stage = name, role = role, scope = "/subscriptions/${stage.subscription_id}"
      } },
      # The same subscription twice would be the same assignment twice.
      { for role in local.environments_roles : "${name}/environments/${role}" => {
        stage = name, role = role, scope = "/subscriptions/${coalesce(stage.environments_subscription_id, stage.subscription_id)}"
      } if !(role == local.role_administrator && coalesce(stage.environments_subscription_id, stage.subscription_id) == stage.subscription_id) },
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
  condition            = each.value.role == local.role_administrator ? local.requests_allowed_role[each.value.stage] : null
  condition_version    = each.value.role == local.role_administrator ? "2.0" : null
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
