output "private_ip_address" {
  description = "Address in the virtual network."
  value       = azurerm_network_interface.this.private_ip_address
}

output "public_ip_address" {
  description = "Public address, null without one."
  value       = one(azurerm_public_ip.this[*].ip_address)
}
