output "account" {
  description = "Id and name of the account, and the source that a specification begins with."
  value = {
    id     = azurerm_storage_account.models.id
    name   = azurerm_storage_account.models.name
    source = "az://${azurerm_storage_account.models.name}/${azurerm_storage_container.weights.name}"
  }
}
