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
      strcontains(grant.condition, "ForAnyOfAnyValues:GuidEquals") if grant.role_definition_name == "Role Based Access Control Administrator"
    ])
    error_message = "A pipeline assigns the roles of a list and no others."
  }
  assert {
    condition = alltrue([
      for grant in azurerm_role_assignment.deploy : alltrue([
        for privileged in [
          "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", # Owner
          "b24988ac-6180-42a0-ab88-20f7382dd24c", # Contributor
          "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", # User Access Administrator
          "f58310d9-a9f6-439a-9e8d-f62e7b41a168", # Role Based Access Control Administrator
        ] : !strcontains(coalesce(grant.condition, "-"), privileged)
      ])
    ])
    error_message = "A pipeline must not be able to make anybody an owner."
  }
  assert {
    condition = (
      strcontains(azurerm_role_assignment.deploy["dev/control-plane/Role Based Access Control Administrator"].condition, module.role_ids["dev"].guids.kubernetes) &&
      !strcontains(azurerm_role_assignment.deploy["dev/control-plane/Role Based Access Control Administrator"].condition, module.role_ids["prod"].guids.kubernetes)
    )
    error_message = "A stage assigns its own custom roles, not another one's."
  }
  assert {
    condition = alltrue([
      for grant in azurerm_role_assignment.deploy :
      !strcontains(coalesce(grant.condition, "-"), module.role_ids["dev"].guids.role_assignments)
    ])
    error_message = "A pipeline could assign the role that assigns roles without its condition."
  }
  assert {
    condition = toset(keys(azurerm_role_assignment.deploy)) == toset([
      "dev/control-plane/Contributor",
      "dev/control-plane/Locks Contributor",
      "dev/control-plane/Role Based Access Control Administrator",
      "dev/environments/Cost Management Contributor",
      "dev/environments/Resource Policy Contributor",
      "prod/control-plane/Contributor",
      "prod/control-plane/Locks Contributor",
      "prod/control-plane/Role Based Access Control Administrator",
      "prod/environments/Cost Management Contributor",
      "prod/environments/Resource Policy Contributor",
      "prod/environments/Role Based Access Control Administrator",
    ])
    error_message = "One subscription gets each role once."
  }
}

run "the_roles_of_the_app_have_no_wildcard" {
  command = plan

  assert {
    condition = alltrue([
      for action in concat(
        tolist(azurerm_role_definition.resource_manager["prod"].permissions[0].actions),
        tolist(azurerm_role_definition.kubernetes["prod"].permissions[0].data_actions),
        tolist(azurerm_role_definition.log_workspace["prod"].permissions[0].actions),
        tolist(azurerm_role_definition.role_assignments["prod"].permissions[0].actions),
      ) : !strcontains(action, "*")
    ])
    error_message = "Name each action: a wildcard grants what nobody asked for."
  }
  assert {
    condition     = alltrue([for action in azurerm_role_definition.resource_manager["prod"].permissions[0].actions : !startswith(lower(action), "microsoft.authorization/")])
    error_message = "The app grants nobody anything in the subscription."
  }
  assert {
    condition     = azurerm_role_definition.resource_manager["prod"].assignable_scopes == tolist(["/subscriptions/00000000-0000-0000-0000-000000000013"])
    error_message = "The role can be assigned in the environments' subscription only."
  }
  assert {
    condition     = azurerm_role_definition.log_workspace["prod"].assignable_scopes == tolist(["/subscriptions/00000000-0000-0000-0000-000000000003"])
    error_message = "The workspace is in the control plane's subscription."
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
