from collections.abc import Iterable

import pytest

from domain.arm.resource_kinds import KINDS
from domain.catalog.roles import ACR_PULL
from domain.environment.step_keys import (
    PROBE_STEP,
    StepKey,
    autoscaler_step,
    external_ip_step,
    gateway_step,
    gpu_pool_step,
    is_workload_step,
    nodes_step,
    only_reads,
    pods_step,
    readiness_key,
    removes_gpu_nodes,
    serving_step,
    settings_step,
    stop_gpu_cost_step,
    waits_for_gpu_nodes,
    workload_step,
)
from domain.environment.steps import (
    plan_cell,
    plan_cell_removal,
    plan_delete_steps,
    plan_edge,
    plan_gpu_pool,
    plan_identity,
    plan_maintenance,
    plan_moved_origins,
    plan_private_origin,
    plan_provision_steps,
    plan_role_assignments,
    plan_scale_down_steps,
    plan_wake_steps,
    with_identity_steps,
)
from domain.spec.role_access import GrantedRole, RoleAccess
from tests.support.payloads import REGISTRY

PULL = GrantedRole(scope=REGISTRY, role=ACR_PULL)
REGIONS = ("westeurope", "swedencentral")


def names(steps: Iterable[StepKey]) -> tuple[str, ...]:
    return tuple(step.name for step in steps)


def test_an_edge_has_an_origin_in_each_region():
    kinds = [resource.kind for resource in plan_edge(REGIONS)]
    assert kinds.count("origin") == len(REGIONS)


def test_every_planned_kind_is_known():
    west = "westeurope"
    access = plan_role_assignments(west, [PULL])
    others = (*plan_maintenance(west), *plan_identity(west))
    cell = (*plan_cell(west), *access, plan_gpu_pool(west), *others)
    private = plan_private_origin(west)
    planned = {resource.kind for resource in (*plan_edge(REGIONS), *cell, *private)}
    assert planned | {"roleAssignment"} == set(KINDS), "planned with what a role is for"


def test_provisioning_shows_edge_cells_and_probe_in_reading_order():
    steps = names(plan_provision_steps(REGIONS))
    assert steps[0] == "edge/resourceGroup"
    assert steps[-1] == PROBE_STEP.name
    assert [step for step in steps if step.startswith("cell/")] == [
        f"cell/{region}/{name}"
        for region in REGIONS
        for name in (
            "resourceGroup",
            "managedCluster",
            "gpuPool",
            "workload",
            "gateway",
            "autoUpgradeSchedule",
            "nodeOSUpgradeSchedule",
            "nodes",
            "externalIp",
            "pods",
        )
    ]


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        ((None, None), ["managedCluster"]),
        ((RoleAccess.EXPECTED, None), ["identity", "managedCluster", "federatedCredential"]),
        (
            (RoleAccess.GRANTED, None),
            ["identity", "vaultAccess", "managedCluster", "federatedCredential"],
        ),
        ((None, RoleAccess.EXPECTED), ["identity", "managedCluster", "federatedCredential"]),
        (
            (RoleAccess.GRANTED, RoleAccess.GRANTED),
            [
                "identity",
                "vaultAccess",
                "weightsAccess",
                "managedCluster",
                "federatedCredential",
            ],
        ),
    ],
)
def test_cells_that_read_secrets_or_weights_show_how_they_come_by_them(access, expected):
    planned = plan_provision_steps(REGIONS)
    steps = names(with_identity_steps(planned, *access))
    first = [step for step in steps if step.startswith("cell/westeurope/")]
    assert first[0] == "cell/westeurope/resourceGroup"
    assert first[1 : 1 + len(expected)] == [f"cell/westeurope/{each}" for each in expected]
    assert first[1 + len(expected)] == "cell/westeurope/gpuPool"
    assert len(steps) == len(planned) + 2 * (len(expected) - 1)


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


@pytest.mark.parametrize(
    ("step", "removes"),
    [
        ("cell/westeurope/removal/managedCluster", True),
        ("cell/westeurope/removal/resourceGroup", True),
        ("cell/westeurope/removal/registryAccess-acmeml", False),
        ("cell/westeurope/registryAccess-acmeml", False),
        ("cell/westeurope/removal/vaultAccess-acmevault", False),
        ("cell/westeurope/managedCluster", False),
    ],
)
def test_nodes_go_with_their_cluster_and_not_with_its_roles(step: str, removes: bool):
    assert removes_gpu_nodes(step) is removes


def test_a_registry_may_have_the_name_of_a_step():
    """Names of registries are up to others."""
    plan = plan_role_assignments(
        "westeurope", [PULL.model_copy(update={"scope": REGISTRY.replace("acmeml", "nodes")})]
    )
    assert not waits_for_gpu_nodes(plan[0].step.name)


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (workload_step, "workload"),
        (readiness_key, "ready"),
        (nodes_step, "nodes"),
        (external_ip_step, "externalIp"),
        (pods_step, "pods"),
        (gpu_pool_step, "gpuPool"),
        (autoscaler_step, "autoscaler"),
        (gateway_step, "gateway"),
        (serving_step, "serving"),
    ],
)
def test_a_further_attempt_has_steps_of_its_own(step, name: str):
    assert step("westeurope").name == f"cell/westeurope/{name}"
    assert step("westeurope", 2).name == f"cell/westeurope/attempt-2/{name}"


@pytest.mark.parametrize(("attempt", "again"), [(1, ""), (2, "attempt-2/")])
def test_what_is_built_of_a_cell_is_in_its_region(attempt: int, again: str):
    planned = (
        *plan_cell("westeurope", attempt),
        plan_gpu_pool("westeurope", attempt),
        *plan_maintenance("westeurope", attempt),
    )
    assert [(each.step.name, each.kind, each.region) for each in planned] == [
        (f"cell/westeurope/{again}{name}", kind, "westeurope")
        for name, kind in (
            ("resourceGroup", "resourceGroup"),
            ("managedCluster", "managedCluster"),
            ("gpuPool", "agentPool"),
            ("autoUpgradeSchedule", "autoUpgradeSchedule"),
            ("nodeOSUpgradeSchedule", "nodeOSUpgradeSchedule"),
        )
    ]
    assert plan_gpu_pool("westeurope") == plan_gpu_pool("westeurope", 1)


def test_a_cell_that_moves_is_deleted_in_the_reverse_order_of_its_creation():
    planned = plan_cell_removal("westeurope")
    assert [(each.step.name, each.kind, each.region) for each in planned] == [
        ("cell/westeurope/removal/managedCluster", "managedCluster", "westeurope"),
        ("cell/westeurope/removal/resourceGroup", "resourceGroup", "westeurope"),
    ]


def test_origins_move_with_their_cells():
    created, deleted = plan_moved_origins(["northeurope"], ["westeurope"])
    assert [(each.step.name, each.kind, each.region) for each in (*created, *deleted)] == [
        ("edge/origin/northeurope", "origin", "northeurope"),
        ("edge/origin/westeurope/removal", "origin", "westeurope"),
    ]


def test_only_some_steps_change_something():
    """What an operation has changed decides on the phase after it fails."""
    build, wake = plan_provision_steps(["westeurope"]), plan_wake_steps(["westeurope"])
    steps = (*build, *wake, settings_step("westeurope"), stop_gpu_cost_step("westeurope"))
    assert {step.path[-1] for step in steps if only_reads(step.name)} == {
        "settings",
        "nodes",
        "externalIp",
        "pods",
        "probe",
    }
    assert {step.path[-1] for step in steps if is_workload_step(step.name)} == {
        "workload",
        "gateway",
        "serving",
    }
