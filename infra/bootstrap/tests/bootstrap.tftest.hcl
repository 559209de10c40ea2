mock_provider "azurerm" {}

variables {
  subscription_id   = "00000000-0000-0000-0000-000000000009"
  location          = "westeurope"
  name_suffix       = "contoso"
  tags              = { cost-center = "PLATFORM", owner = "platform@example.com" }
  github_repository = "contoso/gridplane"
  stages = {
    dev  = { subscription_id = "00000000-0000-0000-0000-000000000001" }
    prod = { subscription_id = "00000000-0000-0000-0000-000000000003", environments_subscription_id = "00000000-0000-0000-0000-000000000013" }
  }
}

run "the_state_opens_to_identities_only_and_can_be_brought_back" {
  command = plan

  assert {
    condition     = !azurerm_storage_account.state.shared_access_key_enabled && !azurerm_storage_account.state.allow_nested_items_to_be_public
    error_message = "No key and no anonymous reader."
  }
  assert {
    condition = (
      azurerm_storage_account.state.blob_properties[0].versioning_enabled &&
      azurerm_storage_account.state.blob_properties[0].delete_retention_policy[0].days == 30
    )
    error_message = "A state that was overwritten or deleted can be brought back."
  }
}

run "each_stage_has_a_container_and_an_identity_of_its_own" {
  command = plan

  assert {
    condition     = azurerm_federated_identity_credential.deploy["prod"].subject == "repo:contoso/gridplane:environment:prod"
    error_message = "Only the GitHub environment of that name acts for a stage."
  }
  assert {
    condition     = azurerm_storage_container.state["dev"].name == "tfstate-dev"
    error_message = "A stage cannot write another one's state."
  }
}

run "roles_are_given_out_under_a_condition" {
  command = plan

  assert {
    condition = alltrue([
      for grant in azurerm_role_assignment.deploy :
      grant.condition != null if grant.role_definition_name == "User Access Administrator"
    ])
    error_message = "A pipeline must not be able to make anybody an owner."
  }
  assert {
    condition = toset(keys(azurerm_role_assignment.deploy)) == toset([
      "dev/control-plane/Contributor",
      "dev/control-plane/User Access Administrator",
      "dev/environments/Cost Management Contributor",
      "prod/control-plane/Contributor",
      "prod/control-plane/User Access Administrator",
      "prod/environments/Cost Management Contributor",
      "prod/environments/User Access Administrator",
    ])
    error_message = "One subscription gets each role once."
  }
}

run "a_repository_by_url_is_refused" {
  command = plan
  variables { github_repository = "https://github.com/contoso/gridplane" }
  expect_failures = [var.github_repository]
}

run "a_stage_with_a_long_name_is_refused" {
  command = plan
  variables {
    stages = { production = { subscription_id = "00000000-0000-0000-0000-000000000003" } }
  }
  expect_failures = [var.stages]
}
