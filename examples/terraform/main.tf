# An environment of Gridplane: docs/terraform.md.

variable "specification" {
  description = "File of the specification, in YAML or JSON."
  type        = string
}

locals {
  name = yamldecode(file(var.specification)).name
}

# The environment, from its creation to its end. A change of the specification does not replace it.
resource "terraform_data" "environment" {
  input            = local.name
  triggers_replace = [local.name]

  provisioner "local-exec" {
    when    = destroy
    command = "gridplane delete ${self.output} --yes"
  }
}

# Creates it, or updates it in place, and waits until the model answers.
resource "terraform_data" "specification" {
  triggers_replace = [terraform_data.environment.id, filesha256(var.specification)]

  provisioner "local-exec" {
    command = "gridplane apply -f ${var.specification} --yes"
  }
}
