# As production, only smaller.
stage                        = "staging"
name_suffix                  = "contoso"
location                     = "westeurope"
subscription_id              = "00000000-0000-0000-0000-000000000002"
environments_subscription_id = "00000000-0000-0000-0000-000000000012"

tags = {
  cost-center = "PLATFORM"
  owner       = "platform@example.com"
}

allowed_regions   = ["westeurope", "northeurope", "swedencentral"]
allowed_gpu_sizes = ["Standard_NC4as_T4_v3", "Standard_NC24ads_A100_v4"]

budget = {
  amount     = 5000
  start_date = "2026-12-01T00:00:00Z"
}

authentication = {
  client_id = "00000000-0000-0000-0000-0000000000a2"
  tenant_id = "00000000-0000-0000-0000-0000000000ff"
}

address_space             = "10.41.0.0/24"
private_endpoints_enabled = true
service_bus_sku           = "Premium"

alert_emails = ["platform@example.com"]
