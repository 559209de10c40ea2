from collections.abc import Iterable

import pytest

from domain.arm.resource_kinds import KINDS
from domain.environment.steps import (
    PROBE_STEP,
    StepKey,
    plan_cell,
    plan_delete_steps,
    plan_edge,
    plan_gpu_pool,
    plan_maintenance,
    plan_provision_steps,
    plan_scale_down_steps,
    plan_secrets,
    plan_wake_steps,
    with_secret_steps,
)
from domain.spec.secrets import VaultAccess

REGIONS = ("westeurope", "swedencentral")


def names(steps: Iterable[StepKey]) -> tuple[str, ...]:
    return tuple(step.name for step in steps)


def test_each_part_of_the_edge_comes_after_what_it_needs():
    kinds = [resource.kind for resource in plan_edge(REGIONS)]
    needs = {
        "profile": ["resourceGroup"],
        "endpoint": ["profile"],
        "originGroup": ["profile"],
        "origin": ["originGroup"],
        "route": ["endpoint", "origin"],
        "wafPolicy": ["resourceGroup"],
        "securityPolicy": ["wafPolicy", "endpoint"],
    }
    for kind, needed in needs.items():
        last = max(i for i, k in enumerate(kinds) if k == kind)
        assert all(kinds.index(each) < last for each in needed), kind
    assert kinds.count("origin") == len(REGIONS)


def test_propagation_begins_before_the_waf_is_built():
    kinds = [resource.kind for resource in plan_edge(REGIONS)]
    assert kinds.index("route") < kinds.index("wafPolicy")


def test_every_planned_kind_is_known():
    west = "westeurope"
    cell = (*plan_cell(west), plan_gpu_pool(west), *plan_maintenance(west), *plan_secrets(west))
    planned = {resource.kind for resource in (*plan_edge(REGIONS), *cell)}
    assert planned | {"roleAssignment"} == set(KINDS), "planned with what a role is for"


def test_provisioning_shows_edge_cells_and_probe_in_reading_order():
    steps = names(plan_provision_steps(REGIONS))
    assert steps[0] == "edge/resourceGroup"
    assert steps[-1] == PROBE_STEP.name
    assert [step for step in steps if step.startswith("cell/swedencentral")] == [
        "cell/swedencentral/resourceGroup",
        "cell/swedencentral/managedCluster",
        "cell/swedencentral/gpuPool",
        "cell/swedencentral/workload",
        "cell/swedencentral/gateway",
        "cell/swedencentral/autoUpgradeSchedule",
        "cell/swedencentral/nodeOSUpgradeSchedule",
        "cell/swedencentral/nodes",
        "cell/swedencentral/externalIp",
        "cell/swedencentral/pods",
    ]


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (None, ["managedCluster"]),
        (VaultAccess.EXPECTED, ["identity", "managedCluster", "federatedCredential"]),
        (
            VaultAccess.GRANTED,
            ["identity", "vaultAccess", "managedCluster", "federatedCredential"],
        ),
    ],
)
def test_cells_that_read_secrets_show_how_they_come_by_them(access, expected):
    planned = plan_provision_steps(REGIONS)
    steps = names(with_secret_steps(planned, access))
    first = [step for step in steps if step.startswith("cell/westeurope/")]
    assert first[0] == "cell/westeurope/resourceGroup"
    assert first[1 : 1 + len(expected)] == [f"cell/westeurope/{each}" for each in expected]
    assert first[1 + len(expected)] == "cell/westeurope/gpuPool"
    assert len(steps) == len(planned) + 2 * (len(expected) - 1)


def test_deletion_shows_every_resource_in_the_reverse_order_of_its_creation():
    steps = names(plan_delete_steps(["westeurope"]))
    assert steps[:2] == ("cell/westeurope/managedCluster", "cell/westeurope/resourceGroup")
    assert steps[2:] == names(r.step for r in reversed(plan_edge(["westeurope"])))


def test_scaling_down_shows_settings_nodes_and_workload_of_each_cell():
    assert names(plan_scale_down_steps(REGIONS)) == (
        "cell/westeurope/settings",
        "cell/westeurope/gpuPool",
        "cell/westeurope/workload",
        "cell/swedencentral/settings",
        "cell/swedencentral/gpuPool",
        "cell/swedencentral/workload",
    )


def test_waking_tells_the_gateway_first_and_probes_once_it_knows_that_the_model_serves():
    assert names(plan_wake_steps(["westeurope"])) == (
        "cell/westeurope/gateway",
        "cell/westeurope/workload",
        "cell/westeurope/gpuPool",
        "cell/westeurope/autoscaler",
        "cell/westeurope/nodes",
        "cell/westeurope/externalIp",
        "cell/westeurope/pods",
        "cell/westeurope/serving",
        PROBE_STEP.name,
    )


def test_no_two_steps_have_the_same_name():
    plans = (plan_provision_steps, plan_delete_steps, plan_scale_down_steps, plan_wake_steps)
    for plan in plans:
        steps = names(plan(REGIONS))
        assert len(set(steps)) == len(steps)
