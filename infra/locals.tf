locals {
  environments_subscription_id = coalesce(var.environments_subscription_id, var.subscription_id)
  environments_scope           = "/subscriptions/${local.environments_subscription_id}"

  name = "gridplane-${var.stage}-${var.name_suffix}"

  # Every name is derived, so that a second apply finds what the first one made.
  names = {
    resource_group = "rg-gridplane-${var.stage}"
    function_app   = "func-${local.name}"
    identity       = "id-${local.name}"
    service_bus    = "sb-${local.name}"
    key_vault      = "kv-gp-${var.stage}-${var.name_suffix}"
    storage        = "stgp${var.stage}${var.name_suffix}"
    model_storage  = "stgpm${var.stage}${var.name_suffix}"
    network        = "vnet-${local.name}"
    monitoring     = local.name
  }

  tags = merge(var.tags, {
    azd-env-name = var.stage # azd finds the stage by this
    managed-by   = "terraform"
    stage        = var.stage
  })
}
