# Ids of a stage's custom roles. bootstrap/ makes the roles and the stage assigns them: both derive
# the ids here, so that neither has to be told by the other.
locals {
  guids = {
    for role in ["resource_manager", "kubernetes"] :
    role => uuidv5("url", "gridplane/${var.stage}/${var.scope}/${role}")
  }
}
