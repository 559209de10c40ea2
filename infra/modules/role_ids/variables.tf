variable "stage" {
  description = "Name of the stage with its suffix, as in \"dev-contoso\"."
  type        = string
}

variable "scope" {
  description = "/subscriptions/<id> in which environments are built."
  type        = string
}

variable "control_plane_scope" {
  description = "/subscriptions/<id> of the control plane."
  type        = string
}
