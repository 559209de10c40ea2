# The rules that single modules keep, whoever uses them.

mock_provider "azurerm" {}

variables {
  name                = "gridplane-test"
  stage               = "test"
  resource_group_name = "rg-gridplane-test"
  location            = "westeurope"
  tags                = { cost-center = "ML-1234" }
}

run "the_app_signs_in_by_identity_everywhere" {
  command = plan
  module {
    source = "./modules/function_app"
  }
  variables {
    subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/functions"
    identity = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
      client_id    = "00000000-0000-0000-0000-0000000000c1"
      principal_id = "00000000-0000-0000-0000-0000000000d1"
    }
    storage = {
      id          = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stgptest"
      name        = "stgptest"
      package_url = "https://stgptest.blob.core.windows.net/app-package"
    }
    scale = { instance_memory_in_mb = 2048, maximum_instance_count = 40, always_ready = { http = 1 } }
    authentication = {
      client_id            = "00000000-0000-0000-0000-0000000000a1"
      tenant_id            = "00000000-0000-0000-0000-0000000000ff"
      allowed_applications = []
      allowed_principals   = []
    }
    client_cidrs                           = ["203.0.113.0/24"]
    application_insights_connection_string = "InstrumentationKey=00000000-0000-0000-0000-000000000000"
    app_settings                           = { ALLOWED_REGIONS = "westeurope" }
  }

  assert {
    condition = (
      azurerm_function_app_flex_consumption.this.runtime_name == "python" &&
      azurerm_function_app_flex_consumption.this.runtime_version == "3.13"
    )
    error_message = "The product needs Python 3.13."
  }
  assert {
    condition = (
      azurerm_function_app_flex_consumption.this.app_settings["AzureWebJobsStorage__accountName"] == "stgptest" &&
      azurerm_function_app_flex_consumption.this.app_settings["AzureWebJobsStorage__credential"] == "managedidentity" &&
      azurerm_function_app_flex_consumption.this.app_settings["AzureWebJobsStorage__clientId"] == "00000000-0000-0000-0000-0000000000c1" &&
      azurerm_function_app_flex_consumption.this.storage_authentication_type == "UserAssignedIdentity"
    )
    error_message = "Host and package are read as the identity."
  }
  assert {
    condition = alltrue([
      for name, value in azurerm_function_app_flex_consumption.this.app_settings :
      value == "" if lower(name) == "azurewebjobsstorage"
    ]) && contains([for name in keys(azurerm_function_app_flex_consumption.this.app_settings) : lower(name)], "azurewebjobsstorage")
    error_message = "Without an empty setting of its own the provider adds a connection string."
  }
  assert {
    condition     = length(regexall("AccountKey|SharedAccessKey", jsonencode(azurerm_function_app_flex_consumption.this.app_settings))) == 0
    error_message = "No setting holds a key."
  }
  assert {
    condition = (
      azurerm_function_app_flex_consumption.this.auth_settings_v2[0].require_authentication &&
      azurerm_function_app_flex_consumption.this.auth_settings_v2[0].unauthenticated_action == "Return401" &&
      azurerm_function_app_flex_consumption.this.auth_settings_v2[0].excluded_paths == tolist(["/healthz"])
    )
    error_message = "Who sends no token gets 401, except for the health check."
  }
  assert {
    condition     = azurerm_function_app_flex_consumption.this.site_config[0].ip_restriction_default_action == "Deny"
    error_message = "Named addresses exclude all others."
  }
}

