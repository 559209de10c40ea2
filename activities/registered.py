"""The activities of operations and sweeps, by what they are called with.

Those that take more than that are registered by the composition root alone.
"""

from activities.apply_gateway import apply_gateway
from activities.apply_workload import apply_workload
from activities.begin_approve_connection import begin_approve_connection
from activities.begin_delete_resource import begin_delete_resource
from activities.begin_empty_gpu_pool import begin_empty_gpu_pool
from activities.begin_resource import begin_resource
from activities.begin_wake_gpu_pool import begin_wake_gpu_pool
from activities.confirm_missing import confirm_missing
from activities.end_next_version import end_next_version
from activities.ensure_certificate_access import ensure_certificate_access
from activities.ensure_registry_access import ensure_registry_access
from activities.ensure_vault_access import ensure_vault_access
from activities.ensure_weights_access import ensure_weights_access
from activities.get_calls import get_calls
from activities.get_gpu_pool import get_gpu_pool
from activities.get_observation import get_observation
from activities.get_usage import get_usage
from activities.list_gpu_pools import list_gpu_pools
from activities.list_remaining_resources import list_remaining_resources
from activities.list_resources import list_resources
from activities.logs import Activity
from activities.poll_operation import poll_operation
from activities.probe_edge import probe_edge
from activities.probe_edges import probe_edges
from activities.publish_event import publish_event
from activities.read_traffic import get_traffic, probe_version
from activities.recorded_spec import SpecActivity
from activities.resolve_image import resolve_image
from activities.shift_traffic import shift_traffic

ACTIVITIES: tuple[Activity, ...] = (
    begin_delete_resource,
    begin_approve_connection,
    begin_empty_gpu_pool,
    get_gpu_pool,
    poll_operation,
    get_observation,
    get_traffic,
    probe_version,
    end_next_version,
    resolve_image,
    ensure_registry_access,
    probe_edge,
    list_gpu_pools,
    list_resources,
    confirm_missing,
    probe_edges,
    get_usage,
    get_calls,
    publish_event,
    list_remaining_resources,
)
SPEC_ACTIVITIES: tuple[SpecActivity, ...] = (
    begin_resource,
    begin_wake_gpu_pool,
    ensure_vault_access,
    ensure_certificate_access,
    ensure_weights_access,
    apply_workload,
    apply_gateway,
    shift_traffic,
)
