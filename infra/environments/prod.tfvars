stage                        = "prod"
name_suffix                  = "contoso"
location                     = "westeurope"
subscription_id              = "00000000-0000-0000-0000-000000000003"
environments_subscription_id = "00000000-0000-0000-0000-000000000013"

tags = {
  cost-center = "PLATFORM"
  owner       = "platform@example.com"
}

allowed_regions = ["westeurope", "northeurope", "swedencentral"]

budget = {
  amount     = 60000
  start_date = "2026-12-01T00:00:00Z"
}

authentication = {
  client_id = "00000000-0000-0000-0000-0000000000a3"
  tenant_id = "00000000-0000-0000-0000-0000000000ff"
}

address_space             = "10.42.0.0/24"
private_endpoints_enabled = true
service_bus_sku           = "Premium"

# A request and the sweep are served at once, without a start.
function_app_scale = {
  always_ready = { http = 1, durable = 1 }
}

alert_emails       = ["platform-oncall@example.com"]
log_retention_days = 365
alert_thresholds = {
  idle_gpu_usd_per_hour = 40
}
