# Identity of the stage ---------------------------------------------------------------------------

variable "stage" {
  description = "Name of the stage, such as dev, staging or prod. Part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,7}$", var.stage))
    error_message = "Choose a stage of 2 to 8 lower-case letters and digits that begins with a letter, such as \"dev\": storage accounts take nothing else, and longer names do not fit into 24 characters."
  }
}

variable "name_suffix" {
  description = "Makes names unique in all of Azure where they have to be, such as your organisation's short name."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{2,8}$", var.name_suffix))
    error_message = "Choose a name_suffix of 2 to 8 lower-case letters and digits, such as \"contoso\": with the stage it has to fit into the 24 characters of a storage account's and a key vault's name."
  }
}

variable "subscription_id" {
  description = "Subscription of the control plane."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id is the id, not the name. Find it with: az account show --query id -o tsv"
  }
}

variable "environments_subscription_id" {
  description = <<-EOT
    Subscription in which environments are built; null means that of the control plane. Each stage
    needs one of its own: the sweep looks at every GPU pool of the subscription, and two stages
    would each take the other's for orphans.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.environments_subscription_id == null || can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.environments_subscription_id))
    error_message = "environments_subscription_id is the id, not the name. Find it with: az account list --query \"[].{name:name, id:id}\" -o table"
  }
}

variable "role_assignment_scopes" {
  description = <<-EOT
    Registries, key vaults and storage accounts at which the app gives its clusters the roles
    AcrPull, Key Vault Secrets User and Storage Blob Data Reader, by their ids. To be applied by a
    user who may assign roles there: the pipelines may not. At others, their owner gives each cluster
    its role when an operation asks for it.
  EOT
  type        = set(string)
  default     = []

  validation {
    condition = alltrue([
      for scope in var.role_assignment_scopes :
      can(regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.(ContainerRegistry/registries|KeyVault/vaults|Storage/storageAccounts)/[^/]+$", scope))
    ])
    error_message = "Name each registry, key vault or storage account by its id. Find it with: az acr show --name <name> --query id, or az keyvault show or az storage account show likewise"
  }
}

variable "location" {
  description = "Region of the control plane."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+[0-9]?$", var.location))
    error_message = "Write the region as Azure does in ids: \"westeurope\", not \"West Europe\". List: az account list-locations --query \"[].name\" -o tsv"
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

# What environments may be ------------------------------------------------------------------------

variable "allowed_regions" {
  description = "Regions in which environments may be built. The app refuses others at once, Azure Policy in the end."
  type        = list(string)

  validation {
    condition     = length(var.allowed_regions) > 0
    error_message = "Name at least one region in allowed_regions, such as [\"westeurope\"]: with none, nothing can be built."
  }

  validation {
    condition     = alltrue([for region in var.allowed_regions : can(regex("^[a-z]+[0-9]?$", region))])
    error_message = "Write regions as Azure does in ids: \"westeurope\", not \"West Europe\". List: az account list-locations --query \"[].name\" -o tsv"
  }
}

variable "api_server_ranges" {
  description = "Ranges from which people and pipelines reach the API servers of the clusters, beside the app's own address. Ranges that are added to a cluster by hand stay."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for range in var.api_server_ranges : can(cidrhost(range, 0))]) && length(var.api_server_ranges) < 200
    error_message = "Write ranges as \"203.0.113.0/24\" or \"203.0.113.7/32\"; AKS takes 200 with that of the app."
  }
}

