"""Limits are nested: step < operation, and no environment waits for what has none."""

import math

import pytest

from domain import deadlines
from domain.arm.resource_kinds import KINDS
from domain.environment.operation import OperationKind
from domain.environment.phases import AT_WORK
from domain.environment.starts import STARTING_PHASE, plan_steps

OPERATIONS = {
    OperationKind.PROVISION: deadlines.PROVISION,
    OperationKind.UPDATE: deadlines.UPDATE,
    OperationKind.DELETE: deadlines.DELETE,
    OperationKind.SCALE_DOWN: deadlines.SCALE_DOWN,
    OperationKind.WAKE: deadlines.WAKE,
    OperationKind.REPAIR: deadlines.REPAIR,
}
BESIDE_OPERATIONS = {
    "SWEEP",
    "EVENT",
    "REMAINING_RESOURCES",
    "PREDECESSOR",
    "LAST_POLL",
    "STARTUP",
    "FIRST_ORIGIN",
    "TRAFFIC",
    "WAY_BACK",
}
"""What has time of its own, before, after or beside the steps of an operation."""

OF_RESOURCES = {
    OperationKind.DELETE: {kind: known.delete_timeout for kind, known in KINDS.items()},
}
CREATE = {kind: known.create_timeout for kind, known in KINDS.items()}
ROLES = ("registryAccess", "vaultAccess", "weightsAccess", "certificateAccess")
OF_STEPS = {
    "workload": deadlines.WORKLOAD,
    "gateway": deadlines.GATEWAY,
    "serving": deadlines.WORKLOAD,
    "nodes": deadlines.READINESS,
    "externalIp": deadlines.READINESS,
    "pods": deadlines.READINESS,
    "settings": deadlines.POOL_SETTINGS,
    "gpuPool": max(deadlines.START_GPU_POOL, deadlines.EMPTY_GPU_POOL),
    "autoscaler": deadlines.START_GPU_POOL,
    "probe": deadlines.EDGE_ANSWERS,
    **dict.fromkeys(ROLES, deadlines.ROLE_ASSIGNMENT),
}
REGIONS = ("westeurope", "swedencentral")
STEPS = [
    (kind, key.name)
    for kind in OperationKind
    for is_private, records in ((False, None), (True, None), (False, "/zone/CNAME/{region}"))
    for key in plan_steps(kind, REGIONS, (), records, has_private_origins=is_private)
]


def timeout_of(kind: OperationKind, step: str) -> float:
    """By the step's own name: `cell/westeurope/workload`, `edge/origin/westeurope`, `probe`."""
    parts = step.split("/")
    name = parts[1] if parts[0] == "edge" else parts[-1]
    return {**OF_STEPS, **OF_RESOURCES.get(kind, CREATE)}[name]


@pytest.mark.parametrize(("kind", "step"), STEPS)
def test_a_step_gives_up_before_its_operation(kind: OperationKind, step: str):
    assert 0 < timeout_of(kind, step) < OPERATIONS[kind]


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        (
            OperationKind.PROVISION,
            (
                *("resourceGroup", "managedCluster", "agentPool", "workload", "gateway"),
                *(*ROLES, "pods", "probe"),
            ),
        ),
        (
            OperationKind.REPAIR,
            (
                *("resourceGroup", "managedCluster", "agentPool", "workload", "gateway"),
                *(*ROLES, "pods", "probe"),
            ),
        ),
        (OperationKind.DELETE, (*ROLES, "origin", "managedCluster", "resourceGroup")),
        (OperationKind.SCALE_DOWN, ("settings", "workload", "gpuPool")),
        (OperationKind.WAKE, ("gateway", "autoscaler", "workload", "pods", "serving", "probe")),
    ],
)
def test_an_operation_has_time_for_all_steps_of_a_cell_one_after_the_other(
    kind: OperationKind, steps: tuple[str, ...]
):
    assert sum(timeout_of(kind, f"cell/westeurope/{step}") for step in steps) <= OPERATIONS[kind]


def test_a_route_waits_for_a_private_origin_and_still_has_time_to_be_created():
    needed = (
        *("resourceGroup", "managedCluster", "agentPool", "workload", "gateway"),
        *(*ROLES, "origin"),
    )
    kind = OperationKind.PROVISION
    before = sum(timeout_of(kind, f"cell/westeurope/{step}") for step in needed)
    assert before <= deadlines.FIRST_ORIGIN
    assert deadlines.FIRST_ORIGIN + CREATE["route"] < deadlines.PROVISION


def test_every_operation_is_bounded():
    assert set(OPERATIONS) == set(OperationKind)
    assert all(0 < limit < 24 * 3600 for limit in OPERATIONS.values())


def test_an_environment_is_under_way_only_in_an_operation():
    """So that the operation's limit bounds the phase, too; that of an approval is the policy's."""
    assert set(STARTING_PHASE) == set(OPERATIONS)
    assert set(STARTING_PHASE.values()) == AT_WORK


def test_a_deletion_waits_for_its_predecessor_and_still_has_time_to_delete():
    cell = deadlines.MANAGED_CLUSTER_DELETE + deadlines.RESOURCE_GROUP_DELETE
    assert deadlines.PREDECESSOR + cell <= deadlines.DELETE


def test_an_update_with_two_versions_has_time_for_all_that_it_does_beside_a_usual_one():
    weights, watched, grace = 3, 20, 60
    shares = weights * deadlines.TRAFFIC + watched * 60
    promotion = deadlines.WORKLOAD + deadlines.READINESS + 2 * deadlines.TRAFFIC
    needed = deadlines.TRAFFIC + shares + promotion + deadlines.ending(grace)
    assert needed <= deadlines.beside(weights, watched, grace)
    assert deadlines.beside(11, 480, 3600) + deadlines.UPDATE < 24 * 3600


def test_a_sweep_sees_the_last_of_200_scale_downs_end():
    assert 200 * 5 + deadlines.SCALE_DOWN < deadlines.SWEEP


def test_every_limit_is_one_of_a_step_or_of_an_operation_or_stands_beside_them():
    named = {name: value for name, value in vars(deadlines).items() if name.isupper()}
    of_operations = {str(kind).replace("-", "_").upper() for kind in OperationKind}
    of_steps = set(named) - of_operations - BESIDE_OPERATIONS
    limits = {*CREATE.values(), *OF_RESOURCES[OperationKind.DELETE].values(), *OF_STEPS.values()}
    limits.add(deadlines.START_GPU_POOL)
    assert of_operations | BESIDE_OPERATIONS <= set(named)
    assert {named[name] for name in of_steps} == limits
    assert all(math.isfinite(value) and value > 0 for value in named.values())


def test_the_end_of_a_version_takes_longer_where_its_pods_may_take_longer():
    assert deadlines.ending(0) == deadlines.WORKLOAD
    assert deadlines.ending(60) == deadlines.WORKLOAD + 60
