locals {
  host_settings = {
    # Host and task hub sign in as the identity. The runtime's name and version are no settings on
    # Flex Consumption: the platform takes them from the resource and refuses the settings.
    AzureWebJobsStorage__accountName = var.storage.name
    AzureWebJobsStorage__credential  = "managedidentity"
    AzureWebJobsStorage__clientId    = var.identity.client_id

    # `/` leads to the portal instead of to a page of the host.
    AzureWebJobsDisableHomepage = "true"

    # Left alone, the provider (5.2) adds AzureWebJobsStorage with a connection string whose key is
    # empty, which the host then prefers to the identity. A setting of one's own wins, whatever its
    # case; but in the usual case the provider hides it when it reads, and every plan would show a
    # change. The host's configuration does not know case, and takes an empty string for none.
    # https://github.com/hashicorp/terraform-provider-azurerm/issues/33211
    AZUREWEBJOBSSTORAGE = ""

    APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "ClientId=${var.identity.client_id};Authorization=AAD"
  }
}

resource "azurerm_service_plan" "this" {
  #checkov:skip=CKV_AZURE_211:Flex Consumption has one size of plan
  #checkov:skip=CKV_AZURE_212:instances of Flex Consumption follow the load; always_ready says how many stay
  #checkov:skip=CKV_AZURE_225:the task hub's storage decides: requests survive a zone, running instances are started anew
  name                = "plan-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  os_type             = "Linux"
  sku_name            = "FC1"
}

resource "azurerm_function_app_flex_consumption" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = merge(var.tags, { azd-service-name = "api" }) # azure.yaml finds it by this
  service_plan_id     = azurerm_service_plan.this.id

  runtime_name           = "python"
  runtime_version        = "3.13"
  instance_memory_in_mb  = var.scale.instance_memory_in_mb
  maximum_instance_count = var.scale.maximum_instance_count

  dynamic "always_ready" {
    for_each = var.scale.always_ready

    content {
      name           = always_ready.key
      instance_count = always_ready.value
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [var.identity.id]
  }

  storage_container_type            = "blobContainer"
  storage_container_endpoint        = var.storage.package_url
  storage_authentication_type       = "UserAssignedIdentity"
  storage_user_assigned_identity_id = var.identity.id

  virtual_network_subnet_id                      = var.subnet_id
  https_only                                     = true
  webdeploy_publish_basic_authentication_enabled = false

  app_settings = merge(local.host_settings, var.app_settings)

  site_config {
    application_insights_connection_string = var.application_insights_connection_string
    minimum_tls_version                    = "1.2"
    scm_minimum_tls_version                = "1.2"
    http2_enabled                          = true
    vnet_route_all_enabled                 = true
    ip_restriction_default_action          = length(var.client_cidrs) == 0 ? "Allow" : "Deny"

    dynamic "ip_restriction" {
      for_each = var.client_cidrs

      content {
        name       = "client-${ip_restriction.key}"
        priority   = 100 + ip_restriction.key
        action     = "Allow"
        ip_address = ip_restriction.value
      }
    }
  }

  auth_settings_v2 {
    auth_enabled           = true
    require_authentication = true
    require_https          = true
    unauthenticated_action = "Return401"
    default_provider       = "azureactivedirectory"
    # The portal's files are the same for everybody; what they show comes from the API.
    excluded_paths         = ["/docs", "/healthz", "/portal", "/portal/*"]

    active_directory_v2 {
      client_id            = var.authentication.client_id
      tenant_auth_endpoint = "https://login.microsoftonline.com/${var.authentication.tenant_id}/v2.0"
      allowed_audiences    = ["api://${var.authentication.client_id}"]
      allowed_applications = var.authentication.allowed_applications
      allowed_identities   = var.authentication.allowed_principals
    }

    # Clients send a token with each request. People sign in for the portal, whose session is a
    # cookie; their tokens are not kept.
    login {
      token_store_enabled = false
    }
  }

  lifecycle {
    # Which commit runs is known to what publishes it: deploy-stage.yml sets it after the package.
    ignore_changes = [app_settings["BUILD_COMMIT"]]
  }
}
