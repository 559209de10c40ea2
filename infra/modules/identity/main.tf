locals {
  # By action, each with the call that needs it.
  actions = jsondecode(file("${path.module}/role_actions.json"))
}

resource "azurerm_user_assigned_identity" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

# The subscription is the narrowest scope there is: each environment brings resource groups of its
# own, which do not exist before the app makes them.
resource "azurerm_role_definition" "resource_manager" {
  name              = "Gridplane control plane (${var.stage})"
  description       = "What Gridplane does in Azure Resource Manager, action by action."
  scope             = var.environments_scope
  assignable_scopes = [var.environments_scope]

  permissions {
    actions = sort(keys(local.actions.resource_manager))
  }
}

# Instead of `Azure Kubernetes Service RBAC Cluster Admin`, which could also read every secret of
# every cluster in the subscription: nothing narrower that is built in may write a namespace.
resource "azurerm_role_definition" "kubernetes" {
  name              = "Gridplane workloads (${var.stage})"
  description       = "What Gridplane does in the clusters of environments, by Azure RBAC for Kubernetes."
  scope             = var.environments_scope
  assignable_scopes = [var.environments_scope]

  permissions {
    data_actions = sort(keys(local.actions.kubernetes))
  }
}

resource "azurerm_role_assignment" "environments" {
  for_each = {
    resource_manager = azurerm_role_definition.resource_manager.role_definition_resource_id
    kubernetes       = azurerm_role_definition.kubernetes.role_definition_resource_id
  }

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
