variable "name" {
  description = "Name of the virtual network."
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

variable "address_space" {
  description = "Address range of the network, /16 to /24."
  type        = string
}

variable "private_endpoints" {
  description = "What is reached privately, by a short name: the resource, its part, and the DNS zone for it."
  type = map(object({
    resource_id = string
    subresource = string
    zone        = string
  }))
}

variable "private_dns_zone_ids" {
  description = "Private DNS zones that exist already, by zone name."
  type        = map(string)
}
