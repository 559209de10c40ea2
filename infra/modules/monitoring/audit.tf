# The audit of invocations. Gateways write one line for each on their standard output; the agent of
# Container Insights in every cluster sends it here, by a rule that modules/policy associates with
# the cluster. A table of its own has a retention of its own, and nothing else that containers write
# is kept: the logs of models may hold what callers have sent.

locals {
  audit_table = "GridplaneInvocations_CL"
}

resource "azurerm_log_analytics_workspace_table_custom_log" "invocations" {
  name                    = local.audit_table
  workspace_id            = azurerm_log_analytics_workspace.this.id
  description             = "One row for each request to a model."
  plan                    = "Analytics" # the only one that alerts and functions can read
  retention_in_days       = min(var.audit_retention_in_days, 730)
  total_retention_in_days = var.audit_retention_in_days

  dynamic "column" {
    for_each = jsondecode(file("${path.module}/audit/columns.json"))

    content {
      name = column.key
      type = column.value
    }
  }
}

resource "azurerm_monitor_data_collection_rule" "invocations" {
  # A rule names a table, and takes none that does not exist.
  depends_on = [azurerm_log_analytics_workspace_table_custom_log.invocations]

  name                = "dcr-${var.name}-invocations"
  resource_group_name = var.resource_group_name
  location            = var.location # of the workspace, wherever the clusters are
  tags                = var.tags
  kind                = "Linux"

  data_sources {
    extension {
      name           = "ContainerInsightsExtension"
      extension_name = "ContainerInsights"
      streams        = ["Microsoft-ContainerLogV2"]
      extension_json = jsonencode({
        dataCollectionSettings = {
          interval               = "1m"
          namespaceFilteringMode = "Include"
          namespaces             = ["inference"]
          enableContainerLogV2   = true
        }
      })
    }
  }

  destinations {
    log_analytics {
      name                  = "audit"
      workspace_resource_id = azurerm_log_analytics_workspace.this.id
    }
  }

  data_flow {
    streams       = ["Microsoft-ContainerLogV2"]
    destinations  = ["audit"]
    transform_kql = trimspace(replace(file("${path.module}/audit/transform.kql"), "/\\s+/", " "))
    output_stream = "Custom-${local.audit_table}"
  }
}

# The one thing that the app asks of the workspace.
resource "azurerm_log_analytics_saved_search" "invocations" {
  depends_on = [azurerm_log_analytics_workspace_table_custom_log.invocations]

  name                       = "GridplaneInvocations"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id
  category                   = "Gridplane"
  display_name               = "Invocations of an environment's model"
  query                      = file("${path.module}/audit/invocations.kql")
  function_alias             = "GridplaneInvocations"
  function_parameters = [
    "environmentName:string",
    "startTime:datetime",
    "endTime:datetime",
    "callerId:string",
    "pageSize:long",
    "skippedRows:long",
  ]
}

# The audit of changes, which the app writes to its log.
resource "azurerm_log_analytics_saved_search" "changes" {
  name                       = "GridplaneChanges"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id
  category                   = "Gridplane"
  display_name               = "Who has asked for which change"
  query                      = file("${path.module}/audit/changes.kql")
  function_alias             = "GridplaneChanges"
  function_parameters = [
    "environmentName:string",
    "startTime:datetime",
    "endTime:datetime",
  ]
}
