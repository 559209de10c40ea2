"""Starts of an id that still runs, at a hub which does not refuse them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from durabletask.client import OrchestrationStatus, TaskHubGrpcClient
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.task import OrchestrationContext

from emulators.functions_host.task_hub.second_starts import SecondStart
from emulators.tests.integration.task_hub.served_hubs import (
    HubProcess,
    StartWorker,
    ThreadHub,
    completed,
    refused_with,
)


def waiter(ctx: OrchestrationContext, value: Any) -> Any:
    yield ctx.wait_for_external_event("go")
    return value


@pytest.fixture
def hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ThreadHub]:
    served = ThreadHub(tmp_path / "hub.db", second_start=request.param)
    yield served
    served.close()


def start_twice(client: TaskHubGrpcClient) -> None:
    client.schedule_new_orchestration(waiter, input="first", instance_id="op-1")
    client.wait_for_orchestration_start("op-1")
    assert client.schedule_new_orchestration(waiter, input="second", instance_id="op-1") == "op-1"


@pytest.mark.parametrize(
    ("hub", "survivor"),
    [(SecondStart.DISCARD, "first"), (SecondStart.RESTART, "second")],
    indirect=["hub"],
)
def test_a_second_start_is_acknowledged_and_one_of_the_two_runs(
    client: TaskHubGrpcClient, start_worker: StartWorker, survivor: str
) -> None:
    start_worker(orchestrators=(waiter,))
    start_twice(client)

    state = client.get_orchestration_state("op-1")
    client.wait_for_orchestration_start("op-1")
    client.raise_orchestration_event("op-1", "go")

    assert state is not None
    assert state.get_input() == survivor
    assert completed(client, "op-1").get_output() == survivor


@pytest.mark.parametrize("hub", [SecondStart.DISCARD, SecondStart.RESTART], indirect=True)
def test_a_policy_of_the_request_goes_before_the_hubs_way(client: TaskHubGrpcClient) -> None:
    client.schedule_new_orchestration(waiter, instance_id="op-1")
    policy = pb.OrchestrationIdReusePolicy(replaceableStatus=[pb.ORCHESTRATION_STATUS_FAILED])

    def again() -> str:
        return client.schedule_new_orchestration(
            waiter, instance_id="op-1", reuse_id_policy=policy
        )

    assert refused_with(again) is grpc.StatusCode.ALREADY_EXISTS


@pytest.mark.parametrize("hub", [SecondStart.DISCARD], indirect=True)
def test_a_finished_id_is_free_all_the_same(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(orchestrators=(waiter,))
    for value in ("first", "second"):
        client.schedule_new_orchestration(waiter, input=value, instance_id="op-1")
        client.wait_for_orchestration_start("op-1")
        client.raise_orchestration_event("op-1", "go")
        assert completed(client, "op-1").get_output() == value


def test_the_way_is_an_option_of_the_process(tmp_path: Path) -> None:
    process = HubProcess(tmp_path, options=["--second-start", "discard"])
    try:
        with TaskHubGrpcClient(host_address=process.address, emit_trace_spans=False) as client:
            for value in ("first", "second"):
                client.schedule_new_orchestration(waiter, input=value, instance_id="op-1")
            state = client.get_orchestration_state("op-1")
    finally:
        process.close()
    assert state is not None
    assert (state.runtime_status, state.get_input()) == (OrchestrationStatus.PENDING, "first")
