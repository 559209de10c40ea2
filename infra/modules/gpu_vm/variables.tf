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
    condition     = can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.machine.admin_username)) && !contains(["admin", "administrator", "guest", "owner", "root", "test", "user"], var.machine.admin_username)
    error_message = "Choose another admin_username of lower-case letters, digits, - and _, such as \"azureuser\": Azure reserves names like root and admin."
  }

  validation {
    condition     = var.machine.disk_size_in_gb >= 64 && var.machine.disk_size_in_gb <= 4095
    error_message = "Set disk_size_in_gb between 64 and 4095: system, driver and CUDA need the one, Azure's system disks end at the other."
  }

  validation {
    condition     = var.machine.zone == null || contains(["1", "2", "3"], coalesce(var.machine.zone, "-"))
    error_message = "zone is \"1\", \"2\" or \"3\", or left out. Where the size is to be had: az vm list-skus --location westeurope --size ${var.machine.size} --zone -o table"
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
