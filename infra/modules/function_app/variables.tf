variable "name" {
  description = "Name of the app, unique in all of Azure; beyond 32 characters two apps could share a host id."
  type        = string

  validation {
    condition     = length(var.name) <= 32
    error_message = "Shorten stage or name_suffix: the function app's name has to fit into 32 characters."
  }
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

variable "subnet_id" {
  description = "Subnet from which the app calls out, delegated to Microsoft.App/environments."
  type        = string
}

variable "identity" {
  description = "Identity that the app acts as."
  type = object({
    id           = string
    client_id    = string
    principal_id = string
  })
}

variable "storage" {
  description = "Storage of the Functions host."
  type = object({
    id          = string
    name        = string
    package_url = string
  })
}

variable "scale" {
  description = "Memory of an instance in MB, most instances, and always running ones by group."
  type = object({
    instance_memory_in_mb  = number
    maximum_instance_count = number
    always_ready           = map(number)
  })
}

variable "authentication" {
  description = "The Entra app registration that stands for the API, and who may call."
  type = object({
    client_id            = string
    tenant_id            = string
    allowed_applications = list(string)
    allowed_principals   = list(string)
  })
}

variable "client_cidrs" {
  description = "Address ranges that may reach the API. Empty: every address."
  type        = list(string)
}

variable "application_insights_connection_string" {
  description = "Where telemetry goes. It holds no secret: keys are off there."
  type        = string
}

variable "app_settings" {
  description = "The app's own settings."
  type        = map(string)
}
