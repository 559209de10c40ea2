"""Restarting and rewinding orchestrations on the task hub."""

from datetime import timedelta
from typing import Any

import grpc
import pytest
from durabletask import task
from durabletask.client import OrchestrationStatus, TaskHubGrpcClient
from durabletask.history import TaskScheduledEvent

from emulators.tests.integration.task_hub.served_hubs import StartWorker, completed, refused_with


def instant(context: task.OrchestrationContext, given: Any) -> Any:
    return given
    yield


def waiter(context: task.OrchestrationContext, _: Any) -> Any:
    return (yield context.wait_for_external_event("go"))


@pytest.mark.parametrize("new_id", [True, False], ids=["new id", "same id"])
def test_a_finished_orchestration_can_be_restarted_with_its_input(
    client: TaskHubGrpcClient, start_worker: StartWorker, new_id: bool
) -> None:
    start_worker(orchestrators=(instant,))
    completed(client, client.schedule_new_orchestration(instant, input=5, instance_id="op-1"))

    restarted = client.restart_orchestration("op-1", restart_with_new_instance_id=new_id)

    assert (restarted != "op-1") is new_id
    assert completed(client, restarted).get_output() == 5
    assert (
        refused_with(lambda: client.restart_orchestration("unknown")) is grpc.StatusCode.NOT_FOUND
    )


def test_a_rewound_orchestration_repeats_only_what_failed(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    broken = [True]
    calls: list[str] = []

    def step(_: task.ActivityContext, name: str) -> str:
        calls.append(name)
        if name == "second" and broken[0]:
            raise RuntimeError("no capacity")
        return name

    def child(context: task.OrchestrationContext, _: None) -> Any:
        yield context.create_timer(timedelta(minutes=1))
        return (yield context.call_activity(step, input="second"))

    def parent(context: task.OrchestrationContext, _: None) -> Any:
        first = yield context.call_activity(step, input="first")
        second = yield context.call_sub_orchestrator(child, instance_id="child")
        return [first, second]

    start_worker(orchestrators=(parent, child), activities=(step,))
    instance_id = client.schedule_new_orchestration(parent)
    assert completed(client, instance_id).runtime_status is OrchestrationStatus.FAILED

    broken[0] = False
    client.rewind_orchestration(instance_id, reason="quota granted")

    state = completed(client, instance_id)
    assert state.get_output() == ["first", "second"]
    assert calls == ["first", "second", "second"]
    assert (
        refused_with(lambda: client.rewind_orchestration(instance_id))
        is grpc.StatusCode.FAILED_PRECONDITION
    )


def test_what_ran_beside_a_failed_step_counts_after_a_rewind(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    broken = [True]

    def step(_: task.ActivityContext, name: str) -> str:
        if name == "bad" and broken[0]:
            raise RuntimeError("not now")
        return name

    def fan(context: task.OrchestrationContext, _: None) -> Any:
        timer = context.create_timer(timedelta(minutes=20))
        child = context.call_sub_orchestrator(waiter, instance_id="slow-child")
        yield context.call_activity(step, input="bad")
        yield timer
        return (yield child)

    start_worker(orchestrators=(fan, waiter), activities=(step,))
    instance_id = client.schedule_new_orchestration(fan)
    assert completed(client, instance_id).runtime_status is OrchestrationStatus.FAILED
    broken[0] = False

    client.rewind_orchestration(instance_id)
    client.raise_orchestration_event("slow-child", "go", data="still there")

    assert completed(client, instance_id).get_output() == "still there"
    scheduled = client.get_orchestration_history(instance_id)
    assert sum(isinstance(event, TaskScheduledEvent) for event in scheduled) == 1
