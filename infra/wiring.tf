# What ties the modules together: settings, data-plane roles, private endpoints, diagnostics.

locals {
  # Every setting that clients/settings.py reads, without CA_BUNDLE, EDGE_ADDRESS,
  # REGISTRY_ADDRESS and those of ENTRA: they are for a laptop, where certificates and names are simulated.
  app_settings = {
    AZURE_SUBSCRIPTION_ID = local.environments_subscription_id
    AZURE_CLIENT_ID       = module.identity.identity.client_id
    ARM_ENDPOINT          = var.endpoints.resource_manager
    METRICS_ENDPOINT      = var.endpoints.metrics
    LOG_QUERY_ENDPOINT    = var.endpoints.log_query
    RETAIL_PRICES_URL     = var.endpoints.retail_prices
    PRICE_CURRENCY        = var.price_currency
    COST_MANAGEMENT       = tostring(var.cost_management)
    MARKET_SCHEDULE       = var.market_schedule
    LOG_WORKSPACE_ID      = module.monitoring.log_analytics_customer_id
    ALLOWED_REGIONS       = join(",", var.allowed_regions)
    SWEEP_SCHEDULE        = var.sweep_schedule
    WAKE_SCHEDULE         = var.wake_schedule

    LOG_WORKSPACE_RESOURCE_ID = module.monitoring.log_analytics_workspace_id

    API_SERVER_AUTHORIZED_IP_RANGES = join(",", concat(["${module.network.egress_ip_address}/32"], var.api_server_ranges))

    PURGE_SCHEDULE     = var.purge_schedule
    RETENTION_DAYS     = tostring(var.retention_days)
    ORPHAN_REMOVAL     = tostring(var.orphans.removal)
    ORPHAN_GRACE_HOURS = tostring(var.orphans.grace_hours)
    REQUIRE_APP_ROLES  = "true"

    # Callers of models bring tokens of the same registration, with its role Model.Invoke.
    TENANT_ID                   = var.authentication.tenant_id
    MODEL_AUDIENCE              = var.authentication.client_id
    ALLOW_ANONYMOUS_ACCESS      = tostring(var.models.allow_anonymous_access)
    ALLOW_HTTP_ORIGINS          = tostring(var.models.allow_http_origins)
    REQUIRE_DISK_ENCRYPTION_SET = tostring(var.models.require_disk_encryption_set)
    GATEWAY_IMAGE               = var.models.gateway_image
    PUBLIC_URL                  = var.models.public_url

    # Read by the host's exporter, which otherwise keeps five traces a second and drops the log
    # lines of the others with them: those that alerts stand on.
    OTEL_TRACES_SAMPLER     = "microsoft.fixed_percentage"
    OTEL_TRACES_SAMPLER_ARG = tostring(var.trace_ratio)

    SERVICE_BUS__fullyQualifiedNamespace = module.service_bus.fully_qualified_namespace
    SERVICE_BUS__clientId                = module.identity.identity.client_id
    SERVICE_BUS__credential              = "managedidentity"
  }

  # Each on the one resource that the app uses it for.
  data_roles = {
    host_blobs = {
      role  = "Storage Blob Data Owner" # what the Functions host documents for its own storage
      scope = module.storage.host_storage.id
    }
    host_queues = {
      role  = "Storage Queue Data Contributor"
      scope = module.storage.host_storage.id
    }
    host_tables = {
      role  = "Storage Table Data Contributor"
      scope = module.storage.host_storage.id
    }
    receive_requests = {
      role  = "Azure Service Bus Data Receiver"
      scope = module.service_bus.requests_queue_id
    }
    send_events = {
      role  = "Azure Service Bus Data Sender"
      scope = module.service_bus.events_topic_id
    }
    read_invocations = {
      role  = "Log Analytics Data Reader"
      scope = module.monitoring.log_analytics_workspace_id
    }
    publish_telemetry = {
      role  = "Monitoring Metrics Publisher"
      scope = module.monitoring.application_insights_id
    }
  }

  private_endpoints = {
    blob        = { resource_id = module.storage.host_storage.id, subresource = "blob", zone = "privatelink.blob.core.windows.net" }
    queue       = { resource_id = module.storage.host_storage.id, subresource = "queue", zone = "privatelink.queue.core.windows.net" }
    table       = { resource_id = module.storage.host_storage.id, subresource = "table", zone = "privatelink.table.core.windows.net" }
    service-bus = { resource_id = module.service_bus.namespace_id, subresource = "namespace", zone = "privatelink.servicebus.windows.net" }
    key-vault   = { resource_id = module.key_vault.id, subresource = "vault", zone = "privatelink.vaultcore.azure.net" }
  }

  # The account for models has no public address: who uploads is in the network.
  model_endpoints = var.model_storage == null ? {} : {
    models = { resource_id = module.model_storage[0].account.id, subresource = "blob", zone = "privatelink.blob.core.windows.net" }
  }

  diagnostic_resources = merge(
    {
      key-vault   = module.key_vault.id
      service-bus = module.service_bus.namespace_id
    },
    var.model_storage == null ? {} : {
      models = "${module.model_storage[0].account.id}/blobServices/default"
    },
  )
}
