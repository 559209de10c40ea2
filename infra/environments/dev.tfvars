stage           = "dev"
name_suffix     = "contoso"
location        = "westeurope"
subscription_id = "00000000-0000-0000-0000-000000000001"

tags = {
  cost-center = "PLATFORM-DEV"
  owner       = "platform@example.com"
}

allowed_regions   = ["westeurope", "swedencentral"]
allowed_gpu_sizes = ["Standard_NC4as_T4_v3", "Standard_NC8as_T4_v3", "Standard_NC24ads_A100_v4"]

budget = {
  amount     = 2000
  start_date = "2026-12-01T00:00:00Z"
}

authentication = {
  client_id = "00000000-0000-0000-0000-0000000000a1"
  tenant_id = "00000000-0000-0000-0000-0000000000ff"
}

address_space       = "10.40.0.0/24"
storage_replication = "LRS"
delete_lock_enabled = false
log_retention_days  = 30

alert_emails = ["platform@example.com"]
