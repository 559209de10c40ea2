locals {
  # Each watches the rows that its query finds; the query's file says on which log line it stands.
  query_alerts = {
    failed-operations = {
      description = "An operation of an environment failed."
      severity    = 2
      frequency   = "PT5M"
      window      = "PT15M" # wider than the pace: lines come in minutes late
      dimensions  = ["Operation", "Reason"]
      query       = file("${path.module}/queries/failed_operations.kql")
    }
    stuck-operation = {
      description = "An operation is at work for longer than its deadlines allow."
      severity    = 1
      frequency   = "PT15M"
      window      = "PT6H"
      dimensions  = ["Operation"]
      query = templatefile("${path.module}/queries/stuck_operations.kql", {
        minutes = var.alert_thresholds.stuck_operation_minutes
      })
    }
    sweep-not-run = {
      description = "Nobody looks for idle GPU pools."
      severity    = 1
      frequency   = "PT15M"
      window      = "PT3H"
      dimensions  = []
      query = templatefile("${path.module}/queries/sweep_not_run.kql", {
        minutes = var.alert_thresholds.sweep_missing_minutes
      })
    }
    unhealthy-environment = {
      description = "An environment is Degraded or Unreachable: something is missing, changed or silent."
      severity    = 1
      frequency   = "PT5M"
      window      = "PT15M"
      dimensions  = ["Environment", "Status", "Findings"]
      query       = file("${path.module}/queries/unhealthy_environments.kql")
    }
    gpu-cost-not-stopped = {
      description = "GPU nodes that serve nothing after a failure could not be removed."
      severity    = 1
      frequency   = "PT5M"
      window      = "PT15M"
      dimensions  = ["Environment", "Reason"]
      query       = file("${path.module}/queries/gpu_cost_not_stopped.kql")
    }
    policy-refused = {
      description = "The policy file is wrong or cannot be read; the version before it stays in force."
      severity    = 1
      frequency   = "PT5M"
      window      = "PT15M"
      dimensions  = ["InForce", "Problems"]
      query       = file("${path.module}/queries/policy_refused.kql")
    }
    orphan = {
      description = "A resource group of Gridplane has no environment; it costs, and nobody uses it."
      severity    = 2
      frequency   = "PT15M"
      window      = "PT1H"
      dimensions  = ["ResourceGroup", "UsdPerHour"]
      query       = file("${path.module}/queries/orphans.kql")
    }
    unproven-invocation = {
      description = "Invocations were answered without their hashes: a gateway's audit fails."
      severity    = 1
      frequency   = "PT5M"
      window      = "PT30M" # wider than the pace: lines come in minutes late
      dimensions  = ["Environment"]
      query       = file("${path.module}/queries/unproven_invocations.kql")
    }
    idle-gpu-spend = {
      description = "GPU nodes that nobody uses cost more than agreed."
      severity    = 2
      frequency   = "PT15M"
      window      = "PT1H"
      dimensions  = []
      query = templatefile("${path.module}/queries/idle_gpu_spend.kql", {
        usd_per_hour = var.alert_thresholds.idle_gpu_usd_per_hour
      })
    }
  }
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "this" {
  for_each = local.query_alerts

  name                 = "${var.name}-${each.key}"
  display_name         = "Gridplane ${var.stage}: ${each.key}"
  description          = each.value.description
  resource_group_name  = var.resource_group_name
  location             = var.location
  tags                 = var.tags
  scopes               = [azurerm_log_analytics_workspace.this.id]
  severity             = each.value.severity
  evaluation_frequency = each.value.frequency
  window_duration      = each.value.window
  # The tables come into being with the first telemetry, after the alerts.
  skip_query_validation = true
  # What is over ends its alert by itself; what goes on does not alert anew.
  auto_mitigation_enabled = true

  criteria {
    query                   = each.value.query
    time_aggregation_method = "Count"
    operator                = "GreaterThan"
    threshold               = 0

    dynamic "dimension" {
      for_each = each.value.dimensions

      content {
        name     = dimension.value
        operator = "Include"
        values   = ["*"]
      }
    }
  }

  action {
    action_groups = [azurerm_monitor_action_group.this.id]
  }
}

# By queue and subscription, so that the alert says where to look.
resource "azurerm_monitor_metric_alert" "dead_letters" {
  name                = "${var.name}-dead-letters"
  description         = "Messages were set aside: requests that could not be carried out, or events that could not be delivered."
  resource_group_name = var.resource_group_name
  tags                = var.tags
  scopes              = [var.service_bus_id]
  severity            = 2
  frequency           = "PT5M"
  window_size         = "PT5M"

  criteria {
    metric_namespace = "Microsoft.ServiceBus/namespaces"
    metric_name      = "DeadletteredMessages"
    aggregation      = "Average"
    operator         = "GreaterThan"
    threshold        = 0

    dimension {
      name     = "EntityName"
      operator = "Include"
      values   = ["*"]
    }
  }

  action {
    action_group_id = azurerm_monitor_action_group.this.id
  }
}
