# Clusters and edges of environments come and go with the app, which has no right to say where their
# logs go. Azure Policy does: whatever the app has built gets a diagnostic setting.

locals {
  log_analytics_contributor = "92aaf0da-9dab-42b6-94a3-d43ce8d16293"

  # kube-audit is left out: it repeats kube-audit-admin and adds every read, most of the volume.
  # A WAF policy has no logs of its own; its decisions are in those of the Front Door profile.
  diagnostics = {
    aks-logs = {
      display_name     = "Logs of clusters go to Log Analytics"
      type             = "Microsoft.ContainerService/managedClusters"
      categories       = ["cluster-autoscaler", "guard", "kube-audit-admin"]
      destination_type = "Dedicated" # AKSAuditAdmin and AKSControlPlane instead of AzureDiagnostics
    }
    front-door-logs = {
      display_name     = "Logs of Front Door and its WAF go to Log Analytics"
      type             = "Microsoft.Cdn/profiles"
      categories       = ["FrontDoorAccessLog", "FrontDoorHealthProbeLog", "FrontDoorWebApplicationFirewallLog"]
      destination_type = "AzureDiagnostics" # these have no tables of their own
    }
  }

  # What deploys a setting writes it on the resource and reads the workspace's key.
  diagnostics_scopes = {
    environments = var.scope
    workspace    = var.log_analytics_workspace_id
  }
  diagnostics_grants = merge([
    for rule in keys(local.diagnostics) : {
      for where, scope in local.diagnostics_scopes : "${rule}/${where}" => { rule = rule, scope = scope }
    }
  ]...)
}

resource "azurerm_policy_definition" "diagnostics" {
  for_each = local.diagnostics

  name         = "gridplane-${var.stage}-${each.key}"
  display_name = "Gridplane ${var.stage}: ${each.value.display_name}"
  description  = "Deploys a diagnostic setting to each ${each.value.type} that has the tag gridplane-environment."
  policy_type  = "Custom"
  mode         = "Indexed"
  policy_rule = templatefile("${path.module}/definitions/diagnostics.json.tftpl", {
    type               = each.value.type
    destination_type   = each.value.destination_type
    role_definition_id = "/providers/Microsoft.Authorization/roleDefinitions/${local.log_analytics_contributor}"
  })
  parameters = jsonencode({
    effect = {
      type          = "String"
      allowedValues = ["DeployIfNotExists", "Disabled"]
      metadata      = { displayName = "Effect" }
    }
    settingName = { type = "String", metadata = { displayName = "Name of the diagnostic setting" } }
    workspaceId = { type = "String", metadata = { displayName = "Log Analytics workspace", strongType = "omsWorkspace" } }
    categories  = { type = "Array", metadata = { displayName = "Categories of logs" } }
  })
  metadata = jsonencode({ category = "Gridplane" })
}

resource "azurerm_subscription_policy_assignment" "diagnostics" {
  for_each = local.diagnostics

  name                 = azurerm_policy_definition.diagnostics[each.key].name
  display_name         = azurerm_policy_definition.diagnostics[each.key].display_name
  policy_definition_id = azurerm_policy_definition.diagnostics[each.key].id
  subscription_id      = var.scope
  location             = var.location
  parameters = jsonencode({
    # An audit of what may be built says nothing on logs: they are deployed all the same.
    effect      = { value = var.effect == "Disabled" ? "Disabled" : "DeployIfNotExists" }
    settingName = { value = "gridplane-${var.stage}" }
    workspaceId = { value = var.log_analytics_workspace_id }
    categories  = { value = each.value.categories }
  })

  # Of the assignment itself, so that only Azure Policy can act as it.
  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_role_assignment" "diagnostics" {
  for_each = local.diagnostics_grants

  scope                = each.value.scope
  role_definition_name = "Log Analytics Contributor"
  principal_id         = azurerm_subscription_policy_assignment.diagnostics[each.value.rule].identity[0].principal_id
  principal_type       = "ServicePrincipal"
}
