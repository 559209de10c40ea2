variable "name" {
  description = "Name of the vault: 3 to 24 characters, unique in all of Azure."
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

variable "tenant_id" {
  description = "Entra tenant whose identities may be let in."
  type        = string
}

variable "administrators" {
  description = "Object ids of those who may write secrets."
  type        = set(string)
}

variable "public_network_access_enabled" {
  description = "Whether the vault answers on its public address."
  type        = bool
}