run "a_request_is_taken_once_and_in_order" {
  command = plan
  module {
    source = "./modules/service_bus"
  }
  variables {
    name                          = "sb-gridplane-test"
    sku                           = "Standard"
    public_network_access_enabled = true
  }

  assert {
    condition = (
      azurerm_servicebus_queue.requests.name == "provisioning-requests" &&
      azurerm_servicebus_queue.requests.requires_session &&
      azurerm_servicebus_queue.requests.requires_duplicate_detection &&
      azurerm_servicebus_queue.requests.duplicate_detection_history_time_window == "PT10M" &&
      azurerm_servicebus_queue.requests.dead_lettering_on_message_expiration &&
      azurerm_servicebus_queue.requests.max_delivery_count == 10 &&
      azurerm_servicebus_queue.requests.lock_duration == "PT1M"
    )
    error_message = "Sessions keep the order, duplicate detection drops the second copy, dead-lettering loses nothing."
  }
  assert {
    condition     = azurerm_servicebus_topic.events.name == "environment-events" && azurerm_servicebus_topic.events.requires_duplicate_detection
    error_message = "An event that an activity sent twice arrives once."
  }
  assert {
    condition     = !azurerm_servicebus_namespace.this.local_auth_enabled
    error_message = "Service Bus knows no keys."
  }
}

run "gpu_machines_and_pools_need_a_cost_center" {
  command = plan
  module {
    source = "./modules/policy"
  }
  variables {
    scope             = "/subscriptions/00000000-0000-0000-0000-000000000011"
    effect            = "Deny"
    allowed_gpu_sizes = ["Standard_NC4as_T4_v3"]
    allowed_regions   = ["westeurope"]
    budget            = { amount = 1000, start_date = "2026-12-01T00:00:00Z", thresholds = [80] }
    alert_emails      = ["platform@example.com"]

    log_analytics_workspace_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log"
    data_collection_rule_id    = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Insights/dataCollectionRules/dcr"
  }

  assert {
    condition     = toset(keys(azurerm_policy_definition.this)) == toset(["gpu-vm-cost-center", "gpu-pool-cost-center", "gpu-sizes"])
    error_message = "Three rules are Gridplane's own."
  }
  assert {
    condition = alltrue([
      for type in ["Microsoft.ContainerService/managedClusters/agentPools", "Microsoft.ContainerService/managedClusters/agentPoolProfiles[*]"] :
      strcontains(azurerm_policy_definition.this["gpu-pool-cost-center"].policy_rule, "${type}")
    ])
    error_message = "A pool comes with its cluster or after it; both ways are watched."
  }
  assert {
    condition = contains([
      for test in jsondecode(azurerm_policy_definition.this["gpu-vm-cost-center"].policy_rule).if.allOf[1].anyOf :
      try(test.equals, null)
    ], "")
    error_message = "A cost-center that is there but empty names nobody who pays."
  }
  assert {
    condition     = alltrue([for name, assignment in azurerm_subscription_policy_assignment.region : assignment.enforce])
    error_message = "What is denied is enforced."
  }
  assert {
    condition     = length(azurerm_consumption_budget_subscription.this.notification) == 2
    error_message = "Each threshold has a notification, and the forecast has one."
  }
}

run "what_the_app_builds_sends_its_logs_to_the_stage" {
  command = plan
  module {
    source = "./modules/policy"
  }
  variables {
    scope             = "/subscriptions/00000000-0000-0000-0000-000000000011"
    effect            = "Audit"
    allowed_gpu_sizes = ["Standard_NC4as_T4_v3"]
    allowed_regions   = ["westeurope"]
    budget            = { amount = 1000, start_date = "2026-12-01T00:00:00Z", thresholds = [80] }
    alert_emails      = ["platform@example.com"]

    log_analytics_workspace_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log"
    data_collection_rule_id    = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Insights/dataCollectionRules/dcr"
  }

  assert {
    condition = {
      for rule, definition in azurerm_policy_definition.diagnostics : rule => jsondecode(definition.policy_rule).if.allOf[0].equals
      } == {
      aks-logs        = "Microsoft.ContainerService/managedClusters"
      front-door-logs = "Microsoft.Cdn/profiles"
    }
    error_message = "Clusters and edges: nothing else that the app builds has logs."
  }
  assert {
    condition = alltrue([
      for assignment in azurerm_subscription_policy_assignment.diagnostics : alltrue([
        jsondecode(assignment.parameters).workspaceId.value == "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log",
        jsondecode(assignment.parameters).effect.value == "DeployIfNotExists",
        assignment.identity[0].type == "SystemAssigned",
      ])
    ])
    error_message = "Settings are deployed to the stage's workspace, by an identity of the assignment."
  }
  assert {
    condition = alltrue([
      for definition in azurerm_policy_definition.diagnostics :
      jsondecode(definition.policy_rule).then.details.roleDefinitionIds == ["/providers/Microsoft.Authorization/roleDefinitions/92aaf0da-9dab-42b6-94a3-d43ce8d16293"]
    ])
    error_message = "The policy names the role that its identity gets."
  }
  assert {
    condition = toset(keys(azurerm_role_assignment.diagnostics)) == toset([
      "aks-logs/environments", "aks-logs/workspace", "front-door-logs/environments", "front-door-logs/workspace",
    ])
    error_message = "Each identity writes where the resources are and where the logs go."
  }
}

