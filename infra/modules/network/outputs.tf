output "functions_subnet_id" {
  description = "Subnet from which the function app calls out."
  value       = azurerm_subnet.this["functions"].id
}

output "machines_subnet_id" {
  description = "Subnet of single machines."
  value       = azurerm_subnet.this["machines"].id
}

output "egress_ip_address" {
  description = "Address from which everything in the network calls out."
  value       = azurerm_public_ip.egress.ip_address
}

output "private_endpoint_names" {
  description = "Names of what is reached privately."
  value       = sort(keys(azurerm_private_endpoint.this))
}
