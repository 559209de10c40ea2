output "guids" {
  description = "GUID of each role: resource_manager, kubernetes."
  value       = local.guids
}

output "ids" {
  description = "Resource id of each role, as assignments name it."
  value       = { for role, guid in local.guids : role => "${var.scope}/providers/Microsoft.Authorization/roleDefinitions/${guid}" }
}
