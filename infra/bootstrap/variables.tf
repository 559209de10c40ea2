variable "subscription_id" {
  description = "Subscription that holds the state and the identities of the pipelines."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id is the id, not the name. Find it with: az account show --query id -o tsv"
  }
}

variable "location" {
  description = "Region of the state."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+[0-9]?$", var.location))
    error_message = "Write the region as Azure does in ids: \"westeurope\", not \"West Europe\". List: az account list-locations --query \"[].name\" -o tsv"
  }
}

variable "name_suffix" {
  description = "Makes the account's name unique in all of Azure, such as your organisation's short name. The name_suffix of every stage: the ids of custom roles are derived from it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{2,8}$", var.name_suffix))
    error_message = "Choose a name_suffix of 2 to 8 lower-case letters and digits, such as \"contoso\": it has to fit into a storage account's 24 characters."
  }
}

variable "tags" {
  description = "Tags of every resource. cost-center and owner are required."
  type        = map(string)

  validation {
    condition     = alltrue([for key in ["cost-center", "owner"] : trimspace(lookup(var.tags, key, "")) != ""])
    error_message = "Add the tags cost-center and owner, such as { cost-center = \"ML-1234\", owner = \"platform@example.com\" }: without them nobody knows who pays."
  }
}

variable "github_repository" {
  description = "Repository whose workflows may act, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "Write github_repository as owner/name, such as \"contoso/gridplane\", without https://github.com/."
  }
}

variable "stages" {
  description = <<-EOT
    Stages by name, with the subscription of their control plane and, where it is another one, that
    of their environments. Each gets a state container and an identity of its own, and the GitHub
    environment of the same name is what may use them.
  EOT
  type = map(object({
    subscription_id              = string
    environments_subscription_id = optional(string)
  }))

  validation {
    condition     = alltrue([for name in keys(var.stages) : can(regex("^[a-z][a-z0-9]{1,7}$", name))])
    error_message = "Name stages with 2 to 8 lower-case letters and digits, beginning with a letter, such as \"dev\"."
  }

  validation {
    condition = alltrue(flatten([
      for stage in values(var.stages) : [
        for id in compact([stage.subscription_id, stage.environments_subscription_id]) :
        can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))
      ]
    ]))
    error_message = "stages takes subscription ids, not names. Find them with: az account list --query \"[].{name:name, id:id}\" -o table"
  }
}

variable "soft_delete_days" {
  description = "How long deleted states and their old versions can be brought back."
  type        = number
  default     = 30

  validation {
    condition     = var.soft_delete_days >= 7 && var.soft_delete_days <= 365
    error_message = "soft_delete_days is between 7 and 365."
  }
}