variable "allowed_gpu_sizes" {
  description = "VM sizes with GPUs that may be built in the subscription. Default: the sizes that Gridplane knows."
  type        = list(string)
  default = [
    "Standard_NC4as_T4_v3",
    "Standard_NC8as_T4_v3",
    "Standard_NC16as_T4_v3",
    "Standard_NC64as_T4_v3",
    "Standard_NC24ads_A100_v4",
    "Standard_NC48ads_A100_v4",
    "Standard_NC96ads_A100_v4",
    "Standard_NC40ads_H100_v5",
    "Standard_NC80adis_H100_v5",
    "Standard_NC24lds_xl_RTXPRO6000BSE_v6",
    "Standard_NC36ds_xl_RTXPRO6000BSE_v6",
    "Standard_NC36lds_xl_RTXPRO6000BSE_v6",
    "Standard_NC72ds_xl_RTXPRO6000BSE_v6",
    "Standard_NC72lds_xl_RTXPRO6000BSE_v6",
    "Standard_NC144ds_xl_RTXPRO6000BSE_v6",
    "Standard_NC144lds_xl_RTXPRO6000BSE_v6",
    "Standard_NC288ds_xl_RTXPRO6000BSE_v6",
    "Standard_NC288lds_xl_RTXPRO6000BSE_v6",
    "Standard_NV6ads_A10_v5",
    "Standard_NV12ads_A10_v5",
    "Standard_NV18ads_A10_v5",
    "Standard_NV36ads_A10_v5",
    "Standard_NV36adms_A10_v5",
    "Standard_NV72ads_A10_v5",
    "Standard_ND96asr_v4",
    "Standard_ND96amsr_A100_v4",
    "Standard_ND96isr_H100_v5",
    "Standard_ND96isr_H200_v5",
  ]

  validation {
    condition     = alltrue([for size in var.allowed_gpu_sizes : can(regex("^Standard_N[CDV][0-9]+[a-z]*(_[A-Za-z0-9]+)*_v[0-9]+$", size))])
    error_message = "allowed_gpu_sizes takes N-series sizes only, such as Standard_NC24ads_A100_v4; Standard_D16s_v5 has no GPU. List: az vm list-skus --location westeurope --size Standard_N -o table"
  }
}

variable "policy_effect" {
  description = "What Azure Policy does with GPU machines that break the rules: Deny, or Audit while a subscription that is in use moves over. Disabled also ends the deployment of diagnostic settings."
  type        = string
  default     = "Deny"

  validation {
    condition     = contains(["Deny", "Audit", "Disabled"], var.policy_effect)
    error_message = "policy_effect is one of Deny, Audit and Disabled."
  }
}

variable "budget" {
  description = "Monthly budget of the environments' subscription in its billing currency, from the first day of start_date's month on. thresholds are percent of what is already spent, four at most beside the forecast."
  type = object({
    amount     = number
    start_date = string
    thresholds = optional(list(number), [50, 80, 100])
  })

  validation {
    condition     = var.budget.amount >= 1
    error_message = "Set budget.amount to 1 or more: it is what the subscription may cost in a month."
  }

  validation {
    condition     = can(regex("^20[0-9]{2}-(0[1-9]|1[0-2])-01T00:00:00Z$", var.budget.start_date))
    error_message = "budget.start_date is the first of a month in UTC, such as \"2026-12-01T00:00:00Z\"; Azure refuses other days."
  }

  validation {
    condition     = length(distinct(var.budget.thresholds)) >= 1 && length(distinct(var.budget.thresholds)) <= 4
    error_message = "Name one to four budget.thresholds, such as [50, 80, 100]: Azure takes five notifications for a budget, and the forecast is one of them."
  }

  validation {
    condition     = alltrue([for percent in var.budget.thresholds : percent >= 1 && percent <= 1000 && floor(percent) == percent])
    error_message = "budget.thresholds are whole percentages between 1 and 1000, such as [50, 80, 100]."
  }
}

# The app -----------------------------------------------------------------------------------------

variable "models" {
  description = <<-EOT
    How models are served. gateway_image: Envoy's image in a registry of yours, by its digest; empty
    for the project's own. public_url: base URL of the API that callers of models are told, where the
    app has a name of its own; empty for the app's host name. allow_anonymous_access: whether
    specifications may ask for access.mode none. allow_http_origins: whether Front Door may send
    requests to cells as plain HTTP over public addresses; false asks every specification for
    edge.origin privateLink. require_disk_encryption_set: whether every specification has to name
    a disk encryption set.
  EOT
  type = object({
    gateway_image               = optional(string, "")
    public_url                  = optional(string, "")
    allow_anonymous_access      = optional(bool, false)
    allow_http_origins          = optional(bool, true)
    require_disk_encryption_set = optional(bool, false)
  })
  default = {}

  validation {
    condition     = var.models.gateway_image == "" || can(regex("@sha256:[0-9a-f]{64}$", var.models.gateway_image))
    error_message = "models.gateway_image names the image by its digest: registry.example.com/envoy@sha256:..."
  }
}

