resource "azurerm_resource_group" "this" {
  name     = local.names.resource_group
  location = var.location
  tags     = local.tags
}

module "network" {
  source = "./modules/network"

  name                = local.names.network
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  tags                = local.tags
  address_space       = var.address_space

  private_endpoints    = merge(var.private_endpoints_enabled ? local.private_endpoints : {}, local.model_endpoints)
  private_dns_zone_ids = var.private_dns_zone_ids
}

module "monitoring" {
  source = "./modules/monitoring"

  name                 = local.names.monitoring
  stage                = var.stage
  resource_group_name  = azurerm_resource_group.this.name
  location             = var.location
  tags                 = local.tags
  retention_in_days    = var.log_retention_days
  alert_emails         = var.alert_emails
  alert_thresholds     = var.alert_thresholds
  service_bus_id       = module.service_bus.namespace_id
  diagnostic_resources = local.diagnostic_resources

  audit_retention_in_days = var.audit_retention_days
}

module "storage" {
  source = "./modules/storage"

  name                          = local.names.storage
  resource_group_name           = azurerm_resource_group.this.name
  location                      = var.location
  tags                          = local.tags
  replication_type              = var.storage_replication
  delete_lock_enabled           = var.delete_lock_enabled
  public_network_access_enabled = !var.private_endpoints_enabled
}

module "model_storage" {
  source = "./modules/model_storage"
  count  = var.model_storage == null ? 0 : 1

  name                 = local.names.model_storage
  resource_group_name  = azurerm_resource_group.this.name
  location             = var.location
  tags                 = local.tags
  replication_type     = try(var.model_storage.replication, "ZRS")
  customer_managed_key = try(var.model_storage.customer_managed_key, null)
  delete_lock_enabled  = var.delete_lock_enabled
}

module "service_bus" {
  source = "./modules/service_bus"

  name                          = local.names.service_bus
  resource_group_name           = azurerm_resource_group.this.name
  location                      = var.location
  tags                          = local.tags
  sku                           = var.service_bus_sku
  public_network_access_enabled = !var.private_endpoints_enabled
}

module "key_vault" {
  source = "./modules/key_vault"

  name                          = local.names.key_vault
  resource_group_name           = azurerm_resource_group.this.name
  location                      = var.location
  tags                          = local.tags
  tenant_id                     = var.authentication.tenant_id
  administrators                = var.key_vault_administrators
  public_network_access_enabled = !var.private_endpoints_enabled
}

module "identity" {
  source = "./modules/identity"

  name                = local.names.identity
  stage               = "${var.stage}-${var.name_suffix}"
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  tags                = local.tags
  environments_scope  = local.environments_scope
  data_roles          = local.data_roles

  control_plane_scope        = "/subscriptions/${var.subscription_id}"
  log_analytics_workspace_id = module.monitoring.log_analytics_workspace_id
  role_assignment_scopes     = var.role_assignment_scopes
}

module "function_app" {
  source = "./modules/function_app"

  # The host does not start without its storage, and cannot read that without its roles.
  depends_on = [module.identity, module.network]

  name                = local.names.function_app
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  tags                = local.tags
  subnet_id           = module.network.functions_subnet_id

  identity       = module.identity.identity
  storage        = module.storage.host_storage
  scale          = var.function_app_scale
  authentication = var.authentication
  client_cidrs   = var.client_cidrs

  application_insights_connection_string = module.monitoring.application_insights_connection_string
  app_settings                           = local.app_settings
}

module "policy" {
  source = "./modules/policy"

  providers = {
    azurerm = azurerm.environments
  }

  stage             = var.stage
  scope             = local.environments_scope
  location          = var.location
  effect            = var.policy_effect
  allowed_gpu_sizes = var.allowed_gpu_sizes
  # The control plane may share the subscription.
  allowed_regions = distinct(concat(var.allowed_regions, [var.location]))
  budget          = var.budget
  alert_emails    = var.alert_emails

  log_analytics_workspace_id = module.monitoring.log_analytics_workspace_id
  data_collection_rule_id    = module.monitoring.data_collection_rule_id
}

module "gpu_vm" {
  source   = "./modules/gpu_vm"
  for_each = var.gpu_vms

  name                = each.key
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  tags                = merge(local.tags, { cost-center = each.value.cost_center })
  subnet_id           = module.network.machines_subnet_id
  machine             = each.value
}
