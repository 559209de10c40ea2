output "resource_group_name" {
  description = "Resource group of the control plane."
  value       = azurerm_resource_group.this.name
}

output "function_app_name" {
  description = "Name of the function app, to which code is deployed."
  value       = module.function_app.name
}

output "function_app_hostname" {
  description = "Host name of the API."
  value       = module.function_app.hostname
}

output "identity_client_id" {
  description = "Client id of the identity that the app acts as."
  value       = module.identity.identity.client_id
}

output "identity_principal_id" {
  description = "Object id of the identity that the app acts as, for grants made elsewhere."
  value       = module.identity.identity.principal_id
}

output "service_bus_namespace" {
  description = "Host name of the Service Bus namespace."
  value       = module.service_bus.fully_qualified_namespace
}

output "requests_queue_name" {
  description = "Queue that takes provisioning requests."
  value       = module.service_bus.requests_queue_name
}

output "events_topic_name" {
  description = "Topic on which environments tell what happens to them."
  value       = module.service_bus.events_topic_name
}

output "storage_account_name" {
  description = "Account of the Functions host: its task hub is the only database."
  value       = module.storage.host_storage.name
}

output "key_vault_uri" {
  description = "URI of the key vault."
  value       = module.key_vault.uri
}

output "log_analytics_workspace_id" {
  description = "Resource id of the workspace that holds logs and telemetry."
  value       = module.monitoring.log_analytics_workspace_id
}

output "application_insights_name" {
  description = "Application Insights component of the app."
  value       = module.monitoring.application_insights_name
}

output "egress_ip_address" {
  description = "Address from which the app calls out."
  value       = module.network.egress_ip_address
}

output "gpu_vm_addresses" {
  description = "Private address of each single GPU machine, by name."
  value       = { for name, machine in module.gpu_vm : name => machine.private_ip_address }
}

output "model_storage" {
  description = "Id and name of the account for weights, and the source that a specification begins with; null without one."
  value       = one(module.model_storage[*].account)
}
