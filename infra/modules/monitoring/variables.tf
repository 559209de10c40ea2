variable "name" {
  description = "Common part of the names."
  type        = string
}

variable "stage" {
  description = "Name of the stage, as alerts show it."
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

variable "retention_in_days" {
  description = "How long logs are kept."
  type        = number
}

variable "audit_retention_in_days" {
  description = "How long the audit of invocations is kept; what is older than 730 days, only as an archive."
  type        = number
}

variable "alert_emails" {
  description = "Who is told."
  type        = set(string)
}

variable "alert_thresholds" {
  description = "When alerts fire."
  type = object({
    stuck_operation_minutes = number
    sweep_missing_minutes   = number
    idle_gpu_usd_per_hour   = number
  })
}

variable "service_bus_id" {
  description = "Service Bus namespace whose dead letters are watched."
  type        = string
}

variable "diagnostic_resources" {
  description = "Resources whose own logs go to the workspace, by a short name."
  type        = map(string)
}
