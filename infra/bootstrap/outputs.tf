output "backend" {
  description = "Arguments of -backend-config for each stage."
  value = {
    for name, container in azurerm_storage_container.state : name => {
      resource_group_name  = azurerm_resource_group.this.name
      storage_account_name = azurerm_storage_account.state.name
      container_name       = container.name
    }
  }
}

output "deploy_client_ids" {
  description = "AZURE_CLIENT_ID of each stage's GitHub environment."
  value       = { for name, identity in azurerm_user_assigned_identity.deploy : name => identity.client_id }
}

output "plan_client_id" {
  description = "AZURE_CLIENT_ID for plans of pull requests."
  value       = azurerm_user_assigned_identity.plan.client_id
}

output "tenant_id" {
  description = "AZURE_TENANT_ID for all of them."
  value       = azurerm_user_assigned_identity.plan.tenant_id
}

output "state_storage_account_id" {
  description = "Resource id of the account that holds the states. Owner of the subscription does not open it: that takes Storage Blob Data Contributor."
  value       = azurerm_storage_account.state.id
}
