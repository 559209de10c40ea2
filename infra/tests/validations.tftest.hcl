# What cannot work is refused before anything is asked of Azure.

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
  allowed_regions = ["westeurope"]
  budget          = { amount = 1000, start_date = "2026-12-01T00:00:00Z" }
  authentication = {
    client_id = "00000000-0000-0000-0000-0000000000a1"
    tenant_id = "00000000-0000-0000-0000-0000000000ff"
  }
  address_space = "10.40.0.0/24"
  alert_emails  = ["platform@example.com"]
}

run "what_is_right_is_planned" {
  command = plan
}

run "a_stage_that_fits_into_no_name_is_refused" {
  command = plan
  variables { stage = "production" }
  expect_failures = [var.stage]
}

run "a_stage_with_a_hyphen_is_refused" {
  command = plan
  variables { stage = "pre-prod" }
  expect_failures = [var.stage]
}

run "a_suffix_that_fits_into_no_name_is_refused" {
  command = plan
  variables { name_suffix = "contoso-ml" }
  expect_failures = [var.name_suffix]
}

run "the_longest_stage_and_suffix_still_fit" {
  command = plan
  variables {
    stage       = "staging8"
    name_suffix = "contoso8"
  }
  assert {
    condition     = length(local.names.storage) <= 24 && length(local.names.key_vault) <= 24 && length(local.names.function_app) <= 32
    error_message = "A storage account's and a key vault's name has 24 characters at most, a function app's 32."
  }
}

run "a_subscription_by_name_is_refused" {
  command = plan
  variables { subscription_id = "Platform Dev" }
  expect_failures = [var.subscription_id]
}

run "a_region_by_its_display_name_is_refused" {
  command = plan
  variables { location = "West Europe" }
  expect_failures = [var.location]
}

run "environments_regions_by_display_name_are_refused" {
  command = plan
  variables { allowed_regions = ["westeurope", "Sweden Central"] }
  expect_failures = [var.allowed_regions]
}

run "no_region_at_all_is_refused" {
  command = plan
  variables { allowed_regions = [] }
  expect_failures = [var.allowed_regions]
}

run "a_size_without_a_gpu_is_refused" {
  command = plan
  variables { allowed_gpu_sizes = ["Standard_NC24ads_A100_v4", "Standard_D16s_v5"] }
  expect_failures = [var.allowed_gpu_sizes]
}

run "tags_without_a_cost_center_are_refused" {
  command = plan
  variables { tags = { owner = "platform@example.com" } }
  expect_failures = [var.tags]
}

run "an_address_space_that_is_no_range_is_refused" {
  command = plan
  variables { address_space = "10.40.0.0" }
  expect_failures = [var.address_space]
}

run "an_address_space_too_small_for_its_subnets_is_refused" {
  command = plan
  variables { address_space = "10.40.0.0/26" }
  expect_failures = [var.address_space]
}

run "private_endpoints_without_premium_are_refused" {
  command = plan
  variables { private_endpoints_enabled = true }
  expect_failures = [var.private_endpoints_enabled]
}

run "the_basic_tier_is_refused" {
  command = plan
  variables { service_bus_sku = "Basic" }
  expect_failures = [var.service_bus_sku]
}

run "a_budget_from_the_middle_of_a_month_is_refused" {
  command = plan
  variables { budget = { amount = 1000, start_date = "2026-12-15T00:00:00Z" } }
  expect_failures = [var.budget]
}

run "an_authentication_by_name_is_refused" {
  command = plan
  variables {
    authentication = { client_id = "gridplane-dev", tenant_id = "00000000-0000-0000-0000-0000000000ff" }
  }
  expect_failures = [var.authentication]
}

run "a_schedule_of_five_fields_is_refused" {
  command = plan
  variables { sweep_schedule = "*/5 * * * *" }
  expect_failures = [var.sweep_schedule]
}

run "a_market_schedule_of_five_fields_is_refused" {
  command = plan
  variables { market_schedule = "*/30 * * * *" }
  expect_failures = [var.market_schedule]
}

run "a_currency_by_its_sign_is_refused" {
  command = plan
  variables { price_currency = "$" }
  expect_failures = [var.price_currency]
}

run "a_wake_schedule_of_five_fields_is_refused" {
  command = plan
  variables { wake_schedule = "* * * * *" }
  expect_failures = [var.wake_schedule]
}

