# Ids of a stage's custom roles. bootstrap/ makes the roles and the stage assigns them: both derive
# the ids here, so that neither has to be told by the other.
locals {
  # Where each role is defined. The workspace of the logs is in the control plane's subscription.
  scopes = {
    resource_manager = var.scope
    kubernetes       = var.scope
    log_workspace    = var.control_plane_scope
    role_assignments = var.scope
  }
  guids = {
    for role in keys(local.scopes) :
    role => uuidv5("url", "gridplane/${var.stage}/${var.scope}/${role}")
  }
}
