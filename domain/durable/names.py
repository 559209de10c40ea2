"""The registered names by which the durable engine finds what it runs."""

from collections.abc import Mapping
from enum import StrEnum

from domain.environment.operation import OperationKind

ENVIRONMENT_ENTITY = "environment"
BLOCKLIST_ENTITY = "blocklist"
"""Offers that Azure has refused lately; one for the whole app."""
ORPHANS_ENTITY = "orphans"
PLAN_ENTITY = "plan"
AUDIT_ENTITY = "audit"
CLAIMS_ENTITY = "claims"
"""Ledgers of what requests are about to use."""
MODEL_ENTITY = "registered_model"
"""The versions of a model in the registry; one for each model."""
MARKET_ENTITY = "market"
"""Sizes and prices of a region, by region and currency."""
DIRECTORY_ENTITY = "directory"
"""Rows that lists find and filter environments by, in shards."""


class EntityOperation(StrEnum):
    """Operations of the entity `environment`."""

    START_OPERATION = "start_operation"
    RECORD_STEP = "record_step"
    RECORD_STEPS = "record_steps"
    END_OPERATION = "end_operation"
    KEEP_POOL = "keep_pool"
    KEEP_PROFILE = "keep_profile"
    RECORD_IDLE_NOTE = "record_idle_note"
    RECORD_WARNING = "record_warning"
    RECORD_HEALTH = "record_health"
    RECORD_GPU_NODES = "record_gpu_nodes"
    RECORD_ATTEMPT = "record_attempt"
    RECORD_IMAGE = "record_image"
    BURY = "bury"
    NOTE_OWN_REQUEST = "note_own_request"
    RECORD_COUNTERS = "record_counters"
    REQUEST_APPROVAL = "request_approval"
    REMIND_OF_APPROVAL = "remind_of_approval"
    DECIDE_APPROVAL = "decide_approval"
    NOTE_CANCELLATION = "note_cancellation"
    HAS_ENDED = "has_ended"
    GET_END = "get_end"
    GET_KEPT_POOLS = "get_kept_pools"
    GET_REGIONS = "get_regions"
    GET_SWEEP_STATE = "get_sweep_state"
    PLAN_OPERATION = "plan_operation"


class OrphansOperation(StrEnum):
    """Operations of the entity `orphans`."""

    NOTE = "note"
    READ = "read"


class DirectoryOperation(StrEnum):
    """Operations of the entity `directory`."""

    PUT = "put"
    PUT_MANY = "put_many"
    FORGET = "forget"


class BlocklistOperation(StrEnum):
    """Operations of the entity `blocklist`."""

    ADD = "add"
    READ = "read"


class PlanOperation(StrEnum):
    """Operations of the entity `plan`."""

    KEEP = "keep"
    FORGET = "forget"


class AuditOperation(StrEnum):
    """Operations of the entity `audit`."""

    ADD = "add"
    FORGET = "forget"


class ModelOperation(StrEnum):
    """Operations of the entity `registered_model`."""

    REGISTER = "register"
    HOLD = "hold"
    FORGET = "forget"


class MarketOperation(StrEnum):
    """Operations of the entity `market`."""

    KEEP = "keep"


class ClaimsOperation(StrEnum):
    """Operations of the entity `claims`."""

    CLAIM = "claim"
    RELEASE = "release"


class Orchestrator(StrEnum):
    PROVISION_ENVIRONMENT = "provision_environment"
    UPDATE_ENVIRONMENT = "update_environment"
    PROVISION_CELL = "provision_cell"
    WIRE_EDGE = "wire_edge"
    DELETE_ENVIRONMENT = "delete_environment"
    DELETE_RESOURCES = "delete_resources"
    SCALE_DOWN_ENVIRONMENT = "scale_down_environment"
    SCALE_DOWN_CELL = "scale_down_cell"
    WAKE_ENVIRONMENT = "wake_environment"
    WAKE_CELL = "wake_cell"
    SWEEP_IDLE_POOLS = "sweep_idle_pools"
    SWEEP_ENVIRONMENT = "sweep_environment"
    WAKE_ON_REQUEST = "wake_on_request"
    AWAIT_OPERATION = "await_operation"
    AWAIT_READY = "await_ready"
    CONNECT_CELL = "connect_cell"
    WATCH_TRAFFIC = "watch_traffic"
    AWAIT_EDGE = "await_edge"
    DELIVER_EVENT = "deliver_event"
    PURGE_HISTORY = "purge_history"


class ActivityName(StrEnum):
    BEGIN_RESOURCE = "begin_resource"
    BEGIN_DELETE_RESOURCE = "begin_delete_resource"
    BEGIN_EMPTY_GPU_POOL = "begin_empty_gpu_pool"
    BEGIN_WAKE_GPU_POOL = "begin_wake_gpu_pool"
    GET_GPU_POOL = "get_gpu_pool"
    GET_USAGE = "get_usage"
    GET_CALLS = "get_calls"
    LIST_GPU_POOLS = "list_gpu_pools"
    LIST_RESOURCES = "list_resources"
    BEGIN_DELETE_ORPHAN = "begin_delete_orphan"
    CONFIRM_MISSING = "confirm_missing"
    START_ORCHESTRATION = "start_orchestration"
    POLL_OPERATION = "poll_operation"
    RESOLVE_IMAGE = "resolve_image"
    ENSURE_REGISTRY_ACCESS = "ensure_registry_access"
    ENSURE_VAULT_ACCESS = "ensure_vault_access"
    ENSURE_WEIGHTS_ACCESS = "ensure_weights_access"
    ENSURE_CERTIFICATE_ACCESS = "ensure_certificate_access"
    BEGIN_APPROVE_CONNECTION = "begin_approve_connection"
    APPLY_WORKLOAD = "apply_workload"
    APPLY_GATEWAY = "apply_gateway"
    SHIFT_TRAFFIC = "shift_traffic"
    GET_TRAFFIC = "get_traffic"
    PROBE_VERSION = "probe_version"
    END_NEXT_VERSION = "end_next_version"
    GET_OBSERVATION = "get_observation"
    PROBE_EDGE = "probe_edge"
    PROBE_EDGES = "probe_edges"
    PUBLISH_EVENT = "publish_event"
    PURGE_ENDED = "purge_ended"
    BURY_DELETED = "bury_deleted"
    FORGET_PLANS = "forget_plans"
    LIST_REMAINING_RESOURCES = "list_remaining_resources"


CANCEL_EVENT = "cancel"
"""Ends an operation, or one of its children; the operation then compensates as for a failure."""

APPROVAL_EVENT = "approval"
"""The answer to an operation that waits for approval."""

SUPERSEDE_EVENT = "supersede"
"""Ends an operation's compensation, too: a deletion that has taken over compensates by itself."""

OPERATION_ORCHESTRATORS: Mapping[OperationKind, Orchestrator] = {
    OperationKind.PROVISION: Orchestrator.PROVISION_ENVIRONMENT,
    OperationKind.UPDATE: Orchestrator.UPDATE_ENVIRONMENT,
    OperationKind.DELETE: Orchestrator.DELETE_ENVIRONMENT,
    OperationKind.SCALE_DOWN: Orchestrator.SCALE_DOWN_ENVIRONMENT,
    OperationKind.WAKE: Orchestrator.WAKE_ENVIRONMENT,
    OperationKind.REPAIR: Orchestrator.UPDATE_ENVIRONMENT,
}
