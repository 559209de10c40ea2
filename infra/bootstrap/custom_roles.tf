# What the app of a stage may do in the subscription of its environments. Defined here and not by the
# stage, so that no pipeline can widen what its app may do: it assigns the first three and cannot write any.

locals {
  # By action, each with the call that needs it; read by the tests that compare it with the app's requests.
  app_actions = jsondecode(file("${path.module}/../modules/identity/role_actions.json"))

  environments_scopes = {
    for name, stage in var.stages : name => "/subscriptions/${coalesce(stage.environments_subscription_id, stage.subscription_id)}"
  }
}

module "role_ids" {
  source   = "../modules/role_ids"
  for_each = var.stages

  stage = "${each.key}-${var.name_suffix}"
  scope = local.environments_scopes[each.key]

  control_plane_scope = "/subscriptions/${each.value.subscription_id}"
}

# The subscription is the narrowest scope there is: each environment brings resource groups of its
# own, which do not exist before the app makes them.
resource "azurerm_role_definition" "resource_manager" {
  for_each = var.stages

  role_definition_id = module.role_ids[each.key].guids.resource_manager
  name               = "Gridplane control plane (${each.key}-${var.name_suffix})"
  description        = "What Gridplane does in Azure Resource Manager, action by action."
  scope              = local.environments_scopes[each.key]
  assignable_scopes  = [local.environments_scopes[each.key]]

  permissions {
    actions = sort(keys(local.app_actions.resource_manager))
  }
}

# Instead of `Azure Kubernetes Service RBAC Cluster Admin`, which could also read every secret of
# every cluster in the subscription: nothing narrower that is built in may write a namespace.
resource "azurerm_role_definition" "kubernetes" {
  for_each = var.stages

  role_definition_id = module.role_ids[each.key].guids.kubernetes
  name               = "Gridplane workloads (${each.key}-${var.name_suffix})"
  description        = "What Gridplane does in the clusters of environments, by Azure RBAC for Kubernetes."
  scope              = local.environments_scopes[each.key]
  assignable_scopes  = [local.environments_scopes[each.key]]

  permissions {
    data_actions = sort(keys(local.app_actions.kubernetes))
  }
}

# On the one workspace, which may be in another subscription than the clusters. Instead of `Log
# Analytics Contributor`, which could shorten the retention of the audit.
resource "azurerm_role_definition" "log_workspace" {
  for_each = var.stages

  role_definition_id = module.role_ids[each.key].guids.log_workspace
  name               = "Gridplane logs (${each.key}-${var.name_suffix})"
  description        = "Naming the workspace of the logs when a cluster is built."
  scope              = "/subscriptions/${each.value.subscription_id}"
  assignable_scopes  = ["/subscriptions/${each.value.subscription_id}"]

  permissions {
    actions = sort(keys(local.app_actions.log_workspace))
  }
}

# At registries and key vaults of others. Not among the roles that a pipeline may assign: it could
# leave the condition out, with which the app gives clusters two roles and nobody any other.
resource "azurerm_role_definition" "role_assignments" {
  for_each = var.stages

  role_definition_id = module.role_ids[each.key].guids.role_assignments
  name               = "Gridplane role assignments (${each.key}-${var.name_suffix})"
  description        = "Assigning roles to clusters. To be assigned with a condition only."
  scope              = local.environments_scopes[each.key]
  assignable_scopes = distinct([
    local.environments_scopes[each.key], "/subscriptions/${each.value.subscription_id}"
  ])

  permissions {
    actions = sort(keys(local.app_actions.role_assignments))
  }
}