run "clusters_are_associated_with_the_rule_that_collects_the_audit" {
  command = plan
  module {
    source = "./modules/policy"
  }
  variables {
    scope             = "/subscriptions/00000000-0000-0000-0000-000000000011"
    effect            = "Audit"
    allowed_gpu_sizes = ["Standard_NC4as_T4_v3"]
    allowed_regions   = ["westeurope"]
    budget            = { amount = 1000, start_date = "2026-12-01T00:00:00Z", thresholds = [80] }
    alert_emails      = ["platform@example.com"]

    log_analytics_workspace_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log"
    data_collection_rule_id    = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Insights/dataCollectionRules/dcr"
  }

  assert {
    condition = (
      jsondecode(azurerm_subscription_policy_assignment.log_collection.parameters).ruleId.value == var.data_collection_rule_id &&
      jsondecode(azurerm_subscription_policy_assignment.log_collection.parameters).effect.value == "DeployIfNotExists"
    )
    error_message = "The rule of the stage is associated, also where building is only audited."
  }
  assert {
    condition     = { for where, grant in azurerm_role_assignment.log_collection : where => grant.scope } == { environments = var.scope, rule = var.data_collection_rule_id }
    error_message = "Its identity writes associations on clusters, and reads the one rule."
  }
}

run "an_audit_denies_nothing" {
  command = plan
  module {
    source = "./modules/policy"
  }
  variables {
    scope             = "/subscriptions/00000000-0000-0000-0000-000000000011"
    effect            = "Audit"
    allowed_gpu_sizes = ["Standard_NC4as_T4_v3"]
    allowed_regions   = ["westeurope"]
    budget            = { amount = 1000, start_date = "2026-12-01T00:00:00Z", thresholds = [80] }
    alert_emails      = ["platform@example.com"]

    log_analytics_workspace_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log"
    data_collection_rule_id    = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Insights/dataCollectionRules/dcr"
  }

  assert {
    condition     = alltrue([for name, assignment in azurerm_subscription_policy_assignment.region : !assignment.enforce])
    error_message = "The built-in rules for regions know no effect but Deny; in an audit they are not enforced."
  }
  assert {
    condition     = alltrue([for name, assignment in azurerm_subscription_policy_assignment.rule : jsondecode(assignment.parameters).effect.value == "Audit"])
    error_message = "The rules of our own take the effect that is asked for."
  }
}

