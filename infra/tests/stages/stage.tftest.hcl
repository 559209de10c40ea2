# terraform test -test-directory=tests/stages -var-file=environments/<stage>.tfvars

mock_provider "azurerm" {}
mock_provider "azurerm" {
  alias = "environments"
}

run "the_stage_can_be_planned" {
  command = plan

  assert {
    condition     = output.resource_group_name == "rg-gridplane-${var.stage}"
    error_message = "The resource group is named after the stage."
  }
  assert {
    condition     = contains(var.allowed_regions, var.location)
    error_message = "A stage's control plane stands in one of the regions that its environments may use."
  }
}