variable "authentication" {
  description = <<-EOT
    The Entra app registration that stands for the API. Everything but /healthz wants a token for
    it. It is made once per stage, outside of Terraform, by somebody who may register apps:
    register_api.sh prints client_id as APP_ID and tenant_id as TENANT_ID.

    allowed_applications: client ids that may call; allowed_principals: object ids of people,
    groups or identities that may. Empty: everybody whom Entra ID gives a token.
  EOT
  type = object({
    client_id            = string
    tenant_id            = string
    allowed_applications = optional(list(string), [])
    allowed_principals   = optional(list(string), [])
  })

  validation {
    condition = alltrue([
      for id in concat([var.authentication.client_id, var.authentication.tenant_id], var.authentication.allowed_applications, var.authentication.allowed_principals) :
      can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))
    ])
    error_message = "authentication takes ids in lower case, no names. Find them with: az ad app list --display-name gridplane-dev --query \"[].appId\" and az account show --query tenantId"
  }
}

variable "client_cidrs" {
  description = "Address ranges that may reach the API. Empty: every address; the token decides."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Write client_cidrs with a prefix length: \"203.0.113.7/32\" for one address."
  }
}

variable "function_app_scale" {
  description = "Size of the app's instances, how many there may be, and how many always run by group (http, durable, function:<name>). None always running means that the first request waits for a start."
  type = object({
    instance_memory_in_mb  = optional(number, 2048)
    maximum_instance_count = optional(number, 40)
    always_ready           = optional(map(number), {})
  })
  default = {}

  validation {
    condition     = contains([512, 2048, 4096], var.function_app_scale.instance_memory_in_mb)
    error_message = "Flex Consumption offers instances of 512, 2048 and 4096 MB."
  }

  validation {
    condition     = var.function_app_scale.maximum_instance_count >= 1 && var.function_app_scale.maximum_instance_count <= 1000
    error_message = "maximum_instance_count is between 1 and 1000; the functions subnet has room for 40 and more."
  }

  validation {
    condition     = alltrue([for group in keys(var.function_app_scale.always_ready) : can(regex("^(http|durable|blob|function:[A-Za-z0-9_-]+)$", group))])
    error_message = "always_ready takes the groups http, durable and blob, or one function as \"function:<name>\"."
  }
}

variable "retention_days" {
  description = "Days for which ended operations can be read, and records of deleted environments stay complete."
  type        = number
  default     = 30

  validation {
    condition     = var.retention_days >= 1 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days is a whole number of days from 1."
  }
}

variable "purge_schedule" {
  description = "NCRONTAB of the purge of ended operations and deleted environments."
  type        = string
  default     = "0 30 2 * * *"

  validation {
    condition     = length(split(" ", trimspace(var.purge_schedule))) == 6
    error_message = "purge_schedule has six fields, the first is seconds: \"0 30 2 * * *\" is daily at 02:30 UTC."
  }
}

variable "sweep_schedule" {
  description = "NCRONTAB of the sweep of idle GPU pools."
  type        = string
  default     = "0 */5 * * * *"

  validation {
    condition     = length(split(" ", trimspace(var.sweep_schedule))) == 6
    error_message = "sweep_schedule has six fields, the first is seconds: \"0 */5 * * * *\" is every five minutes."
  }
}

variable "wake_schedule" {
  description = "NCRONTAB of the look for calls to sleeping environments (`idle.wakeOnRequest`)."
  type        = string
  default     = "0 * * * * *"

  validation {
    condition     = length(split(" ", trimspace(var.wake_schedule))) == 6
    error_message = "wake_schedule has six fields, the first is seconds: \"0 * * * * *\" is every minute."
  }
}

variable "market_schedule" {
  description = "NCRONTAB of the reading of VM sizes and prices, before requests have to wait for them."
  type        = string
  default     = "0 */30 * * * *"

  validation {
    condition     = length(split(" ", trimspace(var.market_schedule))) == 6
    error_message = "market_schedule has six fields, the first is seconds: \"0 */30 * * * *\" is every half hour."
  }
}

variable "cost_management" {
  description = "Whether GET /costs compares list prices with what Azure has billed for the subscription."
  type        = bool
  default     = false
}

variable "price_currency" {
  description = "ISO 4217 code of a currency whose rate is shown beside prices in USD."
  type        = string
  default     = "USD"

  validation {
    condition     = can(regex("^[A-Z]{3}$", var.price_currency))
    error_message = "price_currency is a code of three capital letters, such as EUR."
  }
}

