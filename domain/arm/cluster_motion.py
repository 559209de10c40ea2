"""What an AKS cluster shows of the operation on it, or on one of its pools.

AKS counts reads of a cluster per cluster, and reads of operations per subscription. Motion is
believed, rest is verified: a cluster does not say why an operation failed, nor which one moves it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.arm.error_bodies import redact
from domain.arm.merge_existing import as_mapping, as_sequence
from domain.arm.operation_polling import AT_REST_STATES, POLL_MISSED, miss_poll, parse_retry_after
from domain.outcomes import Handle, Outcome

_CLUSTERS = "/providers/Microsoft.ContainerService/managedClusters/"


def find_cluster_id(handle: Handle) -> str | None:
    """The cluster that the operation is on, or on a pool of; None for what is no part of one."""
    group, found, rest = handle.resource_id.partition(_CLUSTERS)
    return f"{group}{found}{rest.partition('/')[0]}" if found else None


def read_motion(status: int, body: object, headers: Mapping[str, str]) -> Outcome | None:
    """The poll, read from the cluster; None if only the operation itself can tell."""
    if status in POLL_MISSED:
        return miss_poll(status, headers)
    detail = describe_motion(as_mapping(body)) if status < 400 else None
    if detail is None:
        return None
    return Outcome.running(redact(detail), parse_retry_after(headers)).seen_at_resource()


def describe_motion(cluster: Mapping[str, Any]) -> str | None:
    """Such as `Creating (system: Creating, gpu: Creating)`; None if all of it is at rest."""
    properties = as_mapping(cluster.get("properties"))
    pools = ", ".join(_list_moving(properties.get("agentPoolProfiles")))
    state = str(properties.get("provisioningState") or "")
    if not pools:
        return state if _moves(state) else None
    return f"{state} ({pools})" if state else pools


def _list_moving(profiles: object) -> Iterator[str]:
    for pool in map(as_mapping, as_sequence(profiles)):
        state = str(pool.get("provisioningState") or "")
        if _moves(state):
            yield f"{pool.get('name')}: {state}"


def _moves(state: str) -> bool:
    return state.lower() not in AT_REST_STATES
