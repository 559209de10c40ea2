variable "name" {
  description = "Name of the account: 3 to 24 lower-case letters and digits, unique in all of Azure."
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

variable "replication_type" {
  description = "LRS or ZRS."
  type        = string
}

variable "customer_managed_key" {
  description = "Id of a key without its version, and of the identity that may use it; null: Microsoft's key."
  type = object({
    key_id      = string
    identity_id = string
  })
  default = null
}

variable "delete_lock_enabled" {
  description = "Whether the account is locked against deletion."
  type        = bool
}
