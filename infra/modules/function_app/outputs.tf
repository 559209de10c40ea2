output "name" {
  description = "Name of the app."
  value       = azurerm_function_app_flex_consumption.this.name
}

output "hostname" {
  description = "Host name of the API."
  value       = azurerm_function_app_flex_consumption.this.default_hostname
}

output "id" {
  description = "Resource id of the app."
  value       = azurerm_function_app_flex_consumption.this.id
}
