variable "name" {
  description = "Name of the identity."
  type        = string
}

variable "stage" {
  description = "Name of the stage with its suffix, by which bootstrap/ has made the roles."
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

variable "environments_scope" {
  description = "/subscriptions/<id> in which environments are built."
  type        = string
}

variable "control_plane_scope" {
  description = "/subscriptions/<id> of the control plane."
  type        = string
}

variable "log_analytics_workspace_id" {
  description = "Workspace that clusters send logs to."
  type        = string
}

variable "data_roles" {
  description = "Roles of the identity on single resources of the control plane, by what they are for."
  type = map(object({
    role  = string
    scope = string
  }))
}

variable "role_assignment_scopes" {
  description = "Registries, key vaults and storage accounts at which the app gives its clusters AcrPull, Key Vault Secrets User and Storage Blob Data Reader."
  type        = set(string)
  default     = []
}
