output "host_storage" {
  description = "Id and name of the account, and URL of the container for packages."
  value = {
    id          = azurerm_storage_account.host.id
    name        = azurerm_storage_account.host.name
    package_url = "${azurerm_storage_account.host.primary_blob_endpoint}${azurerm_storage_container.package.name}"
  }
}
