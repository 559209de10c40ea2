locals {
  # Of 64 addresses each: Flex Consumption wants at least 32 and takes no underscore in the name.
  to_subnet = 26 - tonumber(split("/", var.address_space)[1])
  subnets = {
    functions = { prefix = cidrsubnet(var.address_space, local.to_subnet, 0), delegation = "Microsoft.App/environments" }
    endpoints = { prefix = cidrsubnet(var.address_space, local.to_subnet, 1), delegation = null }
    machines  = { prefix = cidrsubnet(var.address_space, local.to_subnet, 2), delegation = null }
  }
}

resource "azurerm_virtual_network" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  address_space       = [var.address_space]
}

resource "azurerm_subnet" "this" {
  #checkov:skip=CKV2_AZURE_31:functions and endpoints have one below, machines have one each in modules/gpu_vm
  for_each = local.subnets

  name                 = each.key
  resource_group_name  = var.resource_group_name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [each.value.prefix]

  default_outbound_access_enabled   = false
  private_endpoint_network_policies = "Enabled"

  dynamic "delegation" {
    for_each = each.value.delegation == null ? [] : [each.value.delegation]

    content {
      name = "flex-consumption"

      service_delegation {
        name    = delegation.value
        actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
      }
    }
  }
}

# Azure's default rules are what is wanted: in from the network, out to anywhere. Each single
# machine has a group of its own instead, as some let people in from outside.
resource "azurerm_network_security_group" "this" {
  for_each = toset(["functions", "endpoints"])

  name                = "nsg-${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = azurerm_network_security_group.this

  subnet_id                 = azurerm_subnet.this[each.key].id
  network_security_group_id = each.value.id
}

# The app calls ARM, clusters and edges on their public addresses, from one address that others
# can put on their lists.
resource "azurerm_public_ip" "egress" {
  name                = "pip-${var.name}-egress"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_nat_gateway" "egress" {
  name                = "ng-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  sku_name            = "Standard"
}

resource "azurerm_nat_gateway_public_ip_association" "egress" {
  nat_gateway_id       = azurerm_nat_gateway.egress.id
  public_ip_address_id = azurerm_public_ip.egress.id
}

resource "azurerm_subnet_nat_gateway_association" "egress" {
  for_each = toset(["functions", "machines"])

  subnet_id      = azurerm_subnet.this[each.key].id
  nat_gateway_id = azurerm_nat_gateway.egress.id
}
