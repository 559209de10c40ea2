locals {
  workbook_queries = [
    { title = "Environments by phase", file = "environments_by_phase.kql" },
    { title = "Requests to models", file = "model_requests.kql" },
    { title = "Tokens", file = "model_tokens.kql" },
    { title = "Busiest GPU by environment, percent", file = "gpu_use.kql" },
    { title = "GPU nodes and their list price, USD per hour", file = "gpu_nodes_and_cost.kql" },
    { title = "GPU cost by environment, USD at list prices", file = "cost_by_environment.kql" },
    { title = "Idle decisions of sweeps", file = "idle_decisions.kql" },
    { title = "Operations by outcome", file = "operations_by_outcome.kql" },
    { title = "Failed operations", file = "failed_operations.kql" },
    { title = "What Azure and Kubernetes refused", file = "refusals_by_reason.kql" },
    { title = "Idle GPU nodes and what the sweep saved, USD per hour", file = "idle_spend_over_time.kql" },
    { title = "Requests to the API", file = "api_requests.kql" },
  ]

  workbook = {
    version = "Notebook/1.0"
    items = concat(
      [
        {
          type    = 1
          name    = "title"
          content = { json = "# Gridplane ${var.stage}" }
        },
        {
          type = 9
          name = "parameters"
          content = {
            version = "KqlParameterItem/1.0"
            parameters = [{
              id           = uuidv5("url", "gridplane/${var.name}/workbook/range")
              version      = "KqlParameterItem/1.0"
              name         = "Range"
              type         = 4
              isRequired   = true
              value        = { durationMs = 86400000 }
              typeSettings = { selectableValues = [for hours in [1, 4, 24, 72, 168, 720] : { durationMs = hours * 3600000 }] }
            }]
          }
        },
      ],
      [for query in local.workbook_queries : {
        type = 3
        name = query.title
        content = {
          version                  = "KqlItem/1.0"
          title                    = query.title
          query                    = file("${path.module}/queries/${query.file}")
          timeContextFromParameter = "Range"
          queryType                = 0
          resourceType             = "microsoft.operationalinsights/workspaces"
          crossComponentResources  = [azurerm_log_analytics_workspace.this.id]
        }
      }],
    )
    fallbackResourceIds = [azurerm_log_analytics_workspace.this.id]
  }
}

resource "azurerm_application_insights_workbook" "this" {
  name                = uuidv5("url", "gridplane/${var.name}/workbook")
  display_name        = "Gridplane ${var.stage}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  source_id           = lower(azurerm_log_analytics_workspace.this.id)
  data_json           = jsonencode(local.workbook)
}
