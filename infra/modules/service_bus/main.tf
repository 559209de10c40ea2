resource "azurerm_servicebus_namespace" "this" {
  #checkov:skip=CKV_AZURE_199:double encryption needs a key of one's own; messages hold specs of environments, no secrets
  #checkov:skip=CKV_AZURE_201:Microsoft's key, for the same reason
  #checkov:skip=CKV_AZURE_202:an identity of its own is for that key only
  #checkov:skip=CKV_AZURE_204:closed by the switch private_endpoints_enabled, which needs Premium
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  sku                          = var.sku
  capacity                     = var.sku == "Premium" ? 1 : 0
  premium_messaging_partitions = var.sku == "Premium" ? 1 : 0

  local_auth_enabled            = false
  minimum_tls_version           = "1.2"
  public_network_access_enabled = var.public_network_access_enabled
}

resource "azurerm_servicebus_queue" "requests" {
  name         = "provisioning-requests"
  namespace_id = azurerm_servicebus_namespace.this.id

  # The session is the environment's name: one operation at a time for each.
  requires_session                        = true
  requires_duplicate_detection            = true
  duplicate_detection_history_time_window = "PT10M"
  dead_lettering_on_message_expiration    = true
  default_message_ttl                     = "P14D"
  max_delivery_count                      = 10
  lock_duration                           = "PT1M"
}

resource "azurerm_servicebus_topic" "events" {
  name         = "environment-events"
  namespace_id = azurerm_servicebus_namespace.this.id

  # An activity may run twice: the second copy of an event is dropped here.
  requires_duplicate_detection            = true
  duplicate_detection_history_time_window = "PT10M"
  default_message_ttl                     = "P14D"
}

resource "azurerm_servicebus_subscription" "all" {
  name     = "all"
  topic_id = azurerm_servicebus_topic.events.id

  max_delivery_count                        = 10
  lock_duration                             = "PT1M"
  default_message_ttl                       = "P14D"
  dead_lettering_on_filter_evaluation_error = true
  # Nobody has to read events. What expires unread is no failure and must not alert.
  dead_lettering_on_message_expiration = false
}
