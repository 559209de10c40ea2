variable "stage" {
  description = "Name of the stage; definitions of two stages may share a subscription."
  type        = string
}

variable "scope" {
  description = "/subscriptions/<id> that the rules hold for."
  type        = string
}

variable "effect" {
  description = "Deny, Audit or Disabled."
  type        = string
}

variable "location" {
  description = "Region of the identities that deploy diagnostic settings."
  type        = string
}

variable "log_analytics_workspace_id" {
  description = "Workspace that takes the logs of clusters and edges."
  type        = string
}

variable "data_collection_rule_id" {
  description = "Rule by which clusters send the audit of invocations."
  type        = string
}

variable "allowed_gpu_sizes" {
  description = "VM sizes with GPUs that may be built."
  type        = list(string)
}

variable "allowed_regions" {
  description = "Regions in which anything may be built."
  type        = list(string)
}

variable "budget" {
  description = "Amount per month, its first day, and the percentages at which somebody is told."
  type = object({
    amount     = number
    start_date = string
    thresholds = list(number)
  })
}

variable "alert_emails" {
  description = "Who is told of the budget."
  type        = set(string)
}
