from collections.abc import Iterable

from domain.arm.resource_kinds import KINDS
from domain.environment.steps import (
    PROBE_STEP,
    StepKey,
    plan_cell,
    plan_cell_removal,
    plan_delete_steps,
    plan_edge,
    plan_gpu_pool,
    plan_maintenance,
    plan_private_origin,
    plan_provision_steps,
    plan_scale_down_steps,
    plan_wake_steps,
)

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
    cell = (*plan_cell(west), plan_gpu_pool(west), *plan_maintenance(west))
    planned = {
        resource.kind for resource in (*plan_edge(REGIONS), *cell, *plan_private_origin(west))
    }
    assert planned == set(KINDS)


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


def test_deletion_shows_every_resource_in_the_reverse_order_of_its_creation():
    steps = names(plan_delete_steps(["westeurope"]))
    assert steps[:2] == ("cell/westeurope/managedCluster", "cell/westeurope/resourceGroup")
    assert steps[2:] == names(r.step for r in reversed(plan_edge(["westeurope"])))


def test_private_origins_are_parts_of_their_cells_and_the_route_waits_for_them():
    edge = plan_edge(REGIONS, has_private_origins=True)
    kinds = [resource.kind for resource in edge]
    assert "origin" not in kinds
    assert kinds.index("securityPolicy") < kinds.index("route")
    assert [each.kind for each in edge if each.awaits_cells] == ["route"]
    steps = names(plan_provision_steps(REGIONS, has_private_origins=True))
    assert steps[-3:] == (
        "cell/swedencentral/origin",
        "cell/swedencentral/privateLink",
        PROBE_STEP.name,
    )


def test_a_cell_loses_a_private_origin_before_its_cluster():
    steps = names(plan_delete_steps(["westeurope"], has_private_origins=True))
    assert steps[:3] == (
        "cell/westeurope/origin",
        "cell/westeurope/managedCluster",
        "cell/westeurope/resourceGroup",
    )


def test_a_cell_that_moves_keeps_its_origin_until_there_is_another():
    assert names(each.step for each in plan_cell_removal("westeurope")) == (
        "cell/westeurope/removal/managedCluster",
        "cell/westeurope/removal/resourceGroup",
    )


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
