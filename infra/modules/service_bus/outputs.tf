output "namespace_id" {
  description = "Resource id of the namespace."
  value       = azurerm_servicebus_namespace.this.id
}

output "fully_qualified_namespace" {
  description = "Host name of the namespace."
  value       = "${azurerm_servicebus_namespace.this.name}.servicebus.windows.net"
}

output "requests_queue_id" {
  description = "Resource id of the queue of requests."
  value       = azurerm_servicebus_queue.requests.id
}

output "requests_queue_name" {
  description = "Name of the queue of requests."
  value       = azurerm_servicebus_queue.requests.name
}

output "events_topic_id" {
  description = "Resource id of the topic of events."
  value       = azurerm_servicebus_topic.events.id
}

output "events_topic_name" {
  description = "Name of the topic of events."
  value       = azurerm_servicebus_topic.events.name
}
