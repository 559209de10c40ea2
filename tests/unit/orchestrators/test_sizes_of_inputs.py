"""Histories do not grow with the specification: only its own operation is given it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from domain.environment.operation import OperationKind
from domain.kubernetes.observation import (
    DevicePluginObservation,
    NodeObservation,
    Observation,
    PodObservation,
)
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec
from orchestrators.await_edge import await_edge
from orchestrators.await_operation import await_operation
from orchestrators.await_ready import await_ready
from orchestrators.delete_environment import delete_environment
from orchestrators.delete_resources import delete_resources
from orchestrators.provision_cell import provision_cell
from orchestrators.provision_environment import provision_environment
from orchestrators.scale_down_cell import scale_down_cell
from orchestrators.scale_down_environment import scale_down_environment
from orchestrators.update_environment import update_environment
from orchestrators.wake_cell import wake_cell
from orchestrators.wake_environment import wake_environment
from orchestrators.wire_edge import wire_edge
from tests.support.engine import Orchestrator, run
from tests.support.payloads import HOST, KEPT, REGION, SUCCEEDED, accepted
from tests.support.specs import a_request, a_spec, spec_body

LARGEST_INPUT = 2048
"""Bytes of JSON; a deletion names all resources of an edge in less than half of it."""

STORIES: dict[OperationKind, Orchestrator] = {
    OperationKind.PROVISION: provision_environment,
    OperationKind.UPDATE: update_environment,
    OperationKind.DELETE: delete_environment,
    OperationKind.SCALE_DOWN: scale_down_environment,
    OperationKind.WAKE: wake_environment,
}
CHILDREN: dict[str, Orchestrator] = {
    "wire_edge": wire_edge,
    "provision_cell": provision_cell,
    "delete_resources": delete_resources,
    "scale_down_cell": scale_down_cell,
    "wake_cell": wake_cell,
    "await_operation": await_operation,
    "await_ready": await_ready,
    "await_edge": await_edge,
}
READY = Observation(
    device_plugin=DevicePluginObservation(desired=1, ready=1),
    nodes=(NodeObservation(name="gpu-0", ready=True, gpus_allocatable=1),),
    pods=(PodObservation(name="llm-0", phase="Running", ready=True),),
    gateways=(PodObservation(name="llm-gateway-0", phase="Running", ready=True),),
    external_ip="20.61.0.2",
)
BEGUN = accepted("managedCluster")
ACTIVITIES = {
    "begin_resource": BEGUN,
    "begin_delete_resource": BEGUN,
    "begin_empty_gpu_pool": BEGUN,
    "begin_wake_gpu_pool": BEGUN,
    "get_gpu_pool": Outcome.succeeded(**KEPT.to_wire()),
    "poll_operation": SUCCEEDED,
    "apply_workload": SUCCEEDED,
    "apply_gateway": SUCCEEDED,
    "get_observation": Outcome.succeeded(**READY.to_wire()),
    "probe_edge": SUCCEEDED,
    "list_remaining_resources": Outcome.succeeded(resourceIds=[]),
}
ANSWERS = {
    **dict.fromkeys(CHILDREN, SUCCEEDED),
    "wire_edge": Outcome.succeeded(hostName=HOST),
    "provision_cell": Outcome.succeeded(region=REGION),
}


def a_spec_with(argument_bytes: int) -> EnvironmentSpec:
    env = {"PROMPT": "p" * argument_bytes}
    workload = {**spec_body()["workload"], "env": env, "args": ["a" * argument_bytes]}
    return a_spec(regions=["westeurope", "swedencentral"], workload=workload)


def handed_on(orchestrator: Orchestrator, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every input of an entity, activity or child, of all orchestrations below this one."""
    kept = {region: KEPT.to_wire() for region in ("westeurope", "swedencentral")}
    done = run(
        orchestrator,
        value,
        activities=ACTIVITIES,
        children=ANSWERS,
        entity={"get_kept_pools": kept},
    )
    assert done.outcome.is_success
    for label, handed in done.inputs:
        yield label, handed
        if child := CHILDREN.get(label.split()[0]):
            yield from handed_on(child, handed)


def inputs_of(kind: OperationKind, argument_bytes: int) -> list[tuple[str, Any]]:
    request = a_request(kind, spec=a_spec_with(argument_bytes), host_name=HOST)
    return list(handed_on(STORIES[kind], request.to_wire()))


@pytest.mark.parametrize("kind", STORIES)
def test_only_the_record_is_told_the_specification(kind: OperationKind):
    (first, _), *others = inputs_of(kind, 100 * 1024)
    assert first == "start_operation fraud-llm"
    sizes = {label: len(json.dumps(value)) for label, value in others}
    assert len(sizes) >= 6
    assert {label: size for label, size in sizes.items() if size > LARGEST_INPUT} == {}


@pytest.mark.parametrize("kind", STORIES)
def test_inputs_are_the_same_for_a_large_specification_as_for_a_small_one(kind: OperationKind):
    assert inputs_of(kind, 100 * 1024)[1:] == inputs_of(kind, 1)[1:]
