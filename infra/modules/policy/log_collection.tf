# The app gives each cluster the agent of Container Insights. What the agent sends where says a data
# collection rule, which the app has no right to associate with a cluster: Azure Policy does.

locals {
  log_collection         = "log-collection"
  monitoring_contributor = "749f88d5-cbae-40b8-bcfc-e573ddc772fa"

  # What deploys an association writes it on the cluster and reads the rule.
  log_collection_scopes = {
    environments = var.scope
    rule         = var.data_collection_rule_id
  }
}

resource "azurerm_policy_definition" "log_collection" {
  name         = "gridplane-${var.stage}-${local.log_collection}"
  display_name = "Gridplane ${var.stage}: Invocations of models are collected"
  description  = "Associates a data collection rule with each cluster that has the tag gridplane-environment."
  policy_type  = "Custom"
  mode         = "Indexed"
  policy_rule = templatefile("${path.module}/definitions/log-collection.json.tftpl", {
    role_definition_id = "/providers/Microsoft.Authorization/roleDefinitions/${local.monitoring_contributor}"
  })
  parameters = jsonencode({
    effect = {
      type          = "String"
      allowedValues = ["DeployIfNotExists", "Disabled"]
      metadata      = { displayName = "Effect" }
    }
    ruleId = { type = "String", metadata = { displayName = "Data collection rule" } }
  })
  metadata = jsonencode({ category = "Gridplane" })
}

resource "azurerm_subscription_policy_assignment" "log_collection" {
  name                 = azurerm_policy_definition.log_collection.name
  display_name         = azurerm_policy_definition.log_collection.display_name
  policy_definition_id = azurerm_policy_definition.log_collection.id
  subscription_id      = var.scope
  location             = var.location
  parameters = jsonencode({
    # As for diagnostic settings: an audit of what may be built leaves the one of models on.
    effect = { value = var.effect == "Disabled" ? "Disabled" : "DeployIfNotExists" }
    ruleId = { value = var.data_collection_rule_id }
  })

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_role_assignment" "log_collection" {
  for_each = local.log_collection_scopes

  scope                = each.value
  role_definition_name = "Monitoring Contributor"
  principal_id         = azurerm_subscription_policy_assignment.log_collection.identity[0].principal_id
  principal_type       = "ServicePrincipal"
}