variable "orphans" {
  description = <<-EOT
    What becomes of resource groups that are Gridplane's by name and tags but have no environment.
    They are always reported; with removal they are deleted after grace_hours. Leave it off while
    another control plane builds in the same subscription, or after a task hub was lost: whatever
    that one has built would count as without environment.
  EOT
  type = object({
    removal     = optional(bool, false)
    grace_hours = optional(number, 24)
  })
  default = {}

  validation {
    condition     = var.orphans.grace_hours >= 1 && floor(var.orphans.grace_hours) == var.orphans.grace_hours
    error_message = "grace_hours is a whole number of hours from 1."
  }
}

variable "endpoints" {
  description = "Base URLs of Azure Resource Manager, of Azure Monitor's metrics for resources without a region, of Log Analytics' query API, and of Azure's Retail Prices API."
  type = object({
    resource_manager = optional(string, "https://management.azure.com")
    metrics          = optional(string, "https://global.metrics.monitor.azure.com")
    log_query        = optional(string, "https://api.loganalytics.io")
    retail_prices    = optional(string, "https://prices.azure.com")
  })
  default = {}

  validation {
    condition     = alltrue([for url in values(var.endpoints) : can(regex("^https://[^/]+$", url))])
    error_message = "Write endpoints with https:// and without a path, such as https://management.azure.com."
  }
}

variable "service_bus_sku" {
  description = "Standard, or Premium for private endpoints and zones. Changing it makes the namespace anew: messages that wait in it are lost."
  type        = string
  default     = "Standard"

  validation {
    condition     = contains(["Standard", "Premium"], var.service_bus_sku)
    error_message = "service_bus_sku is Standard or Premium; Basic has neither topics nor sessions."
  }
}

variable "storage_replication" {
  description = "Replication of the account that holds the task hub, the only database: LRS survives a disk, ZRS a zone."
  type        = string
  default     = "ZRS"

  validation {
    condition     = contains(["LRS", "ZRS"], var.storage_replication)
    error_message = "storage_replication is LRS or ZRS. A copy in another region would lag, and a task hub that jumps back repeats what it did."
  }
}

variable "model_storage" {
  description = <<-EOT
    An account for the weights of models, without a public address and without keys; null: none.
    customer_managed_key: the id of a key without its version, so that a rotated one is used, and of
    a user-assigned identity that has Key Vault Crypto Service Encryption User on it.
  EOT
  type = object({
    replication = optional(string, "ZRS")
    customer_managed_key = optional(object({
      key_id      = string
      identity_id = string
    }))
  })
  default = null

  validation {
    condition     = var.model_storage == null || contains(["LRS", "ZRS"], try(var.model_storage.replication, ""))
    error_message = "model_storage.replication is LRS or ZRS."
  }

  validation {
    condition     = can(regex("^https://[^/]+/keys/[^/]+$", var.model_storage.customer_managed_key.key_id)) || try(var.model_storage.customer_managed_key, null) == null
    error_message = "model_storage.customer_managed_key.key_id is an id without a version: https://<vault>.vault.azure.net/keys/<name>. With one, a rotated key is not used."
  }
}

variable "delete_lock_enabled" {
  description = "Lock the task hub's storage against deletion. Off only where a stage is to be destroyed."
  type        = bool
  default     = true
}

variable "key_vault_administrators" {
  description = "Object ids of those who may write secrets. The app itself reads none."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.key_vault_administrators : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "key_vault_administrators takes object ids. Find them with: az ad group show --group <name> --query id -o tsv"
  }
}

# Network -----------------------------------------------------------------------------------------

variable "address_space" {
  description = "Address range of the virtual network, /16 to /24. It is cut into subnets of 64 addresses."
  type        = string

  validation {
    condition     = try(cidrhost(var.address_space, 0) == split("/", var.address_space)[0] && !strcontains(var.address_space, ":"), false)
    error_message = "Write address_space as an IPv4 range by its first address, such as \"10.40.0.0/24\"; Azure refuses \"10.40.0.5/24\"."
  }

  validation {
    condition     = try(tonumber(split("/", var.address_space)[1]), 0) >= 16 && try(tonumber(split("/", var.address_space)[1]), 99) <= 24
    error_message = "Give address_space a prefix between /16 and /24, such as \"10.40.0.0/24\": three subnets of 64 addresses have to fit."
  }
}

variable "private_endpoints_enabled" {
  description = "Reach storage, Service Bus and Key Vault by private endpoints only, and close them to the internet. Needs service_bus_sku = \"Premium\"."
  type        = bool
  default     = false

  validation {
    condition     = !var.private_endpoints_enabled || var.service_bus_sku == "Premium"
    error_message = "Set service_bus_sku = \"Premium\": no other tier of Service Bus has private endpoints. The namespace is made anew, so let the queue run empty first."
  }
}

