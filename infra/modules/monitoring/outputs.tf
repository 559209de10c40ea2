output "log_analytics_workspace_id" {
  description = "Resource id of the workspace."
  value       = azurerm_log_analytics_workspace.this.id
}

output "log_analytics_customer_id" {
  description = "Id by which queries name the workspace."
  value       = azurerm_log_analytics_workspace.this.workspace_id
}

output "data_collection_rule_id" {
  description = "Resource id of the rule that collects the audit of invocations."
  value       = azurerm_monitor_data_collection_rule.invocations.id
}

output "application_insights_id" {
  description = "Resource id of the Application Insights component."
  value       = azurerm_application_insights.this.id
}

output "application_insights_name" {
  description = "Name of the Application Insights component."
  value       = azurerm_application_insights.this.name
}

output "application_insights_connection_string" {
  description = "Where telemetry goes. It names the component; with keys off it opens nothing."
  value       = azurerm_application_insights.this.connection_string
  sensitive   = true
}
