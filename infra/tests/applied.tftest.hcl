# Everything applied on a mocked Azure, with every switch on: order, references and the shape of
# ids, which the provider checks only once they are known.

mock_provider "azurerm" {
  source = "./tests/mocks"
}
mock_provider "azurerm" {
  alias  = "environments"
  source = "./tests/mocks"
}

variables {
  stage                        = "prod"
  name_suffix                  = "contoso"
  location                     = "westeurope"
  subscription_id              = "00000000-0000-0000-0000-000000000001"
  environments_subscription_id = "00000000-0000-0000-0000-000000000011"
  tags                         = { cost-center = "ML-1234", owner = "platform@example.com" }
  allowed_regions              = ["westeurope"]
  budget                       = { amount = 1000, start_date = "2026-12-01T00:00:00Z" }
  authentication = {
    client_id = "00000000-0000-0000-0000-0000000000a1"
    tenant_id = "00000000-0000-0000-0000-0000000000ff"
  }
  address_space             = "10.40.0.0/24"
  private_endpoints_enabled = true
  service_bus_sku           = "Premium"
  client_cidrs              = ["203.0.113.0/24"]
  key_vault_administrators  = ["00000000-0000-0000-0000-0000000000d9"]
  alert_emails              = ["platform@example.com"]
  gpu_vms = {
    research = {
      size           = "Standard_NC4as_T4_v3"
      cost_center    = "ML-9"
      ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICw0LfWMtjwTErhvjWGFRqBDDldNeo+y/EqnYwNykfh0"
      public_ip_from = ["203.0.113.7/32"]
      zone           = "1"
      shutdown_email = "research@example.com"
    }
  }
}

run "everything_fits_together" {
  assert {
    condition     = output.function_app_name == "func-gridplane-prod-contoso" && output.function_app_hostname == "func.azurewebsites.net"
    error_message = "Whoever deploys needs the app's name, whoever calls its host name."
  }
  assert {
    condition     = output.egress_ip_address == "203.0.113.10"
    error_message = "Others put the app's address on their lists."
  }
  assert {
    condition     = local.app_settings["AZURE_CLIENT_ID"] == "00000000-0000-0000-0000-0000000000c1" && local.app_settings["SERVICE_BUS__clientId"] == "00000000-0000-0000-0000-0000000000c1"
    error_message = "The app acts as the identity that has the roles."
  }
  assert {
    condition = {
      for purpose, grant in local.data_roles : purpose => grant.scope
      } == {
      host_blobs        = module.storage.host_storage.id
      host_queues       = module.storage.host_storage.id
      host_tables       = module.storage.host_storage.id
      receive_requests  = module.service_bus.requests_queue_id
      send_events       = module.service_bus.events_topic_id
      read_invocations  = module.monitoring.log_analytics_workspace_id
      publish_telemetry = module.monitoring.application_insights_id
    }
    error_message = "No role reaches further than the resource that it is for."
  }
}

run "roles_are_assigned_by_their_full_id" {
  module {
    source = "./modules/identity"
  }
  variables {
    name                = "id-gridplane-test"
    stage               = "test-contoso"
    resource_group_name = "rg-gridplane-test"
    environments_scope  = "/subscriptions/00000000-0000-0000-0000-000000000011"
    control_plane_scope = "/subscriptions/00000000-0000-0000-0000-000000000001"
    data_roles          = {}

    role_assignment_scopes     = ["/subscriptions/00000000-0000-0000-0000-000000000011/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/acmeml"]
    log_analytics_workspace_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log"
  }

  assert {
    condition = alltrue([
      for assignment in azurerm_role_assignment.custom :
      can(regex("^/subscriptions/[^/]+/providers/Microsoft.Authorization/roleDefinitions/[^/]+$", assignment.role_definition_id))
    ])
    error_message = "Azure takes no bare GUID of a role here, and no id with a scope behind it."
  }
  assert {
    condition = alltrue([
      for assignment in azurerm_role_assignment.role_assignments :
      assignment.condition_version == "2.0" && alltrue([
        for part in ["7f951dda-4ed3-4680-a7ca-43fe172d538d", "4633458b-17de-408a-b874-0445c86b69e6", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "'ServicePrincipal'"] :
        length(regexall(part, assignment.condition)) == 2
      ])
    ]) && toset(keys(azurerm_role_assignment.role_assignments)) == var.role_assignment_scopes
    error_message = "The app assigns and removes three roles of applications, at the resources that are named."
  }
  assert {
    condition     = toset(keys(azurerm_role_assignment.custom)) == toset(["resource_manager", "kubernetes", "log_workspace"])
    error_message = "All custom roles are assigned: for Resource Manager, for Kubernetes, for the workspace of the logs."
  }
  assert {
    condition = (
      azurerm_role_assignment.custom["log_workspace"].scope == var.log_analytics_workspace_id &&
      startswith(azurerm_role_assignment.custom["log_workspace"].role_definition_id, "${var.control_plane_scope}/")
    )
    error_message = "The workspace is in the control plane's subscription, and so is the role for it."
  }
}
