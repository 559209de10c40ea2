variable "name" {
  description = "Name of the namespace, unique in all of Azure."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group."
  type        = string
}

variable "location" {
  description = "Region."
  type        = string
}

variable "tags" {
  description = "Tags."
  type        = map(string)
}

variable "sku" {
  description = "Standard or Premium."
  type        = string
}

variable "public_network_access_enabled" {
  description = "Whether the namespace answers on its public address. Only Premium can do without."
  type        = bool
}