run "alerts_that_nobody_gets_are_refused" {
  command = plan
  variables { alert_emails = [] }
  expect_failures = [var.alert_emails]
}

run "an_operation_is_not_stuck_while_its_deadline_lasts" {
  command = plan
  variables { alert_thresholds = { stuck_operation_minutes = 60 } }
  expect_failures = [var.alert_thresholds]
}

run "an_instance_of_an_unknown_size_is_refused" {
  command = plan
  variables { function_app_scale = { instance_memory_in_mb = 1024 } }
  expect_failures = [var.function_app_scale]
}

run "a_machine_without_a_gpu_is_refused" {
  command = plan
  variables {
    gpu_vms = {
      research = { size = "Standard_D16s_v5", cost_center = "ML-1", ssh_public_key = "ssh-ed25519 AAAA" }
    }
  }
  expect_failures = [var.gpu_vms]
}

run "a_budget_of_less_than_one_is_refused" {
  command = plan
  variables { budget = { amount = 0.5, start_date = "2026-12-01T00:00:00Z" } }
  expect_failures = [var.budget]
}

run "a_budget_with_more_thresholds_than_azure_takes_is_refused" {
  command = plan
  variables { budget = { amount = 1000, start_date = "2026-12-01T00:00:00Z", thresholds = [20, 40, 60, 80, 100] } }
  expect_failures = [var.budget]
}

run "a_budget_with_a_broken_threshold_is_refused" {
  command = plan
  variables { budget = { amount = 1000, start_date = "2026-12-01T00:00:00Z", thresholds = [99.5] } }
  expect_failures = [var.budget]
}

run "an_address_space_that_does_not_begin_its_range_is_refused" {
  command = plan
  variables { address_space = "10.40.0.5/24" }
  expect_failures = [var.address_space]
}

run "an_address_space_of_ipv6_is_refused" {
  command = plan
  variables { address_space = "fd00::/24" }
  expect_failures = [var.address_space]
}

run "a_client_without_a_prefix_length_is_refused" {
  command = plan
  variables { client_cidrs = ["203.0.113.7"] }
  expect_failures = [var.client_cidrs]
}

run "an_environments_subscription_by_name_is_refused" {
  command = plan
  variables { environments_subscription_id = "ML Environments" }
  expect_failures = [var.environments_subscription_id]
}

run "an_unknown_effect_is_refused" {
  command = plan
  variables { policy_effect = "Warn" }
  expect_failures = [var.policy_effect]
}

run "an_endpoint_with_a_path_is_refused" {
  command = plan
  variables { endpoints = { resource_manager = "https://management.azure.com/" } }
  expect_failures = [var.endpoints]
}

run "an_unknown_group_of_functions_is_refused" {
  command = plan
  variables { function_app_scale = { always_ready = { timer = 1 } } }
  expect_failures = [var.function_app_scale]
}

run "a_copy_of_the_task_hub_in_another_region_is_refused" {
  command = plan
  variables { storage_replication = "GRS" }
  expect_failures = [var.storage_replication]
}

run "an_administrator_by_name_is_refused" {
  command = plan
  variables { key_vault_administrators = ["platform-team"] }
  expect_failures = [var.key_vault_administrators]
}

run "a_dns_zone_by_half_its_name_is_refused" {
  command = plan
  variables { private_dns_zone_ids = { "blob.core.windows.net" = "/subscriptions/x" } }
  expect_failures = [var.private_dns_zone_ids]
}

run "a_sweep_that_is_missed_at_once_is_refused" {
  command = plan
  variables { alert_thresholds = { sweep_missing_minutes = 5 } }
  expect_failures = [var.alert_thresholds]
}

run "logs_of_a_week_are_refused" {
  command = plan
  variables { log_retention_days = 7 }
  expect_failures = [var.log_retention_days]
}

run "a_machine_that_nobody_pays_is_refused" {
  command = plan
  variables {
    gpu_vms = {
      research = { size = "Standard_NC4as_T4_v3", cost_center = " ", ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICw0LfWMtjwTErhvjWGFRqBDDldNeo+y/EqnYwNykfh0" }
    }
  }
  expect_failures = [var.gpu_vms]
}

run "a_trace_ratio_in_percent_is_refused" {
  command = plan
  variables { trace_ratio = 25 }
  expect_failures = [var.trace_ratio]
}
