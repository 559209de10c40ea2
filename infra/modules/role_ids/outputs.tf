output "guids" {
  description = "GUID of each role: resource_manager, kubernetes, log_workspace, role_assignments."
  value       = local.guids
}

output "ids" {
  description = "Resource id of each role, as assignments name it."
  value       = { for role, guid in local.guids : role => "${local.scopes[role]}/providers/Microsoft.Authorization/roleDefinitions/${guid}" }
}
