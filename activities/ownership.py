"""Checks that a resource exists and is ours: resources of other owners are never changed."""

from typing import Any

from activities.arm_outcomes import failed
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.existing_resource import held_by_group, is_foreign, owner_of
from domain.arm.failures import cluster_missing, gpu_pool_missing, resource_not_owned
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.durable.inputs import PoolInput
from domain.outcomes import Outcome


async def check_ownership(target: ResourceTarget, clients: ClientFactory) -> Outcome | None:
    """None if the resource exists and is ours, success if it does not exist, else a failure.

    A resource group is ours only if the resources in it that we would have created are.
    """
    for each in dict.fromkeys((target, owner_of(target))):
        outcome = await _check_tags(each, clients)
        if outcome is not None:
            return outcome
    for each in held_by_group(target):
        outcome = await _check_tags(each, clients)
        if outcome is not None and outcome.failure is not None:
            return outcome
    return None


async def _check_tags(target: ResourceTarget, clients: ClientFactory) -> Outcome | None:
    resource_id = KINDS[target.kind].build_id(target)
    existing = await clients.resources.get(resource_id)
    if existing.status == 404 or (existing.status == 403 and KINDS[target.kind].is_at_others):
        return Outcome.succeeded()
    if not existing.is_success:
        return failed(existing, f"GET {target.kind}")
    if is_foreign(existing.body, target):
        if KINDS[target.kind].is_at_others:
            return Outcome.succeeded()
        return Outcome.failed(resource_not_owned(resource_id))
    return None


async def find_gpu_pool(pool: PoolInput, clients: ClientFactory) -> dict[str, Any] | Outcome:
    """The cell's GPU pool, or a failure if it does not exist or the cluster is not ours."""
    subscription_id = clients.settings.subscription_id
    cluster = ResourceTarget("managedCluster", pool.environment, pool.region, subscription_id)
    pool_id = naming.agent_pool_id(subscription_id, pool.environment, pool.region)
    outcome = await check_ownership(cluster, clients)
    if outcome:
        missing = Outcome.failed(cluster_missing(KINDS[cluster.kind].build_id(cluster)))
        return (missing if outcome.is_success else outcome).about(pool_id)
    existing = await clients.resources.get(pool_id)
    if existing.status == 404:
        return Outcome.failed(gpu_pool_missing(pool_id)).about(pool_id)
    if not existing.is_success:
        return failed(existing, "GET agentPool").about(pool_id)
    return existing.body
