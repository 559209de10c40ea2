locals {
  zones         = toset([for endpoint in values(var.private_endpoints) : endpoint.zone])
  zones_to_make = setsubtract(local.zones, keys(var.private_dns_zone_ids))
  zone_ids = merge(
    var.private_dns_zone_ids,
    { for name, zone in azurerm_private_dns_zone.this : name => zone.id },
  )
}

resource "azurerm_private_dns_zone" "this" {
  for_each = local.zones_to_make

  name                = each.value
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

# Zones that exist already are linked by whoever keeps them.
resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  for_each = azurerm_private_dns_zone.this

  name                = var.name
  private_dns_zone_id = each.value.id
  virtual_network_id  = azurerm_virtual_network.this.id
  tags                = var.tags
}

resource "azurerm_private_endpoint" "this" {
  for_each = var.private_endpoints

  name                          = "pe-${var.name}-${each.key}"
  custom_network_interface_name = "nic-${var.name}-${each.key}"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tags                          = var.tags
  subnet_id                     = azurerm_subnet.this["endpoints"].id

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.resource_id
    subresource_names              = [each.value.subresource]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [local.zone_ids[each.value.zone]]
  }
}
