# What is built, and what each switch changes.

mock_provider "azurerm" {}
mock_provider "azurerm" {
  alias = "environments"
}

variables {
  stage           = "dev"
  name_suffix     = "contoso"
  location        = "westeurope"
  subscription_id = "00000000-0000-0000-0000-000000000001"
  tags            = { cost-center = "ML-1234", owner = "platform@example.com" }
  allowed_regions = ["westeurope", "swedencentral"]
  budget          = { amount = 1000, start_date = "2026-12-01T00:00:00Z" }
  authentication = {
    client_id = "00000000-0000-0000-0000-0000000000a1"
    tenant_id = "00000000-0000-0000-0000-0000000000ff"
  }
  address_space = "10.40.0.0/24"
  alert_emails  = ["platform@example.com"]
}

run "the_app_gets_its_settings" {
  command = plan

  assert {
    condition     = local.app_settings["AZURE_SUBSCRIPTION_ID"] == "00000000-0000-0000-0000-000000000001"
    error_message = "Without a subscription of their own, environments are built in the control plane's."
  }
  assert {
    condition     = local.app_settings["ALLOWED_REGIONS"] == "westeurope,swedencentral"
    error_message = "The app reads regions separated by commas."
  }
  assert {
    condition     = local.app_settings["SERVICE_BUS__fullyQualifiedNamespace"] == "sb-gridplane-dev-contoso.servicebus.windows.net"
    error_message = "The app reaches Service Bus by its host name and identity."
  }
  assert {
    condition     = local.app_settings["OTEL_TRACES_SAMPLER"] == "microsoft.fixed_percentage" && local.app_settings["OTEL_TRACES_SAMPLER_ARG"] == "1"
    error_message = "Every trace is kept: alerts stand on log lines, which are dropped with their trace."
  }
}

run "environments_may_have_a_subscription_of_their_own" {
  command = plan
  variables {
    environments_subscription_id = "00000000-0000-0000-0000-000000000011"
  }

  assert {
    condition     = local.app_settings["AZURE_SUBSCRIPTION_ID"] == "00000000-0000-0000-0000-000000000011"
    error_message = "The app builds where it is told to."
  }
  assert {
    condition     = local.environments_scope == "/subscriptions/00000000-0000-0000-0000-000000000011"
    error_message = "Roles and policies belong to the environments' subscription."
  }
}

run "without_the_switch_nothing_is_private" {
  command = plan

  assert {
    condition     = length(module.network.private_endpoint_names) == 0
    error_message = "Private endpoints are made only when they are switched on."
  }
}

run "with_the_switch_all_that_the_app_needs_is_private" {
  command = plan
  variables {
    private_endpoints_enabled = true
    service_bus_sku           = "Premium"
  }

  assert {
    condition     = module.network.private_endpoint_names == tolist(["blob", "key-vault", "queue", "service-bus", "table"])
    error_message = "The task hub needs blobs, queues and tables; one endpoint less and the host does not start."
  }
}

run "there_is_no_single_machine_by_default" {
  command = plan

  assert {
    condition     = length(module.gpu_vm) == 0
    error_message = "Machines are made only when somebody names them."
  }
}

run "single_machines_are_made_by_name" {
  command = plan
  variables {
    gpu_vms = {
      research = {
        size           = "Standard_NC4as_T4_v3"
        cost_center    = "ML-9"
        ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICw0LfWMtjwTErhvjWGFRqBDDldNeo+y/EqnYwNykfh0"
      }
    }
  }

  assert {
    condition     = keys(module.gpu_vm) == ["research"]
    error_message = "One machine for each name."
  }
}

run "every_data_role_is_on_one_resource" {
  command = plan

  assert {
    condition = {
      for purpose, grant in local.data_roles : purpose => grant.role
      } == {
      host_blobs        = "Storage Blob Data Owner"
      host_queues       = "Storage Queue Data Contributor"
      host_tables       = "Storage Table Data Contributor"
      receive_requests  = "Azure Service Bus Data Receiver"
      send_events       = "Azure Service Bus Data Sender"
      read_invocations  = "Log Analytics Data Reader"
      publish_telemetry = "Monitoring Metrics Publisher"
    }
    error_message = "The app receives requests, sends events, keeps its task hub, reads the audit and tells what it does, and no more."
  }
}
