variable "stage" {
  description = "Name of the stage with its suffix, as in \"dev-contoso\"."
  type        = string
}

variable "scope" {
  description = "/subscriptions/<id> in which the roles are defined."
  type        = string
}
