locals {
  effect_parameter = {
    effect = {
      type          = "String"
      allowedValues = ["Deny", "Audit", "Disabled"]
      metadata      = { displayName = "Effect" }
    }
  }
  sizes_parameter = {
    allowedSizes = {
      type     = "Array"
      metadata = { displayName = "Allowed GPU sizes" }
    }
  }

  # By the name of the rule's file in definitions/.
  rules = {
    gpu-vm-cost-center = {
      display_name = "GPU machines have a cost-center"
      message      = "Add the tag cost-center to the virtual machine or scale set: machines with GPUs have somebody who pays."
      parameters   = local.effect_parameter
      values       = {}
    }
    gpu-pool-cost-center = {
      display_name = "GPU agent pools have a cost-center"
      message      = "Add the tag cost-center to the agent pool itself, not only to its cluster: node pools with GPUs have somebody who pays."
      parameters   = local.effect_parameter
      values       = {}
    }
    gpu-sizes = {
      display_name = "Only allowed GPU sizes"
      message      = "Use one of the allowed GPU sizes: ${join(", ", var.allowed_gpu_sizes)}."
      parameters   = merge(local.effect_parameter, local.sizes_parameter)
      values       = { allowedSizes = { value = var.allowed_gpu_sizes } }
    }
  }

  # Built in: "Allowed locations" leaves out what is global, as Front Door is, and resource groups,
  # which have a definition of their own.
  region_definitions = {
    regions       = "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c"
    group-regions = "/providers/Microsoft.Authorization/policyDefinitions/e765b5de-1225-4ba3-bd56-1ac6695af988"
  }
}

resource "azurerm_policy_definition" "this" {
  for_each = local.rules

  name         = "gridplane-${var.stage}-${each.key}"
  display_name = "Gridplane ${var.stage}: ${each.value.display_name}"
  description  = each.value.message
  policy_type  = "Custom"
  # `Indexed` would leave out agent pools, which have no tags of ARM's own.
  mode        = "All"
  policy_rule = file("${path.module}/definitions/${each.key}.json")
  parameters  = jsonencode(each.value.parameters)
  metadata    = jsonencode({ category = "Gridplane" })
}

resource "azurerm_subscription_policy_assignment" "rule" {
  for_each = local.rules

  name                 = azurerm_policy_definition.this[each.key].name
  display_name         = azurerm_policy_definition.this[each.key].display_name
  policy_definition_id = azurerm_policy_definition.this[each.key].id
  subscription_id      = var.scope
  parameters           = jsonencode(merge(each.value.values, { effect = { value = var.effect } }))

  non_compliance_message {
    content = each.value.message
  }
}

resource "azurerm_subscription_policy_assignment" "region" {
  for_each = local.region_definitions

  name                 = "gridplane-${var.stage}-${each.key}"
  display_name         = "Gridplane ${var.stage}: only allowed regions (${each.key})"
  policy_definition_id = each.value
  subscription_id      = var.scope
  # These two know no effect but Deny: for Audit they are assigned without being enforced.
  enforce    = var.effect == "Deny"
  parameters = jsonencode({ listOfAllowedLocations = { value = var.allowed_regions } })

  non_compliance_message {
    content = "Build in one of the allowed regions: ${join(", ", var.allowed_regions)}."
  }
}