variable "private_dns_zone_ids" {
  description = "Private DNS zones that exist already, by zone name, as hubs keep them. Zones that are not named are made here."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for zone in keys(var.private_dns_zone_ids) : startswith(zone, "privatelink.")])
    error_message = "Name zones in full, such as privatelink.blob.core.windows.net."
  }
}

# Watching ----------------------------------------------------------------------------------------

variable "alert_emails" {
  description = "Who is told of alerts and of the budget."
  type        = set(string)

  validation {
    condition     = length(var.alert_emails) > 0 && alltrue([for email in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))])
    error_message = "Name at least one address in alert_emails, such as [\"platform@example.com\"]: an alert that nobody gets is none."
  }
}

variable "alert_thresholds" {
  description = <<-EOT
    When alerts fire. stuck_operation_minutes: above the longest time that domain/deadlines.py
    grants, which is 180 minutes for waking. sweep_missing_minutes: above the pace of
    sweep_schedule, several times over. idle_gpu_usd_per_hour: list price of the GPU nodes that the
    sweep found idle.
  EOT
  type = object({
    stuck_operation_minutes = optional(number, 190)
    sweep_missing_minutes   = optional(number, 30)
    idle_gpu_usd_per_hour   = optional(number, 10)
  })
  default = {}

  validation {
    condition     = var.alert_thresholds.stuck_operation_minutes > 180 && var.alert_thresholds.stuck_operation_minutes <= 345
    error_message = "Set stuck_operation_minutes between 181 and 345: waking may take 180 minutes, and the alert looks back 6 hours."
  }

  validation {
    condition     = var.alert_thresholds.sweep_missing_minutes >= 15 && var.alert_thresholds.sweep_missing_minutes <= 180
    error_message = "Set sweep_missing_minutes between 15 and 180: below, one slow start would alert."
  }
}

variable "trace_ratio" {
  description = "Share of traces that is kept, 1 for all. Log lines of a trace that is dropped are dropped with it, and alerts stand on log lines: lower it only if what they miss is acceptable."
  type        = number
  default     = 1

  validation {
    condition     = var.trace_ratio > 0 && var.trace_ratio <= 1
    error_message = "trace_ratio is above 0 and at most 1, such as 0.25 for a quarter of all traces."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730
    error_message = "log_retention_days is between 30 and 730."
  }
}

variable "audit_retention_days" {
  description = "How long the audit of invocations is kept. The API reads the last two years of it; what is older is an archive."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 180, 365, 550, 730, 1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383], var.audit_retention_days)
    error_message = "audit_retention_days is a retention that Log Analytics offers for a table: 30, 60, 90, 120, 180, 365, 550, 730 days, or 3 to 12 years as 1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018 or 4383 days."
  }
}

# Single machines ---------------------------------------------------------------------------------

variable "gpu_vms" {
  description = <<-EOT
    Single machines with GPUs by name, for people who need a box and not an environment. None by
    default. They have no public address unless public_ip_from names who may use SSH there.
  EOT
  type = map(object({
    size            = string
    cost_center     = string
    ssh_public_key  = string
    admin_username  = optional(string, "azureuser")
    disk_size_in_gb = optional(number, 128)
    zone            = optional(string)
    shutdown_time   = optional(string, "1900")
    timezone        = optional(string, "UTC")
    shutdown_email  = optional(string)
    public_ip_from  = optional(list(string), [])
  }))
  default = {}

  validation {
    condition     = alltrue([for name in keys(var.gpu_vms) : can(regex("^[a-z][a-z0-9-]{0,13}[a-z0-9]$", name))])
    error_message = "Name machines with 2 to 15 lower-case letters, digits and hyphens, such as \"research-1\"."
  }

  validation {
    condition     = alltrue([for machine in values(var.gpu_vms) : contains(var.allowed_gpu_sizes, machine.size)])
    error_message = "Choose each gpu_vms size from allowed_gpu_sizes, in the same spelling, such as Standard_NC4as_T4_v3: Azure Policy denies the others."
  }

  validation {
    condition     = alltrue([for machine in values(var.gpu_vms) : trimspace(machine.cost_center) != ""])
    error_message = "Set cost_center of each of gpu_vms, such as \"ML-1234\": Azure Policy denies machines with GPUs that nobody pays."
  }
}