run "every_alert_tells_somebody" {
  command = plan
  module {
    source = "./modules/monitoring"
  }
  variables {
    retention_in_days    = 30
    alert_emails         = ["platform@example.com"]
    alert_thresholds     = { stuck_operation_minutes = 190, sweep_missing_minutes = 30, idle_gpu_usd_per_hour = 10 }
    service_bus_id       = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.ServiceBus/namespaces/sb"
    diagnostic_resources = {}

    audit_retention_in_days = 1095
  }

  assert {
    condition     = toset(keys(azurerm_monitor_scheduled_query_rules_alert_v2.this)) == toset(["failed-operations", "stuck-operation", "sweep-not-run", "unhealthy-environment", "gpu-cost-not-stopped", "policy-refused", "orphan", "idle-gpu-spend", "unproven-invocation"])
    error_message = "Eight alerts stand on log lines; the ninth, dead letters, on a metric."
  }
  assert {
    condition = (
      azurerm_log_analytics_workspace_table_custom_log.invocations.retention_in_days == 730 &&
      azurerm_log_analytics_workspace_table_custom_log.invocations.total_retention_in_days == 1095
    )
    error_message = "The audit has a retention of its own, of which Log Analytics answers for two years."
  }
  assert {
    condition     = azurerm_monitor_data_collection_rule.invocations.data_flow[0].output_stream == "Custom-${azurerm_log_analytics_workspace_table_custom_log.invocations.name}" && length(azurerm_monitor_data_collection_rule.invocations.data_flow) == 1
    error_message = "Lines of the audit go to their table, and nothing else of a cluster goes anywhere."
  }
  assert {
    condition     = strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.this["stuck-operation"].criteria[0].query, "> 190m")
    error_message = "The threshold reaches the query."
  }
  assert {
    condition     = !azurerm_log_analytics_workspace.this.local_authentication_enabled && !azurerm_application_insights.this.local_authentication_enabled
    error_message = "Telemetry comes from identities only."
  }
}

run "a_single_machine_is_private_and_sleeps_at_night" {
  command = plan
  module {
    source = "./modules/gpu_vm"
  }
  variables {
    subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/machines"
    machine = {
      size            = "Standard_NC4as_T4_v3"
      ssh_public_key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICw0LfWMtjwTErhvjWGFRqBDDldNeo+y/EqnYwNykfh0"
      admin_username  = "azureuser"
      disk_size_in_gb = 128
      shutdown_time   = "1900"
      timezone        = "UTC"
      public_ip_from  = []
    }
  }

  assert {
    condition     = length(azurerm_public_ip.this) == 0 && length(azurerm_network_security_rule.ssh) == 0
    error_message = "Without addresses to let in there is no way in from outside."
  }
  assert {
    condition     = azurerm_linux_virtual_machine.this.disable_password_authentication
    error_message = "Keys only."
  }
  assert {
    condition     = azurerm_dev_test_global_vm_shutdown_schedule.this.daily_recurrence_time == "1900"
    error_message = "A machine that is forgotten does not run through the night."
  }
}

run "a_machine_open_to_the_world_is_refused" {
  command = plan
  module {
    source = "./modules/gpu_vm"
  }
  variables {
    subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/machines"
    machine = {
      size            = "Standard_NC4as_T4_v3"
      ssh_public_key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICw0LfWMtjwTErhvjWGFRqBDDldNeo+y/EqnYwNykfh0"
      admin_username  = "azureuser"
      disk_size_in_gb = 128
      shutdown_time   = "1900"
      timezone        = "UTC"
      public_ip_from  = ["0.0.0.0/0"]
    }
  }
  expect_failures = [var.machine]
}

run "a_machine_with_a_path_for_a_key_is_refused" {
  command = plan
  module {
    source = "./modules/gpu_vm"
  }
  variables {
    subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/machines"
    machine = {
      size            = "Standard_NC4as_T4_v3"
      ssh_public_key  = "~/.ssh/id_ed25519.pub"
      admin_username  = "azureuser"
      disk_size_in_gb = 128
      shutdown_time   = "1900"
      timezone        = "UTC"
      public_ip_from  = []
    }
  }
  expect_failures = [var.machine]
}

