output "identity" {
  description = "Resource id, client id and object id of the identity."
  value = {
    id           = azurerm_user_assigned_identity.this.id
    client_id    = azurerm_user_assigned_identity.this.client_id
    principal_id = azurerm_user_assigned_identity.this.principal_id
  }
}

output "role_definitions" {
  description = "Custom roles, by name."
  value = {
    resource_manager = azurerm_role_definition.resource_manager.name
    kubernetes       = azurerm_role_definition.kubernetes.name
  }
}
