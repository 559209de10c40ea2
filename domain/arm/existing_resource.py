"""Decides what an existing ARM resource means for a step: done, in progress, foreign, or stale."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.arm import naming
from domain.arm.agent_pool import is_stopped, must_be_replaced
from domain.arm.failures import resource_being_deleted, resource_not_owned
from domain.arm.managed_cluster import build_agent_pool
from domain.arm.merge_existing import as_mapping, as_sequence
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.outcomes import Handle, Outcome
from domain.spec.model import EnvironmentSpec


def decide_begin(
    existing: Mapping[str, Any], body: dict[str, Any], target: ResourceTarget
) -> Outcome | None:
    """The outcome without a request to Azure; None: PUT the body."""
    kind = KINDS[target.kind]
    resource_id = kind.build_id(target)
    if is_foreign(existing, target):
        return Outcome.failed(resource_not_owned(resource_id))
    if provisioning_state(existing) == "deleting":
        return Outcome.failed(resource_being_deleted(resource_id))
    result = kind.read_result(dict(existing))
    if is_in_motion(existing):
        return Outcome.accepted(
            Handle(kind=target.kind, resource_id=resource_id, adopted=True, result=result)
        )
    if kind.is_current and kind.is_current(dict(existing), body):
        return Outcome.succeeded(**result)
    return None


def must_be_started(existing: Mapping[str, Any], target: ResourceTarget) -> bool:
    """Whether a cluster is stopped: AKS then allows no request but start and delete.

    A stopped pool is started by its PUT.
    """
    return target.kind == "managedCluster" and is_stopped(existing.get("properties") or {})


def find_pool_to_replace(
    existing: Mapping[str, Any], spec: EnvironmentSpec, target: ResourceTarget
) -> ResourceTarget | None:
    """The GPU pool that is deleted before the request, if it is made of something else.

    Before that of its cluster as well: AKS would try to get the refused nodes of a failed pool.
    """
    wanted = build_agent_pool(spec)["properties"]
    properties = as_mapping(existing.get("properties"))
    match target.kind:
        case "agentPool":
            found = properties
        case "managedCluster":
            found = find_pool_profile(existing)
        case _:
            return None
    return replace(target, kind="agentPool") if found and must_be_replaced(found, wanted) else None


def find_pool_profile(cluster: Mapping[str, Any]) -> dict[str, Any] | None:
    """The properties of the GPU pool as its cluster shows them, which are those of the pool."""
    profiles = as_sequence(as_mapping(cluster.get("properties")).get("agentPoolProfiles"))
    pools = (as_mapping(each) for each in profiles)
    found = next((pool for pool in pools if pool.get("name") == naming.GPU_POOL), None)
    if found is None:
        return None
    return {name: value for name, value in found.items() if name != "name"}


def owner_of(target: ResourceTarget) -> ResourceTarget:
    """The resource whose tags state the owner: the target itself, or the one it is part of."""
    match KINDS[target.kind].owner_kind:
        case None:
            return target
        case "profile":
            return replace(target, kind="profile", region="")
        case kind:
            return replace(target, kind=kind)


def held_by_group(target: ResourceTarget) -> tuple[ResourceTarget, ...]:
    """The resources that go with a resource group and carry tags of their own."""
    if target.kind != "resourceGroup":
        return ()
    kinds = ("managedCluster",) if target.region else ("profile", "wafPolicy")
    return tuple(replace(target, kind=kind) for kind in kinds)


def holds_private_link(target: ResourceTarget) -> bool:
    """Whether a Private Link service goes with it. Azure deletes none that has connections, nor
    what is around it."""
    return target.kind == "managedCluster" or bool(
        target.kind == "resourceGroup" and target.region
    )


def is_foreign(existing: Mapping[str, Any], target: ResourceTarget) -> bool:
    """Whether others made it, so it must stay untouched. ARM omits `tags` if there are none.

    It was found under the derived name; its tags have to name the environment as well.
    """
    kind = KINDS[target.kind]
    return kind.owner_kind is None and kind.read_owner(existing) != target.environment


def provisioning_state(existing: Mapping[str, Any]) -> str:
    """In lower case; a resource without a state is at rest."""
    return str(existing.get("properties", {}).get("provisioningState", "Succeeded")).lower()


def is_in_motion(existing: Mapping[str, Any]) -> bool:
    """Whether an operation on it still runs: a second PUT would be refused or supersede it."""
    return provisioning_state(existing) not in {"succeeded", "failed", "canceled"}
