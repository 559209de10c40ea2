output "assignments" {
  description = "Names of the policy assignments."
  value = sort(concat(
    [for assignment in azurerm_subscription_policy_assignment.rule : assignment.name],
    [for assignment in azurerm_subscription_policy_assignment.region : assignment.name],
    [for assignment in azurerm_subscription_policy_assignment.diagnostics : assignment.name],
    [azurerm_subscription_policy_assignment.log_collection.name],
  ))
}
