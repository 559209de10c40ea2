"""Ordered rules of health about one region's cell; each that applies is a finding."""

from typing import Any

from domain.arm.agent_pool import STOPPED
from domain.sweep.found import FoundPool, Presence
from domain.sweep.health_facts import CellFacts
from domain.sweep.health_rule import LOOK_FAILED, REPAIR_IT, TAGS, WAIT, Effect, HealthRule


def _cluster(c: CellFacts) -> str:
    return c.cluster_id


def _gpu_pool(c: CellFacts) -> str:
    return f"{c.cluster_id}/agentPools/gpu"


def _at_rest(c: CellFacts) -> FoundPool | None:
    return c.pool if c.pool and c.pool.is_at_rest else None


def _differs_in_kind(c: CellFacts) -> bool:
    pool, offer = c.pool, c.offer
    return pool is not None and (
        pool.vm_size.lower() != offer.vm_size.lower() or pool.spot != offer.spot
    )


def _autoscaler(pool: FoundPool | None) -> dict[str, Any]:
    if pool is None or not pool.autoscaled:
        return {"enableAutoScaling": False}
    return {
        "enableAutoScaling": True,
        "minCount": pool.min_count,
        "maxCount": pool.max_count,
    }


def _wanted_autoscaler(c: CellFacts) -> dict[str, Any]:
    if c.wanted.is_asleep:
        return {"enableAutoScaling": False}
    return {
        "enableAutoScaling": True,
        "minCount": c.wanted.min_nodes,
        "maxCount": c.wanted.max_nodes,
    }


def _is_out_of_range(c: CellFacts) -> bool:
    pool = _at_rest(c)
    return (
        pool is not None
        and not c.wanted.is_asleep
        and pool.count > 0
        and not c.wanted.min_nodes <= pool.count <= c.wanted.max_nodes
    )


def _count(c: CellFacts) -> dict[str, Any]:
    return {"count": c.pool.count if c.pool else 0}


CELL_HEALTH_RULES: tuple[HealthRule[CellFacts], ...] = (
    HealthRule(
        LOOK_FAILED,
        Effect.UNREAD,
        lambda c: c.presence is Presence.UNREAD,
        lambda c: c.cluster_id or c.region,
        lambda c: {"look": "managedCluster", "reason": c.reason},
        "The cluster could not be read.",
        WAIT,
    ),
    HealthRule(
        "ResourceNotOwned",
        Effect.LAST,
        lambda c: c.presence is Presence.FOREIGN,
        _cluster,
        lambda c: {},
        "The cluster exists, but its tags do not mark it as this environment's.",
        TAGS,
    ),
    HealthRule(
        "ClusterMissing",
        Effect.LOST,
        lambda c: c.presence is Presence.MISSING,
        _cluster,
        lambda c: {},
        "The cluster does not exist in Azure.",
        REPAIR_IT,
    ),
    HealthRule(
        "ClusterStopped",
        Effect.LOST,
        lambda c: c.cluster is not None and c.cluster.power_state == STOPPED,
        _cluster,
        lambda c: {"powerState": "Stopped"},
        "The cluster was stopped: nothing runs on it.",
        "Repair the environment, or start the cluster.",
    ),
    HealthRule(
        "ClusterBeingDeleted",
        Effect.LAST,
        lambda c: c.state == "deleting",
        _cluster,
        lambda c: {"provisioningState": "Deleting"},
        "The cluster is being deleted.",
        "Repair the environment once the deletion has ended.",
    ),
    HealthRule(
        "ClusterFailed",
        Effect.DIFFERENT,
        lambda c: c.state in {"failed", "canceled"},
        _cluster,
        lambda c: {"provisioningState": c.state.capitalize()},
        "The latest operation on the cluster did not succeed.",
        REPAIR_IT,
    ),
    HealthRule(
        "GpuPoolMissing",
        Effect.LAST,
        lambda c: c.pool is None,
        _gpu_pool,
        lambda c: {},
        "The cluster has no GPU pool.",
        REPAIR_IT,
    ),
    HealthRule(
        "GpuPoolStopped",
        Effect.LAST,
        lambda c: c.pool is not None and c.pool.power_state == STOPPED,
        _gpu_pool,
        lambda c: {"powerState": "Stopped"},
        "The GPU pool was stopped.",
        "Repair the environment, or start the pool.",
    ),
    HealthRule(
        "GpuPoolFailed",
        Effect.DIFFERENT,
        lambda c: c.pool is not None and c.pool.state in {"failed", "canceled"},
        _gpu_pool,
        lambda c: {"provisioningState": c.pool.state.capitalize() if c.pool else ""},
        "The latest operation on the GPU pool did not succeed.",
        REPAIR_IT,
    ),
    HealthRule(
        "GpuPoolReplaced",
        Effect.DIFFERENT,
        _differs_in_kind,
        _gpu_pool,
        lambda c: {
            "vmSize": c.pool.vm_size if c.pool else "",
            "spot": c.pool.spot if c.pool else False,
            "wanted": {"vmSize": c.offer.vm_size, "spot": c.offer.spot},
        },
        "The GPU pool has another VM size or priority than the specification.",
        REPAIR_IT,
    ),
    HealthRule(
        "AutoscalerChanged",
        Effect.DIFFERENT,
        lambda c: _at_rest(c) is not None and _autoscaler(c.pool) != _wanted_autoscaler(c),
        _gpu_pool,
        lambda c: {**_autoscaler(c.pool), "wanted": _wanted_autoscaler(c)},
        "The GPU pool's autoscaler is not set as the specification wants it.",
        REPAIR_IT,
    ),
    HealthRule(
        "NodesWhileScaledDown",
        Effect.DIFFERENT,
        lambda c: c.wanted.is_asleep and (pool := _at_rest(c)) is not None and pool.count > 0,
        _gpu_pool,
        _count,
        "GPU nodes run although the environment is scaled down: they cost, and nothing uses them.",
        "Scale the pool to zero, or wake the environment.",
    ),
    HealthRule(
        "GpuPoolEmpty",
        Effect.DIFFERENT,
        lambda c: c.wanted.should_answer and (pool := _at_rest(c)) is not None and pool.count == 0,
        _gpu_pool,
        lambda c: {"count": 0, "replicas": c.wanted.replicas},
        "Replicas are wanted, but there is no GPU node.",
        REPAIR_IT,
    ),
    HealthRule(
        "NodeCountOutOfRange",
        Effect.DIFFERENT,
        _is_out_of_range,
        _gpu_pool,
        lambda c: {
            **_count(c),
            "wanted": {"minNodes": c.wanted.min_nodes, "maxNodes": c.wanted.max_nodes},
        },
        "The number of GPU nodes is outside of the specification's limits.",
        REPAIR_IT,
    ),
)
