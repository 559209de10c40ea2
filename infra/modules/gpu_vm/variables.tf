variable "name" {
  description = "Name of the machine."
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
  description = "Tags, with a cost-center."
  type        = map(string)
}

variable "subnet_id" {
  description = "Subnet of the machine."
  type        = string
}

variable "machine" {
  description = "The machine: VM size, SSH key, disk, zone, when it is shut down each day (HHmm) and who may use SSH on a public address."
  type = object({
    size            = string
    ssh_public_key  = string
    admin_username  = string
    disk_size_in_gb = number
    zone            = optional(string)
    shutdown_time   = string
    timezone        = string
    shutdown_email  = optional(string)
    public_ip_from  = list(string)
  })

  validation {
    condition     = can(regex("^Standard_N[CDV]", var.machine.size))
    error_message = "${var.machine.size} is no N-series size: choose one with a GPU, such as Standard_NC4as_T4_v3."
  }

  validation {
    condition     = can(regex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]{40,}", var.machine.ssh_public_key))
    error_message = "ssh_public_key is the content of a public key file, such as the output of: cat ~/.ssh/id_ed25519.pub"
  }

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3])[0-5][0-9]$", var.machine.shutdown_time))
    error_message = "Write shutdown_time as HHmm, such as \"1900\"."
  }

  validation {
    condition     = alltrue([for cidr in var.machine.public_ip_from : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "public_ip_from takes address ranges with a prefix of /8 or longer, such as \"203.0.113.7/32\": SSH must not be open to the whole internet."
  }
}