run "a_machine_in_a_zone_that_no_region_has_is_refused" {
  command = plan
  module {
    source = "./modules/gpu_vm"
  }
  variables {
    subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/machines"
    machine = {
      size            = "Standard_NC4as_T4_v3"
      ssh_public_key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICw0LfWMtjwTErhvjWGFRqBDDldNeo+y/EqnYwNykfh0"
      admin_username  = "azureuser"
      disk_size_in_gb = 128
      shutdown_time   = "1900"
      timezone        = "UTC"
      public_ip_from  = []
      zone            = "4"
    }
  }
  expect_failures = [var.machine]
}

run "a_machine_with_an_account_that_azure_reserves_is_refused" {
  command = plan
  module {
    source = "./modules/gpu_vm"
  }
  variables {
    subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/machines"
    machine = {
      size            = "Standard_NC4as_T4_v3"
      ssh_public_key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICw0LfWMtjwTErhvjWGFRqBDDldNeo+y/EqnYwNykfh0"
      admin_username  = "root"
      disk_size_in_gb = 128
      shutdown_time   = "1900"
      timezone        = "UTC"
      public_ip_from  = []
    }
  }
  expect_failures = [var.machine]
}

run "a_machine_with_a_disk_too_small_for_the_driver_is_refused" {
  command = plan
  module {
    source = "./modules/gpu_vm"
  }
  variables {
    subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/machines"
    machine = {
      size            = "Standard_NC4as_T4_v3"
      ssh_public_key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICw0LfWMtjwTErhvjWGFRqBDDldNeo+y/EqnYwNykfh0"
      admin_username  = "azureuser"
      disk_size_in_gb = 30
      shutdown_time   = "1900"
      timezone        = "UTC"
      public_ip_from  = []
    }
  }
  expect_failures = [var.machine]
}

run "zones_that_a_hub_keeps_are_not_made_again" {
  command = plan
  module {
    source = "./modules/network"
  }
  variables {
    address_space = "10.40.0.0/16"
    private_endpoints = {
      blob  = { resource_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st", subresource = "blob", zone = "privatelink.blob.core.windows.net" }
      queue = { resource_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st", subresource = "queue", zone = "privatelink.queue.core.windows.net" }
    }
    private_dns_zone_ids = {
      "privatelink.blob.core.windows.net" = "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg-hub/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
    }
  }

  assert {
    condition     = toset(keys(azurerm_private_dns_zone.this)) == toset(["privatelink.queue.core.windows.net"])
    error_message = "Two zones of one name in a tenant answer differently."
  }
  assert {
    condition     = azurerm_subnet.this["functions"].address_prefixes == tolist(["10.40.0.0/26"]) && azurerm_subnet.this["functions"].delegation[0].service_delegation[0].name == "Microsoft.App/environments"
    error_message = "Flex Consumption wants a delegated subnet of at least 32 addresses."
  }
}

run "weights_are_private_and_can_be_had_back" {
  command = plan
  module {
    source = "./modules/model_storage"
  }
  variables {
    name                = "stgpmtest"
    replication_type    = "ZRS"
    delete_lock_enabled = true
    customer_managed_key = {
      key_id      = "https://kv-gp-test.vault.azure.net/keys/models"
      identity_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
    }
  }

  assert {
    condition = (
      !azurerm_storage_account.models.public_network_access_enabled &&
      !azurerm_storage_account.models.shared_access_key_enabled &&
      !azurerm_storage_account.models.allow_nested_items_to_be_public &&
      azurerm_storage_account.models.blob_properties[0].versioning_enabled
    )
    error_message = "Who may read weights is decided by roles, from the network; what is overwritten can be had back."
  }
  assert {
    condition     = azurerm_storage_account.models.customer_managed_key[0].key_vault_key_id == var.customer_managed_key.key_id
    error_message = "The account is encrypted with the key that is named."
  }
  assert {
    condition     = length(azurerm_management_lock.models) == 1
    error_message = "Weights are locked against deletion."
  }
}
