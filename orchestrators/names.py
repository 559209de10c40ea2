"""The registered names by which the durable engine finds what it runs."""

ENVIRONMENT_ENTITY = "environment"

PROVISION_ENVIRONMENT = "provision_environment"
PROVISION_CELL = "provision_cell"
WIRE_EDGE = "wire_edge"
DELETE_ENVIRONMENT = "delete_environment"
DELETE_RESOURCES = "delete_resources"
AWAIT_OPERATION = "await_operation"
AWAIT_READY = "await_ready"
AWAIT_EDGE = "await_edge"

BEGIN_RESOURCE = "begin_resource"
BEGIN_DELETE_RESOURCE = "begin_delete_resource"
BEGIN_EMPTY_GPU_POOL = "begin_empty_gpu_pool"
POLL_OPERATION = "poll_operation"
APPLY_WORKLOAD = "apply_workload"
GET_OBSERVATION = "get_observation"
PROBE_EDGE = "probe_edge"
LIST_REMAINING_RESOURCES = "list_remaining_resources"

CANCEL_EVENT = "cancel"
