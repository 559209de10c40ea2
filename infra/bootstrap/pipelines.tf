# GitHub's workflows act as these identities, by a token that GitHub signs for one run. No secret
# is stored anywhere.

locals {
  github_issuer   = "https://token.actions.githubusercontent.com"
  github_audience = "api://AzureADTokenExchange"
}

resource "azurerm_user_assigned_identity" "deploy" {
  for_each = var.stages

  name                = "id-gridplane-deploy-${each.key}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = merge(var.tags, { stage = each.key })
}

# Only runs in the GitHub environment of that name, with its reviewers.
resource "azurerm_federated_identity_credential" "deploy" {
  for_each = var.stages

  name                      = "github-${each.key}"
  user_assigned_identity_id = azurerm_user_assigned_identity.deploy[each.key].id
  issuer                    = local.github_issuer
  audience                  = [local.github_audience]
  subject                   = "repo:${var.github_repository}:environment:${each.key}"
}

# Pull requests and main may look, and so plan, but change nothing.
resource "azurerm_user_assigned_identity" "plan" {
  name                = "id-gridplane-plan"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = var.tags
}

resource "azurerm_federated_identity_credential" "plan" {
  for_each = {
    github-pull-request = "pull_request"
    github-main         = "ref:refs/heads/main"
  }

  name                      = each.key
  user_assigned_identity_id = azurerm_user_assigned_identity.plan.id
  issuer                    = local.github_issuer
  audience                  = [local.github_audience]
  subject                   = "repo:${var.github_repository}:${each.value}"
}
